//! What the columns of an inspected input mean, with the evidence, and what its rows become.

use std::fmt::Write as _;

use serde_json::{Value, json};

use rowcall::contact::Contact;
use rowcall::error::Error;
use rowcall::ingest::Look;
use rowcall::ingest::record::Row;
use rowcall::map::content::Looks;
use rowcall::map::{Columns, Draft, Look as ColumnLook};
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
        };
        Ok(Mapping {
            looks: looks.collect(),
            decided: Columns::decide(source.header.clone(), &options, &columns),
            rules,
        })
    }

    /// Adds the mapping to what is known of the input.
    pub(crate) fn add_to(&self, facts: &mut Value) {
        let columns = match &self.decided {
            Ok(columns) => columns,
            Err(error) => {
                facts["mapping_error"] = error.to_string().into();
                return;
            }
        };
        let mapping: Vec<Value> = columns
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
    pub(crate) fn contact(&self, row: Row<'_>) -> Option<Value> {
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

fn contact_value(contact: &Contact<'_>) -> Value {
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
