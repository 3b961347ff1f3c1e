//! What the form of a contract alone does not hold: its parts fit each other, and nothing in it
//! can do harm in a script or a path.

use super::load::Fault;
use super::{
    BodyForm, Contract, Format, ItemForm, ParamsForm, Request, Sign, StoredPart, TagsForm, Upload,
};
use crate::contact::Field;
use crate::text::printable;

/// Where a path takes the phone.
pub const PATH_PHONE: &str = "{phone}";

/// Where the path of an update takes the contact's id.
pub const PATH_ID: &str = "{id}";

/// The first thing that is wrong with a contract.
pub(super) fn contract(contract: &Contract) -> Result<(), Fault> {
    let name = &contract.name;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(plain) {
        let name = printable(name);
        let what = format!("name `{name}`: small letters, digits and - make a name");
        return Err(Fault::at(&["name"], what));
    }
    for (key, limit) in [("rows", contract.batch.rows), ("bytes", contract.batch.bytes)] {
        if limit == Some(0) {
            let what = format!("batch.{key} must be at least 1; leave it out for no limit");
            return Err(Fault::at(&["batch", key], what));
        }
    }
    has_phone(contract)?;
    keys(contract)?;
    payload(contract)?;
    fields(contract)?;
    params(contract)?;
    match &contract.request {
        Some(request) => self::request(contract, request)?,
        None if contract.payload.format == Format::Requests => {
            return Err(Fault::at(
                &["payload", "format"],
                "format = \"requests\" needs a [request] with method, path and body",
            ));
        }
        None => {}
    }
    update(contract)?;
    form_keys(contract)?;
    contract.upload.as_ref().map_or(Ok(()), upload)?;
    super::answers::check(contract)
}

/// An update names the contact by its id, which the platform's own list says.
fn update(contract: &Contract) -> Result<(), Fault> {
    let Some(update) = &contract.update else { return Ok(()) };
    if contract.stored.is_none() {
        let what = "[update] needs [stored], which says where the ids of contacts stand";
        return Err(Fault::at(&["update"], what));
    }
    let lists_params = contract.params.as_ref().is_some_and(|it| it.form != ParamsForm::Object);
    if lists_params && update.fields.contains_key(&StoredPart::Params) {
        let what = "an update takes params as an object, and params.form says otherwise; remove it";
        return Err(Fault::at(&["update", "fields", "params"], what));
    }
    let at = &["update", "path"];
    if !update.path.contains(PATH_ID) {
        return Err(Fault::at(at, format!("update.path must hold {PATH_ID}, the contact's id")));
    }
    plain_path(at, &update.path, PATH_ID)
}

fn has_phone(contract: &Contract) -> Result<(), Fault> {
    let in_path = contract.request.as_ref().is_some_and(|it| it.path.contains(PATH_PHONE));
    if in_path || contract.field(Field::Phone).is_some() {
        return Ok(());
    }
    let what = format!(
        "no contact would have its phone; add a [[field]] with field = \"phone\" and its key, or \
         {PATH_PHONE} to request.path"
    );
    Err(Fault::at(&[], what))
}

/// No key twice, and none that is a value in one place and an object in another.
fn keys(contract: &Contract) -> Result<(), Fault> {
    let mut seen: Vec<&str> = Vec::new();
    let mut add = |key, at: &[&str]| {
        let shown = printable(key);
        if seen.contains(&key) {
            return Err(Fault::at(at, format!("the key `{shown}` stands twice; give each once")));
        }
        if seen.iter().any(|other| is_inside(other, key) || is_inside(key, other)) {
            let what = format!("the key `{shown}` is a value and an object; give it once");
            return Err(Fault::at(at, what));
        }
        seen.push(key);
        Ok(())
    };
    for (index, known) in contract.fields.iter().enumerate() {
        let index = index.to_string();
        add(&known.key, &["field", &index, "key"])?;
        if let Some(key) = &known.file_key {
            add(key, &["field", &index, "file_key"])?;
        }
    }
    match &contract.params {
        Some(params) if !params.key.is_empty() => add(&params.key, &["params", "key"]),
        _ => Ok(()),
    }
}

/// Whether the key `inner` stands in the object that `outer` names.
fn is_inside(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
}

fn payload(contract: &Contract) -> Result<(), Fault> {
    let form = &contract.payload;
    if (form.format == Format::Json) != form.envelope.is_some() {
        return Err(Fault::at(
            &["payload", "envelope"],
            "payload.envelope is what stands around the contacts of format = \"json\", which needs \
             it, and of no other",
        ));
    }
    if form.item == ItemForm::Array && form.format != Format::Json {
        let what = "payload.item = \"array\" is for format = \"json\" only; remove it";
        return Err(Fault::at(&["payload", "item"], what));
    }
    if form.original_columns && form.format != Format::Csv {
        let what = "payload.original_columns is for format = \"csv\" only; remove it";
        return Err(Fault::at(&["payload", "original_columns"], what));
    }
    Ok(())
}

/// Whether a contact is flat: neither a column nor a field of a form holds a list or an object.
fn is_flat(contract: &Contract) -> bool {
    contract.payload.format == Format::Csv
        || contract.request.as_ref().is_some_and(|it| it.body != BodyForm::Json)
}

/// What a flat contact cannot have.
fn fields(contract: &Contract) -> Result<(), Fault> {
    if !is_flat(contract) {
        return Ok(());
    }
    for (index, known) in contract.fields.iter().enumerate() {
        let index = index.to_string();
        if known.key.contains('.') {
            let key = printable(&known.key);
            let what = format!(
                "the key `{key}` stands inside another, and only JSON has such; write it without a \
                 point"
            );
            return Err(Fault::at(&["field", &index, "key"], what));
        }
        if known.form == Some(TagsForm::List) {
            let what = "form = \"list\" is for JSON; give form = \"joined\" for tags in one text";
            return Err(Fault::at(&["field", &index, "form"], what));
        }
    }
    Ok(())
}

fn params(contract: &Contract) -> Result<(), Fault> {
    let Some(params) = &contract.params else { return Ok(()) };
    let csv = contract.payload.format == Format::Csv;
    if csv != (params.form == ParamsForm::Columns) {
        return Err(Fault::at(
            &["params", "form"],
            "params.form = \"columns\" is for format = \"csv\", which takes no other; JSON takes \
             \"object\" or \"list\"",
        ));
    }
    if csv != params.key.is_empty() {
        return Err(Fault::at(
            &["params", "key"],
            "params.key names what holds the params in JSON; the columns of a CSV file have no key \
             over them",
        ));
    }
    if is_flat(contract) && !csv {
        return Err(Fault::at(&["params"], "a form has no place for [params]; remove it"));
    }
    Ok(())
}

fn request(contract: &Contract, request: &Request) -> Result<(), Fault> {
    let format = contract.payload.format;
    let path = &request.path;
    plain_path(&["request", "path"], path, PATH_PHONE)?;
    if path.contains(PATH_PHONE) && format != Format::Requests {
        let what = format!(
            "{PATH_PHONE} in request.path is for format = \"requests\" only, where each contact has \
             a request of its own"
        );
        return Err(Fault::at(&["request", "path"], what));
    }
    let fits = match format {
        Format::Json => request.body == BodyForm::Json,
        Format::Csv => request.body == BodyForm::Multipart && request.file_field.is_some(),
        Format::Requests => true,
    };
    if !fits {
        return Err(Fault::at(
            &["request", "body"],
            "request.body does not fit payload.format: json takes body = \"json\", csv takes body = \
             \"multipart\" with file_field",
        ));
    }
    if format != Format::Csv && request.file_field.is_some() {
        let what = "request.file_field is for format = \"csv\" only; remove it";
        return Err(Fault::at(&["request", "file_field"], what));
    }
    if let Some(name) = &request.file_field {
        plain_text(&["request", "file_field"], name)?;
    }
    for (name, value) in &request.query {
        plain_text(&["request", "query", name], name)?;
        plain_text(&["request", "query", name], value)?;
    }
    Ok(())
}

/// A path of plain characters, in which `mark` stands once at most.
fn plain_path(at: &[&str], path: &str, mark: &str) -> Result<(), Fault> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._~-{}".contains(c);
    let braces = path.replacen(mark, "", 1).contains(['{', '}']);
    if path.starts_with('/') && path.chars().all(plain) && !braces {
        return Ok(());
    }
    let what = format!(
        "{} `{}`: it begins with / and has letters, digits, / . _ ~ - and at most once {mark}; the \
         query goes to [request.query]",
        at.join("."),
        printable(path)
    );
    Err(Fault::at(at, what))
}

/// The names of a form's fields are few plain characters, because they go through a shell and
/// through the syntax of curl.
fn form_keys(contract: &Contract) -> Result<(), Fault> {
    let sent = contract.upload.iter().flat_map(|upload| upload.form.keys());
    let is_form = contract.request.as_ref().is_some_and(|it| it.body != BodyForm::Json);
    if !is_form {
        let Some(name) = sent.into_iter().next() else { return Ok(()) };
        let shown = printable(name);
        let what = format!(
            "upload.form `{shown}`: only body = \"form\" or \"multipart\" has such; remove it"
        );
        return Err(Fault::at(&["upload", "form", name], what));
    }
    sent.into_iter().try_for_each(|name| form_name(&["upload", "form", name], name))?;
    if let Some(name) = contract.request.as_ref().and_then(|it| it.file_field.as_ref()) {
        form_name(&["request", "file_field"], name)?;
    }
    if contract.payload.format != Format::Requests {
        return Ok(());
    }
    for (index, known) in contract.fields.iter().enumerate() {
        let index = index.to_string();
        form_name(&["field", &index, "key"], &known.key)?;
        if let Some(key) = &known.file_key {
            form_name(&["field", &index, "file_key"], key)?;
        }
    }
    Ok(())
}

fn form_name(at: &[&str], name: &str) -> Result<(), Fault> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-[]".contains(c);
    if !name.is_empty() && name.chars().all(plain) {
        return Ok(());
    }
    let name = printable(name);
    let what =
        format!("`{name}` as the name of a form's field: letters, digits, _ - [ and ] are taken");
    Err(Fault::at(at, what))
}

fn upload(upload: &Upload) -> Result<(), Fault> {
    let Upload { base_url, requests_per_minute, assumption: _, headers, query, form, sign } =
        upload;
    if let Some(url) = base_url {
        let at = &["upload", "base_url"];
        if !url.starts_with("https://") && !url.starts_with("http://") {
            let what = format!("upload.base_url `{}`: it begins with https://", printable(url));
            return Err(Fault::at(at, what));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "./:_~%[]-".contains(c);
        if !url.chars().all(plain) {
            let what = format!(
                "upload.base_url `{}`: it has no query, user, space or quote",
                printable(url)
            );
            return Err(Fault::at(at, what));
        }
    }
    if *requests_per_minute == Some(0) {
        return Err(Fault::at(
            &["upload", "requests_per_minute"],
            "upload.requests_per_minute must be at least 1; leave it out for no limit",
        ));
    }
    for (table, entries) in [("headers", headers), ("query", query), ("form", form)] {
        for (name, value) in entries {
            let at = &["upload", table, name];
            plain_text(at, name)?;
            with_variables(at, value)?;
        }
    }
    for name in headers.keys() {
        header_name(&["upload", "headers", name], name)?;
    }
    sign.as_ref().map_or(Ok(()), self::sign)
}

fn sign(sign: &Sign) -> Result<(), Fault> {
    let Sign { header, prefix, secret, timestamp_header, text, assumption: _ } = sign;
    header_name(&["upload", "sign", "header"], header)?;
    header_name(&["upload", "sign", "timestamp_header"], timestamp_header)?;
    plain_text(&["upload", "sign", "prefix"], prefix)?;
    plain_text(&["upload", "sign", "text"], text)?;
    if is_variable(secret) {
        return Ok(());
    }
    let what = format!(
        "upload.sign.secret `{}`: the name of a variable is capitals, digits and _",
        printable(secret)
    );
    Err(Fault::at(&["upload", "sign", "secret"], what))
}

/// The name of a header; curl would take one that begins with `@` for a file.
fn header_name(at: &[&str], name: &str) -> Result<(), Fault> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if !name.is_empty() && name.chars().all(plain) {
        return Ok(());
    }
    let name = printable(name);
    let what = format!("`{name}` as the name of a header: letters, digits, - and _ are taken");
    Err(Fault::at(at, what))
}

/// The name of an environment variable that a contract may ask for.
fn is_variable(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(plain)
}

/// A text that stands in the script as it is: printable ASCII without what a shell takes for more.
fn plain_text(at: &[&str], text: &str) -> Result<(), Fault> {
    let harmful = |c: char| !(c == ' ' || c.is_ascii_graphic()) || "\"'`\\$".contains(c);
    match text.chars().find(|c| harmful(*c)) {
        None => Ok(()),
        Some(c) => {
            let what = format!(
                "`{}` has {c:?}; letters, digits, spaces and plain punctuation are taken, and \
                 ${{NAME}} in the values of [upload]",
                printable(text)
            );
            Err(Fault::at(at, what))
        }
    }
}

/// The same, in which `${NAME}` stands for an environment variable.
fn with_variables(at: &[&str], value: &str) -> Result<(), Fault> {
    let wrong = || {
        let value = printable(value);
        let what =
            format!("`{value}`: a variable is ${{NAME}}, its name in capitals, digits and _");
        Fault::at(at, what)
    };
    let mut parts = value.split("${");
    plain_text(at, parts.next().unwrap_or_default())?;
    for part in parts {
        let (name, rest) = part.split_once('}').ok_or_else(wrong)?;
        if !is_variable(name) {
            return Err(wrong());
        }
        plain_text(at, rest)?;
    }
    Ok(())
}
