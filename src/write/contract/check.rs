//! What the form of a contract alone does not hold: its parts fit each other, and nothing in it
//! can do harm in a script or a path.

use std::collections::HashSet;

use super::{BodyForm, Contract, Format, ParamsForm, Request, TagsForm, Upload};
use crate::contact::Field;
use crate::text::printable;

/// Where a path takes the phone.
pub const PATH_PHONE: &str = "{phone}";

/// What is wrong with a contract, and what to do.
pub(super) fn contract(contract: &Contract) -> Result<(), String> {
    let name = &contract.name;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(plain) {
        let name = printable(name);
        return Err(format!("name `{name}`: small letters, digits and - make a name"));
    }
    if contract.batch.rows == Some(0) || contract.batch.bytes == Some(0) {
        return Err(
            "batch.rows and batch.bytes must be at least 1; leave one out for no limit".to_owned()
        );
    }
    has_phone(contract)?;
    keys(contract)?;
    payload(contract)?;
    match &contract.request {
        Some(request) => self::request(contract, request)?,
        None if contract.payload.format == Format::Requests => {
            return Err(
                "format = \"requests\" needs a [request] with method, path and body".to_owned()
            );
        }
        None => {}
    }
    contract.upload.as_ref().map_or(Ok(()), upload)?;
    super::answers::check(contract)
}

fn has_phone(contract: &Contract) -> Result<(), String> {
    let in_path = contract.request.as_ref().is_some_and(|it| it.path.contains(PATH_PHONE));
    if in_path || contract.field(Field::Phone).is_some() {
        return Ok(());
    }
    Err(format!(
        "no contact would have its phone; add a [[field]] with field = \"phone\" and its key, or \
         {PATH_PHONE} to request.path"
    ))
}

/// No key twice, and none that is a value in one place and an object in another.
fn keys(contract: &Contract) -> Result<(), String> {
    let params = contract.params.iter().map(|params| params.key.as_str());
    let fields = contract.fields.iter().map(|known| known.key.as_str());
    let files = contract.fields.iter().filter_map(|known| known.file_key.as_deref());
    let mut seen = HashSet::new();
    for key in fields.chain(files).chain(params.filter(|key| !key.is_empty())) {
        if !seen.insert(key) {
            return Err(format!("the key `{}` stands twice; give each once", printable(key)));
        }
    }
    let inner = |key: &&str| seen.iter().any(|other| is_inside(other, key));
    match seen.iter().find(|key| inner(key)) {
        Some(key) => {
            Err(format!("the key `{}` is a value and an object; give it once", printable(key)))
        }
        None => Ok(()),
    }
}

/// Whether the key `inner` stands in the object that `outer` names.
fn is_inside(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
}

fn payload(contract: &Contract) -> Result<(), String> {
    let form = &contract.payload;
    let csv = form.format == Format::Csv;
    if (form.format == Format::Json) != form.envelope.is_some() {
        return Err("payload.envelope is what stands around the contacts of format = \"json\", \
                    and of no other"
            .to_owned());
    }
    if form.original_columns && !csv {
        return Err("payload.original_columns is for format = \"csv\" only".to_owned());
    }
    let nested = contract.fields.iter().find(|known| csv && known.key.contains('.'));
    if let Some(known) = nested {
        return Err(format!("a column has no key inside a key: `{}`", printable(&known.key)));
    }
    let listed = |form: Option<TagsForm>| form == Some(TagsForm::List);
    let flat = csv || contract.request.as_ref().is_some_and(|it| it.body != BodyForm::Json);
    if flat && contract.fields.iter().any(|known| listed(known.form)) {
        return Err(
            "form = \"list\" is for JSON; give form = \"joined\" for tags in one text".to_owned()
        );
    }
    match &contract.params {
        Some(params) if csv != (params.form == ParamsForm::Columns) => {
            Err("params.form = \"columns\" is for format = \"csv\", and what it needs".to_owned())
        }
        Some(params) if csv != params.key.is_empty() => {
            Err("params.key names what holds the params; columns of a CSV file have none"
                .to_owned())
        }
        Some(_) if flat && !csv => Err("a form has no place for [params]; remove it".to_owned()),
        _ => Ok(()),
    }
}

fn request(contract: &Contract, request: &Request) -> Result<(), String> {
    let format = contract.payload.format;
    let path = &request.path;
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._~-{}".contains(c);
    let braces = path.replacen(PATH_PHONE, "", 1).contains(['{', '}']);
    if !path.starts_with('/') || !path.chars().all(plain) || braces {
        return Err(format!(
            "request.path `{}`: it begins with / and has letters, digits, / . _ ~ - and at most \
             once {PATH_PHONE}; the query goes to [request.query]",
            printable(path)
        ));
    }
    if path.contains(PATH_PHONE) && format != Format::Requests {
        return Err(format!("{PATH_PHONE} in request.path is for format = \"requests\" only"));
    }
    let fits = match format {
        Format::Json => request.body == BodyForm::Json,
        Format::Csv => request.body == BodyForm::Multipart && request.file_field.is_some(),
        Format::Requests => true,
    };
    if !fits {
        return Err("request.body does not fit payload.format: json takes body = \"json\", csv \
                    takes body = \"multipart\" with file_field"
            .to_owned());
    }
    if format != Format::Csv && request.file_field.is_some() {
        return Err("request.file_field is for format = \"csv\" only".to_owned());
    }
    let query = request.query.iter().flat_map(|(name, value)| [name, value]);
    let mut names = request.file_field.iter().chain(query);
    names.try_for_each(|name| plain_text("request", name))
}

fn upload(upload: &Upload) -> Result<(), String> {
    let Upload { base_url, requests_per_minute, assumption: _, headers, query, form, sign } =
        upload;
    if let Some(url) = base_url {
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(format!("upload.base_url `{}`: it begins with https://", printable(url)));
        }
        plain_text("upload.base_url", url)?;
    }
    if *requests_per_minute == Some(0) {
        return Err(
            "upload.requests_per_minute must be at least 1; leave it out for no limit".to_owned()
        );
    }
    for (name, value) in headers.iter().chain(query).chain(form) {
        plain_text("upload", name)?;
        with_variables(value)?;
    }
    if let Some(sign) = sign {
        for text in [&sign.header, &sign.prefix, &sign.timestamp_header, &sign.text] {
            plain_text("upload.sign", text)?;
        }
        with_variables(&format!("${{{}}}", sign.secret))?;
    }
    Ok(())
}

/// A text that stands in the script as it is: printable ASCII without what a shell takes for more.
fn plain_text(place: &str, text: &str) -> Result<(), String> {
    let harmful = |c: char| !(c == ' ' || c.is_ascii_graphic()) || "\"'`\\$".contains(c);
    match text.chars().find(|c| harmful(*c)) {
        None => Ok(()),
        Some(c) => Err(format!(
            "{place}: `{}` has {c:?}; letters, digits, spaces and plain punctuation are taken, and \
             ${{NAME}} in the values of [upload]",
            printable(text)
        )),
    }
}

/// The same, in which `${NAME}` stands for an environment variable.
fn with_variables(value: &str) -> Result<(), String> {
    let wrong = || {
        format!(
            "upload: `{}`: a variable is ${{NAME}}, its name in capitals, digits and _",
            printable(value)
        )
    };
    let mut parts = value.split("${");
    plain_text("upload", parts.next().unwrap_or_default())?;
    for part in parts {
        let (name, rest) = part.split_once('}').ok_or_else(wrong)?;
        let starts = name.starts_with(|c: char| c.is_ascii_uppercase());
        let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        if !starts || !name.chars().all(plain) {
            return Err(wrong());
        }
        plain_text("upload", rest)?;
    }
    Ok(())
}
