//! `platforms`: the platforms in a list, or one of them: what it takes, what of that is documented,
//! and what a payload looks like.

use std::fmt::Write as _;
use std::io::{self, Write};

use anyhow::Result;
use serde::Serialize;

use rowcall::contact::Field;
use rowcall::error::exit;
use rowcall::text::printable;
use rowcall::write::contract::{
    BatchLimits, Contract, FieldKey, Format as PayloadFormat, ItemForm, ParamsForm, ParamsKey,
    Request, Sign, TagsForm, Upload,
};
use rowcall::write::sample::sample;

use crate::args::{Format, PlatformsArgs};
use crate::terminal::grouped;

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
    // A reader that went away has seen what it wanted.
    let _ = io::stdout().write_all(text.as_bytes());
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

fn environment(contract: &Contract) -> Vec<String> {
    contract.upload.as_ref().map(Upload::variables).unwrap_or_default()
}

/// Every platform in two lines.
fn list(contracts: &[Contract]) -> String {
    let mut out = String::new();
    for contract in contracts {
        let required: Vec<&str> = contract
            .fields
            .iter()
            .filter(|known| known.required)
            .filter_map(|known| known.field.map(Field::as_str))
            .collect();
        let required = if required.is_empty() { "phone".to_owned() } else { required.join(", ") };
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
    for (key, value) in request.iter().flat_map(|request| &request.query) {
        page.line("query", &format!("{key}={value}"));
    }
    page.line("batch", &batch_text(&contract.batch));
    page.basis(contract.batch.assumption.as_deref());
    page.line("existing", existing.sentence());
    if let Some(upload) = &contract.upload {
        page.upload(upload);
    }
    page.text.push_str("\nfields\n");
    contract.fields.iter().for_each(|known| page.field(known, contract));
    if let Some(params) = &contract.params {
        page.params(params);
    }
    if payload.original_columns {
        page.line("", "all columns of the source come first, as they were");
    }
    if !assumptions.is_empty() {
        page.text.push_str("\nassumptions\n");
        assumptions.iter().for_each(|text| page.line("", text));
    }
    let contact = if payload.item == ItemForm::Array { ", an array a contact" } else { "" };
    let _ = write!(page.text, "\nsample{contact}\n{}", sample(contract));
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
        let line = format!("{name:15}{}", printable(value));
        let _ = writeln!(self.text, "{}", line.trim_end());
    }

    /// Whether what was just said is documented; nothing, where there are no documents.
    fn basis(&mut self, assumption: Option<&str>) {
        match assumption {
            Some(text) => self.line("", &format!("  assumption: {text}")),
            None if self.documented => self.line("", "  documented"),
            None => {}
        }
    }

    fn upload(&mut self, upload: &Upload) {
        let Upload { base_url, requests_per_minute, assumption, headers, query, form, sign } =
            upload;
        let base = base_url.as_deref().unwrap_or("your account names it");
        self.line("base URL", base);
        let pace = requests_per_minute.map_or("no limit that is known".to_owned(), |most| {
            format!("at most {} requests a minute", grouped(most.into()))
        });
        self.line("pace", &pace);
        self.basis(assumption.as_deref());
        for (kind, entries) in [("header", headers), ("query", query), ("form", form)] {
            for (name, value) in entries {
                self.line(&format!("adds {kind}"), &format!("{name}: {value}"));
            }
        }
        if let Some(Sign { header, timestamp_header, text, assumption, .. }) = sign {
            let how = format!("{header}, HMAC-SHA256 of {text}; {timestamp_header}");
            self.line("signature", &how);
            self.basis(assumption.as_deref());
        }
        self.line("environment", &upload.variables().join(", "));
    }

    fn field(&mut self, known: &FieldKey, contract: &Contract) {
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
        self.line(&format!("  {}", known.key), &parts.join(", "));
        self.basis(known.assumption.as_deref());
    }

    fn params(&mut self, params: &ParamsKey) {
        let (key, how) = match params.form {
            ParamsForm::Object => (&*params.key, "an object from header to value"),
            ParamsForm::List => (&*params.key, "a list of name and value"),
            ParamsForm::Columns => ("…", "columns of their own"),
        };
        self.line(&format!("  {key}"), &format!("the columns that feed no field, as {how}"));
        self.basis(params.assumption.as_deref());
    }
}

fn tags_text(known: &FieldKey, contract: &Contract) -> String {
    match known.tags_form(contract) {
        TagsForm::List => "a list".to_owned(),
        TagsForm::Joined => format!("one text with \"{}\" between two", known.separator),
        TagsForm::Id => format!("the id of one, by --tag-id {}=TAG=ID", known.key),
    }
}
