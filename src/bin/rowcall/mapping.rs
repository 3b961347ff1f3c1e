//! What the columns of an inspected input mean, with the evidence, and what its rows become.

use std::fmt::Write as _;

use clap::ValueEnum;
use serde_json::{Value as Json, json};
use toml::{Table, Value};

use rowcall::contact::Contact;
use rowcall::error::Error;
use rowcall::ingest::Look;
use rowcall::ingest::record::Row;
use rowcall::map::content::Looks;
use rowcall::map::{Columns, Draft, Look as ColumnLook};
use rowcall::normalize::limits::FieldLimits;
use rowcall::normalize::tags::TagRules;
use rowcall::normalize::{Need, Rules, normalize};
use rowcall::phone::{Plan, Region};
use rowcall::text::printable;

use crate::args::InspectArgs;
use crate::job::{plan, region};

/// What was decided of the columns, or why nothing could be.
pub(crate) struct Mapping {
    decided: Result<Columns, Error>,
    /// How the values of each column look.
    looks: Vec<Looks>,
    rules: Rules,
}

impl Mapping {
    /// Decides as a run would.
    pub(crate) fn of(look: &Look, args: &InspectArgs) -> Result<Mapping, Error> {
        let source = &look.source;
        let plan: &'static Plan = plan(args.phone.numbering_plan.as_deref())?;
        let home: Option<Region> =
            args.phone.region.as_deref().map(|text| region(text, plan)).transpose()?;
        let options = args.columns.options().map_err(|what| Error::Usage(printable(&what)))?;
        let columns = ColumnLook { sample: &source.sample, plan, home, source: &source.display };
        let looks = (0..source.header.len()).map(|at| Looks::of(&source.sample, at, plan, home));
        let rules = Rules {
            plan,
            home,
            phone: args.phone.rules(),
            name: Need::Optional,
            opt_in: Need::Optional,
            missing_name: None,
            limits: FieldLimits::default(),
            tags: TagRules::default(),
            avatar: None,
            favorite: true,
        };
        Ok(Mapping {
            looks: looks.collect(),
            decided: Columns::decide(source.header.clone(), &options, &columns),
            rules,
        })
    }

    /// What was found and decided, as a profile.
    ///
    /// # Errors
    /// Why no column could be decided.
    pub(crate) fn profile(&self, look: &Look, args: &InspectArgs) -> Result<String, Error> {
        let columns = match &self.decided {
            Ok(columns) => columns,
            Err(error) => return Err(Error::Usage(error.to_string())),
        };
        let layout = look.source.layout;
        let character = |byte: u8| match byte {
            b'\t' => "tab".to_owned(),
            byte => char::from(byte).to_string(),
        };
        let or_none = |byte: Option<u8>| byte.map_or_else(|| "none".to_owned(), character);
        let mut table = Table::new();
        let mut set = |key: &str, value: Value| {
            table.insert(key.to_owned(), value);
        };
        let text = |text: &str| Value::String(text.to_owned());
        set("encoding", text(&look.source.encoding.name().to_ascii_lowercase()));
        set("delimiter", Value::String(character(layout.dialect.delimiter)));
        set("quote", Value::String(or_none(layout.dialect.quote)));
        set("escape", Value::String(or_none(layout.dialect.escape)));
        set("skip-lines", Value::Integer(i64::try_from(layout.preamble_lines).unwrap_or(0)));
        set(if layout.has_header { "header" } else { "no-header" }, Value::Boolean(true));
        if let Some(region) = &self.rules.home {
            set("region", text(region.as_str()));
        }
        let phone = &args.phone;
        let wishes = [
            ("digits", phone.digits.to_possible_value()),
            ("multi", phone.multi.to_possible_value()),
            ("ragged", args.read.ragged.to_possible_value()),
        ];
        for (key, wish) in wishes {
            set(key, text(wish.expect("no wish is hidden").get_name()));
        }
        set("vanity", Value::Boolean(phone.vanity));
        let mut constants = Table::new();
        for pair in &args.columns.set {
            if let Some((field, value)) = pair.split_once('=') {
                constants.insert(field.trim().to_owned(), text(value));
            }
        }
        set("set", Value::Table(constants));
        set("preset", text(columns.preset.map_or("none", |preset| preset.name.as_str())));
        set("tags-sep", text(&columns.tag_separator));
        if args.columns.params != "all" {
            set("params", text(&args.columns.params));
        }
        let names = look.source.header.iter().map(|name| text(name)).collect();
        set("columns", Value::Array(names));
        let mut map = Table::new();
        for (field, at, _) in columns.decided() {
            // A name that two columns share is no name.
            let name = &columns.headers[at];
            let unique = columns.headers.iter().filter(|other| *other == name).count() == 1;
            let name =
                if unique && !name.is_empty() { name.clone() } else { format!("#{}", at + 1) };
            let slot = map.entry(field.as_str()).or_insert_with(|| Value::Array(Vec::new()));
            slot.as_array_mut().expect("just made").push(Value::String(name));
        }
        table.insert("map".to_owned(), Value::Table(map));
        let body = toml::to_string(&table).expect("texts, numbers and lists");
        Ok(format!("# How rowcall reads this export. Keys are the names of flags.\n{body}"))
    }

    /// Adds the mapping to what is known of the input.
    pub(crate) fn add_to(&self, facts: &mut Json) {
        let columns = match &self.decided {
            Ok(columns) => columns,
            Err(error) => {
                facts["mapping_error"] = error.to_string().into();
                return;
            }
        };
        let mapping: Vec<Json> = columns
            .decided()
            .map(|(field, at, evidence)| {
                let looks = self.looks[at];
                json!({
                    "field": field.as_str(),
                    "column": columns.headers[at],
                    "column_number": at + 1,
                    "evidence": evidence.as_str(),
                    "values": looks.values,
                    "phones": looks.phones,
                    "emails": looks.emails,
                })
            })
            .collect();
        facts["mapping"] = mapping.into();
        facts["preset"] = columns.preset.map(|preset| preset.name.as_str()).into();
        let left: Vec<&str> =
            columns.leftovers().iter().map(|at| columns.headers[*at].as_str()).collect();
        facts["unmapped"] = left.into();
    }

    /// The same for a person.
    pub(crate) fn text(&self) -> String {
        let columns = match &self.decided {
            Ok(columns) => columns,
            Err(error) => return format!("\nmapping      none: {error}\n"),
        };
        let preset = columns.preset.map_or(String::new(), |preset| format!(": {}", preset.title));
        let mut text = format!("\nmapping{preset}\n");
        for (field, at, evidence) in columns.decided() {
            let Looks { values, phones, emails } = self.looks[at];
            let like = match (phones, emails) {
                (0, 0) => String::new(),
                (0, _) => format!(", {emails} of {values} values are addresses"),
                _ => format!(", {phones} of {values} values are numbers"),
            };
            let name = printable(&columns.headers[at]);
            let evidence = evidence.as_str();
            let _ = writeln!(text, "  {field} = {name} (column {}; {evidence}{like})", at + 1);
        }
        text
    }

    /// The contact that a row becomes, with all that is wrong; `None` where no column holds phones.
    pub(crate) fn contact(&self, row: Row<'_>) -> Option<Json> {
        let columns = self.decided.as_ref().ok()?;
        let draft = Draft::new(row, columns);
        let mut problems = Vec::new();
        let contact = normalize(&draft, &self.rules, &mut problems);
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
        let mut value = contact.map_or_else(|_| json!({}), |contact| contact_value(&contact));
        value["problems"] = codes.into();
        Some(value)
    }
}

fn contact_value(contact: &Contact<'_>) -> Json {
    let mut tags = Vec::new();
    contact.tags.for_each(|tag| tags.push(tag));
    json!({
        "phone": contact.phone.to_string(),
        "region": contact.region.map(|region| region.to_string()),
        "kind": contact.kind.as_str(),
        "name": contact.name,
        "email": contact.email,
        "country": contact.country.map(|country| country.to_string()),
        "address": contact.address,
        "tags": tags,
        "opt_in": contact.opt_in,
    })
}
