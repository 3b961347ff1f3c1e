//! What the columns of an inspected input mean, with the evidence, and what its rows become.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use toml::{Table, Value};

use rowcall::contact::{Contact, Field};
use rowcall::error::Error;
use rowcall::ingest::Look;
use rowcall::ingest::record::Row;
use rowcall::map::advice::{Hint, hints, not_used};
use rowcall::map::{Columns, Draft, Look as ColumnLook};
use rowcall::normalize::{Rules, normalize};
use rowcall::phone::{Plan, Region};
use rowcall::text::printable;

use crate::args::InspectArgs;
use crate::job::{known_regions, plan, region};

/// What was decided of the columns, or why nothing could be.
pub(crate) struct Mapping {
    decided: Result<Columns, Error>,
    rules: Rules,
}

impl Mapping {
    /// Decides as a run would.
    pub(crate) fn of(look: &Look, args: &InspectArgs) -> Result<Mapping, Error> {
        let source = &look.source;
        let plan: &'static Plan = plan(args.phone.numbering_plan.as_deref())?;
        known_regions(args.phone.regions.as_ref(), plan)?;
        let home: Option<Region> =
            args.phone.region.as_deref().map(|text| region(text, plan)).transpose()?;
        let options = args.columns.options().map_err(|what| Error::Usage(printable(&what)))?;
        let columns = ColumnLook { sample: &source.sample, plan, home, source: &source.display };
        let rules = Rules {
            phone: args.phone.rules(),
            missing_name: args.columns.missing_name.clone(),
            opt_in: args.columns.opt_in(),
            favorite: true,
            ..Rules::new(plan, home)
        };
        let decided = Columns::decide(source.header.clone(), &options, &columns);
        Ok(Mapping { decided, rules })
    }

    /// What was typed, found and decided, as a profile.
    ///
    /// # Errors
    /// Why no column could be decided.
    pub(crate) fn profile(
        &self,
        look: &Look,
        typed: Table,
        constants: &[String],
    ) -> Result<String, Error> {
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
        let text = |text: &str| Value::String(text.to_owned());
        let mut table = typed;
        let mut set = |key: &str, value: Value| {
            table.insert(key.to_owned(), value);
        };
        set("encoding", text(&look.source.encoding.name().to_ascii_lowercase()));
        set("delimiter", Value::String(character(layout.dialect.delimiter)));
        set("quote", Value::String(or_none(layout.dialect.quote)));
        set("escape", Value::String(or_none(layout.dialect.escape)));
        set("skip-lines", Value::Integer(i64::try_from(layout.preamble_lines).unwrap_or(0)));
        set(if layout.has_header { "header" } else { "no-header" }, Value::Boolean(true));
        set("preset", text(columns.preset.map_or("none", |preset| preset.name.as_str())));
        set("tags-sep", text(&columns.tag_separator));
        let names = look.source.header.iter().map(|name| text(name)).collect();
        set("columns", Value::Array(names));
        let constants = constants.iter().filter_map(|pair| pair.split_once('='));
        let constants = constants.map(|(field, value)| (field.trim().to_owned(), text(value)));
        let constants: Table = constants.collect();
        if !constants.is_empty() {
            set("set", Value::Table(constants));
        }
        set("map", Value::Table(map_table(columns)));
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
        let mapping = columns.decided().map(|(field, at, evidence)| {
            let looks = columns.looks(at);
            let mut value = json!({
                "field": field.as_str(),
                "column": columns.headers[at],
                "column_number": at + 1,
                "evidence": evidence.as_str(),
                "values": looks.values,
                "phones": looks.phones,
                "emails": looks.emails,
                "countries": looks.countries,
            });
            if let Some(country) = country_of(columns, field, at) {
                value["country_column"] = columns.headers[country].as_str().into();
            }
            value
        });
        facts["mapping"] = mapping.collect();
        facts["preset"] = columns.preset.map(|preset| preset.name.as_str()).into();
        let left = columns.leftovers().iter().map(|at| columns.headers[*at].as_str());
        facts["unmapped"] = left.collect();
        let hints = hints(columns).into_iter().map(|Hint { column, field, why }| {
            json!({
                "column": columns.headers[column],
                "column_number": column + 1,
                "field": field.as_str(),
                "why": why,
            })
        });
        facts["hints"] = hints.collect();
    }

    /// The same for a person.
    pub(crate) fn text(&self) -> String {
        let columns = match &self.decided {
            Ok(columns) => columns,
            Err(error) => return format!("\nmapping      none: {error}\n"),
        };
        let name = |at: usize| printable(&columns.headers[at]);
        let preset = columns.preset.map_or(String::new(), |preset| format!(": {}", preset.title));
        let mut text = format!("\nmapping{preset}\n");
        for (field, at, evidence) in columns.decided() {
            let looks = columns.looks(at);
            let like = match field {
                Field::Phone
                | Field::Email
                | Field::Country
                | Field::Region
                | Field::CallingCode => format!(", {}", looks.evidence(field)),
                _ => String::new(),
            };
            let read_in = country_of(columns, field, at)
                .map_or(String::new(), |country| format!(", read in {}", name(country)));
            let (name, evidence) = (name(at), evidence.as_str());
            let _ =
                writeln!(text, "  {field} = {name} (column {}; {evidence}{like}{read_in})", at + 1);
        }
        for Hint { column, field, why } in hints(columns) {
            let what = not_used(&columns.headers, column, field.as_str(), &why);
            let _ = writeln!(text, "  {what}");
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

/// Field → its columns, by name; a name that two columns share is no name.
fn map_table(columns: &Columns) -> Table {
    let mut map = Table::new();
    for (field, at, _) in columns.decided() {
        let name = &columns.headers[at];
        let unique = columns.headers.iter().filter(|other| *other == name).count() == 1;
        let name = if unique && !name.is_empty() { name.clone() } else { format!("#{}", at + 1) };
        let slot = map.entry(field.as_str()).or_insert_with(|| Value::Array(Vec::new()));
        slot.as_array_mut().expect("just made").push(Value::String(name));
    }
    map
}

/// The column that says in which country the numbers of a phone column are read.
fn country_of(columns: &Columns, field: Field, at: usize) -> Option<usize> {
    columns.country_of_phone(at).filter(|_| field == Field::Phone)
}

fn contact_value(contact: &Contact<'_>) -> Json {
    let mut tags = Vec::new();
    contact.tags.for_each(|tag| tags.push(tag.to_owned()));
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
