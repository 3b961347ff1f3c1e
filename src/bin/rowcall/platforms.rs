//! `platforms`: the platforms in a list, or one of them: what it takes, what of that is documented,
//! and what a payload looks like.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;

use rowcall::contact::Field;
use rowcall::error::exit;
use rowcall::text::{grouped, printable};
use rowcall::write::contract::{
    BatchLimits, Contract, FieldKey, Format as PayloadFormat, ItemForm, PATH_PHONE, ParamsForm,
    ParamsKey, Request, Sign, StoredList, TagsForm, UpdateRequest, Upload,
};
use rowcall::write::sample::sample;
use rowcall::write::upload::base_url_variable;

use crate::args::{Format, PlatformsArgs};
use crate::stdout;

/// Shows the platforms on stdout.
pub(crate) fn run(args: &PlatformsArgs) -> Result<u8> {
    let text = match &args.name {
        None => {
            let all = Contract::built_in();
            if args.format == Format::Json { json(&all) } else { list(&all) }
        }
        Some(name) => {
            let (contract, file) = Contract::find_with_text(name)?;
            match args.format {
                _ if args.toml => file,
                Format::Json => json(&[contract]),
                Format::Text => page(&contract),
            }
        }
    };
    stdout::write(text.as_bytes())?;
    Ok(exit::DONE)
}

/// What `--format json` writes: `docs/platforms.md` describes it.
#[derive(Serialize)]
struct Listed<'c> {
    schema: &'static str,
    platforms: Vec<Shown<'c>>,
}

/// A platform: the keys of its file, and what follows from them.
#[derive(Serialize)]
struct Shown<'c> {
    #[serde(flatten)]
    contract: &'c Contract,
    environment: Vec<String>,
    sample: String,
}

fn json(contracts: &[Contract]) -> String {
    let shown =
        |contract| Shown { contract, environment: environment(contract), sample: sample(contract) };
    let listed =
        Listed { schema: "rowcall.platforms/1", platforms: contracts.iter().map(shown).collect() };
    let text = serde_json::to_string_pretty(&listed).expect("texts and numbers");
    format!("{text}\n")
}

/// What `upload.sh` needs to be told: the base URL, too, where the contract has none.
fn environment(contract: &Contract) -> Vec<String> {
    let Some(upload) = &contract.upload else { return Vec::new() };
    let base_url = upload.base_url.is_none().then(|| base_url_variable(&contract.name));
    upload.variables().into_iter().chain(base_url).collect()
}

/// Every platform in two lines.
fn list(contracts: &[Contract]) -> String {
    let mut out = String::new();
    for contract in contracts {
        let required = contract.fields.iter().filter(|known| known.required);
        let required = required.filter_map(|known| known.field).filter(|it| *it != Field::Phone);
        // Without a phone there is no contact, wherever the platform takes it.
        let required: Vec<&str> =
            std::iter::once(Field::Phone).chain(required).map(Field::as_str).collect();
        let required = required.join(", ");
        let _ = writeln!(out, "{:15}{}", contract.name, printable(&contract.title));
        let _ = writeln!(
            out,
            "{:15}{}; requires {required}; {}",
            "",
            request_text(contract),
            batch_text(&contract.batch)
        );
    }
    let _ = writeln!(
        out,
        "\n`rowcall platforms NAME` shows one; --to takes a file of your own, too: begin with\n\
         `rowcall platforms NAME --toml > mine.toml`"
    );
    out
}

/// The format of the payload, and the request that takes it.
fn request_text(contract: &Contract) -> String {
    let file = match contract.payload.format {
        PayloadFormat::Json => "JSON",
        PayloadFormat::Csv => "CSV",
        PayloadFormat::Requests => "one request a contact",
    };
    match &contract.request {
        None => format!("{file} for an upload by hand"),
        Some(Request { method, path, body, .. }) => {
            format!("{file}, {} {path} ({})", method.as_str(), body.media_type())
        }
    }
}

fn batch_text(batch: &BatchLimits) -> String {
    let rows = batch.rows.map(|rows| format!("{} contacts", grouped(rows)));
    let bytes = batch.bytes.map(|bytes| format!("{} bytes", grouped(bytes)));
    match rows.into_iter().chain(bytes).collect::<Vec<_>>()[..] {
        [] => "files of any length".to_owned(),
        ref limits => format!("at most {} a file", limits.join(" and ")),
    }
}

/// One platform, for people.
fn page(contract: &Contract) -> String {
    let mut page = Page { text: String::new(), documented: !contract.documents.is_empty() };
    let Contract { name, title, documents, assumptions, existing, payload, request, .. } = contract;
    page.line(name, title);
    for (at, document) in documents.iter().enumerate() {
        page.line(if at == 0 { "documents" } else { "" }, document);
    }
    page.line("request", &request_text(contract));
    if let Some(Request { path, path_phone, query, .. }) = request {
        if path.contains(PATH_PHONE) {
            page.line("", &format!("{PATH_PHONE} is the phone as {}", path_phone.as_str()));
        }
        query.iter().for_each(|(key, value)| page.line("query", &format!("{key}={value}")));
    }
    let basis = page.basis(contract.batch.assumption.as_deref());
    page.line("batch", &format!("{}{basis}", batch_text(&contract.batch)));
    page.line("existing", existing.sentence());
    if let Some(upload) = &contract.upload {
        page.upload(upload);
        page.line("environment", &environment(contract).join(", "));
    }
    if let Some(update) = &contract.update {
        let UpdateRequest { method, path, fields, assumption } = update;
        let keys: Vec<&str> = fields.values().map(String::as_str).collect();
        let basis = page.basis(assumption.as_deref());
        page.line("update", &format!("{} {path}: {}{basis}", method.as_str(), keys.join(", ")));
    }
    if let Some(answers) = &contract.answers {
        for (at, assumption) in answers.assumptions.iter().enumerate() {
            let name = if at == 0 { "its answers" } else { "" };
            page.line(name, &format!("[assumption: {assumption}]"));
        }
    }
    if let Some(StoredList { list, id, phone, fields, assumption }) = &contract.stored {
        let place = if list.is_empty() { "an array".to_owned() } else { list.join(" or ") };
        let keys = [id, phone].into_iter().chain(fields.values());
        let keys: Vec<&str> = keys.map(String::as_str).collect();
        let basis = page.basis(assumption.as_deref());
        page.line("its contacts", &format!("{place}, each with {}{basis}", keys.join(", ")));
    }
    page.heading("fields");
    page.fields(contract);
    if !assumptions.is_empty() {
        page.heading("assumptions");
        assumptions.iter().for_each(|text| page.indented(text));
    }
    page.heading(if payload.item == ItemForm::Array {
        "sample, an array a contact"
    } else {
        "sample"
    });
    page.text.push_str(&sample(contract));
    page.text
}

/// The page of one platform, as it is written.
struct Page {
    text: String,
    /// The platform has documents to rest on.
    documented: bool,
}

impl Page {
    fn line(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.text, "{name:15}{}", printable(value));
    }

    fn heading(&mut self, text: &str) {
        let _ = writeln!(self.text, "\n{text}");
    }

    fn indented(&mut self, text: &str) {
        let _ = writeln!(self.text, "  {}", printable(text));
    }

    /// Whether something is documented; nothing, where there are no documents.
    fn basis(&self, assumption: Option<&str>) -> String {
        match assumption {
            Some(text) => format!(" [assumption: {text}]"),
            None if self.documented => " [documented]".to_owned(),
            None => String::new(),
        }
    }

    fn upload(&mut self, upload: &Upload) {
        let Upload { base_url, requests_per_minute, assumption, headers, query, form, sign } =
            upload;
        self.line("base URL", base_url.as_deref().unwrap_or("your account names it"));
        let pace = requests_per_minute.map_or("no limit that is known".to_owned(), |most| {
            format!("at most {} requests a minute", grouped(most.into()))
        });
        match assumption {
            None => self.line("pace", &format!("{pace}{}", self.basis(None))),
            // It may be of the base URL, too.
            Some(text) => {
                self.line("pace", &pace);
                self.line("", &format!("[assumption: {text}]"));
            }
        }
        for (kind, entries) in [("header", headers), ("query", query), ("form", form)] {
            for (name, value) in entries {
                self.line(kind, &format!("{name}: {value}"));
            }
        }
        if let Some(Sign { header, timestamp_header, text, assumption, .. }) = sign {
            let basis = self.basis(assumption.as_deref());
            let how = format!("{header}, HMAC-SHA256 of {text}; {timestamp_header}{basis}");
            self.line("signature", &how);
        }
    }

    /// Each field with its key, its form and what that rests on.
    fn fields(&mut self, contract: &Contract) {
        let mut rows: Vec<(&str, String, Option<&str>)> = contract
            .fields
            .iter()
            .map(|known| (&*known.key, field_text(known, contract), known.assumption.as_deref()))
            .collect();
        rows.extend(contract.params.as_ref().map(|params| {
            let (key, text) = params_text(params);
            (key, text, params.assumption.as_deref())
        }));
        let width = rows.iter().map(|(key, ..)| key.chars().count()).max().unwrap_or(0);
        if contract.payload.original_columns {
            self.indented(&format!("{:width$}  the columns of the source, as they were", "…"));
        }
        for (key, text, assumption) in rows {
            let basis = self.basis(assumption);
            self.indented(&format!("{key:width$}  {text}{basis}"));
        }
    }
}

fn field_text(known: &FieldKey, contract: &Contract) -> String {
    let mut parts = vec![match (known.field, &known.value) {
        (Some(Field::Phone), _) => format!("phone as {}", known.style.as_str()),
        (Some(Field::Tags), _) => format!("tags as {}", tags_text(known, contract)),
        (Some(field), _) => field.to_string(),
        (None, value) => format!("always \"{}\"", value.as_deref().unwrap_or_default()),
    }];
    if known.required {
        parts.push("required".to_owned());
    }
    parts.extend(known.chars_max.map(|max| format!("at most {max} characters")));
    if known.letters_only {
        parts.push("letters and spaces only".to_owned());
    }
    if let Some(key) = &known.file_key {
        let max = known.file_bytes_max;
        let most = (max < u64::MAX).then(|| format!(" of at most {} bytes", grouped(max)));
        parts.push(format!("or a file{} as {key}", most.unwrap_or_default()));
    }
    parts.extend(known.pixels.map(|it| format!("{it}×{it} pixels are recommended")));
    parts.join(", ")
}

fn params_text(params: &ParamsKey) -> (&str, String) {
    let (key, how) = match params.form {
        ParamsForm::Object => (&*params.key, "an object from header to value"),
        ParamsForm::List => (&*params.key, "a list of name and value"),
        ParamsForm::Columns => ("…", "columns of their own"),
    };
    (key, format!("the columns that feed no field, as {how}"))
}

fn tags_text(known: &FieldKey, contract: &Contract) -> String {
    match known.tags_form(contract) {
        TagsForm::List => "a list".to_owned(),
        TagsForm::Joined => format!("one text with \"{}\" between two", known.separator),
        TagsForm::Id => format!("the id of one, by --tag-id {}=TAG=ID", known.key),
    }
}
