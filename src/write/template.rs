//! A platform → a sample CSV that teaches its columns: rows as they should be, or the same people
//! as a damaged export has them. Nobody has the phone numbers: they are set aside for fiction.

use super::contract::{Contract, TagsForm};
use super::encode::push_cell;
use crate::contact::Field;

/// How the rows of a template are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// As they should be.
    Clean,
    /// As a damaged export has them: what rowcall mends, and what it refuses.
    Messy,
}

/// A column of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Field(Field),
    /// A column that feeds no field.
    Tier,
}

use Column::Tier;

/// The columns that a template can have, each with a header that rowcall knows by itself.
const COLUMNS: [(Column, &str); 13] = [
    (Column::Field(Field::Phone), "Phone"),
    (Column::Field(Field::Name), "Name"),
    (Column::Field(Field::FirstName), "First name"),
    (Column::Field(Field::LastName), "Last name"),
    (Column::Field(Field::Email), "Email"),
    (Column::Field(Field::Country), "Country"),
    (Column::Field(Field::Address), "Address"),
    (Column::Field(Field::Tags), "Tags"),
    (Column::Field(Field::OptIn), "Opt-in"),
    (Column::Field(Field::Description), "Description"),
    (Column::Field(Field::Favorite), "Favorite"),
    (Column::Field(Field::Avatar), "Avatar"),
    (Tier, "Loyalty tier"),
];

/// Somebody who does not exist: a cell for each of [`COLUMNS`].
type Person = [&'static str; COLUMNS.len()];

#[rustfmt::skip]
const PEOPLE: [Person; 6] = [
    ["+12125550123", "Amina Haddad", "Amina", "Haddad", "amina.haddad@example.com", "US",
        "14 Harbour Road, New York", "vip, newsletter", "yes", "Prefers to be called in the morning",
        "yes", "https://example.com/pictures/amina.png", "gold"],
    ["+442079460123", "Tom Fletcher", "Tom", "Fletcher", "tom.fletcher@example.org", "GB",
        "3 Mill Lane, London", "newsletter", "yes", "Met at the spring fair", "no", "", "silver"],
    ["+61491570006", "Zoë Nguyen", "Zoë", "Nguyen", "zoe.nguyen@example.com", "AU",
        "27 Wattle Street, Sydney", "lead", "yes", "", "no",
        "https://example.com/pictures/zoe.jpg", "silver"],
    ["+4917604069012", "Jürgen Weiß", "Jürgen", "Weiß", "juergen.weiss@example.net", "DE",
        "Lindenstraße 8, Berlin", "vip", "yes", "Asked for the catalogue", "yes", "", "gold"],
    ["+46701740620", "Sara Lindqvist", "Sara", "Lindqvist", "", "SE",
        "Björkvägen 5, Uppsala", "lead, newsletter", "", "", "no", "", ""],
    ["+14155550142", "محمد علي", "محمد", "علي", "m.ali@example.com", "US",
        "51 Juniper Avenue, San Francisco", "", "yes", "Writes in Arabic", "no", "", "bronze"],
];

/// A row of a damaged export: a person, and what stands in the place of their cells.
type Damaged = (usize, &'static [(Field, &'static str)]);

use Field::{
    Address, Avatar, Country, Description, Email, Favorite, FirstName, LastName, Name, OptIn, Phone,
};

#[rustfmt::skip]
const DAMAGED: [Damaged; 19] = [
    // Mended without a word, or with a note.
    (0, &[(Phone, "  +1 (212) 555-0123 "), (Name, "  Amina   Haddad "), (FirstName, " Amina "), (Country, "United States")]),
    (1, &[(Phone, "'+442079460123"), (Country, "uk")]),
    (2, &[(Phone, "0061 491 570 006"), (Country, "Australia"), (Address, "27 Wattle Street\nSydney")]),
    (3, &[(Phone, "0176 04069012"), (Country, "Deutschland")]),
    (4, &[(Phone, "4.6701740620E+10"), (Name, "Sara\nLindqvist")]),
    (5, &[(Phone, "+14155550142 / +442079460177")]),
    (0, &[(Phone, "12125550145.0"), (Name, "Amina H")]),
    (1, &[(Phone, "tel:+44-20-7946-0188"), (Email, "tom.fletcher@example"), (Avatar, "tom.bmp")]),
    (2, &[(Phone, "+61 491 570 156"), (Country, "Atlantis"), (OptIn, "perhaps"), (Favorite, "perhaps")]),
    // One contact in two spellings.
    (0, &[(Phone, "212.555.0123"), (Description, "")]),
    (3, &[(Phone, "+49 176 04069012")]),
    // Refused.
    (1, &[(Phone, "4.42079E+11")]),
    (2, &[(Phone, "#REF!")]),
    (3, &[(Phone, "########")]),
    (4, &[(Phone, "")]),
    (5, &[(Phone, "1-800-FLOWERS")]),
    (0, &[(Phone, "+1 212 555")]),
    (1, &[(Phone, "+44 20 7946 0199, +44 20 7946 0200"), (Name, ""), (FirstName, ""), (LastName, "")]),
    (4, &[(Phone, "31.12.2024")]),
];

/// Before which damaged row a blank line stands.
const BLANK_BEFORE: usize = 6;

/// The last record, which lost its other cells. A messy template has two columns at least.
const CUT_OFF: &str = "+12125550166";

/// The sample CSV for a platform, in UTF-8.
#[must_use]
pub fn template(contract: &Contract, rows: Rows) -> String {
    let mut out = Vec::new();
    for record in records(contract, rows) {
        for (index, cell) in record.iter().enumerate() {
            push_cell(index, cell, &mut out);
        }
        out.push(b'\n');
    }
    String::from_utf8(out).expect("quotes leave UTF-8 as it is")
}

/// The records of the sample, the header first.
#[must_use]
pub fn records(contract: &Contract, rows: Rows) -> Vec<Vec<String>> {
    let columns: Vec<usize> =
        (0..COLUMNS.len()).filter(|at| is_used(COLUMNS[*at].0, contract, rows)).collect();
    let record =
        |cell: &dyn Fn(usize) -> String| columns.iter().map(|at| cell(*at)).collect::<Vec<_>>();
    let mut records = vec![record(&|at| COLUMNS[at].1.to_owned())];
    match rows {
        Rows::Clean => {
            records.extend(PEOPLE.iter().map(|person| record(&|at| cell(contract, person, at))));
        }
        Rows::Messy => {
            for (number, (who, changes)) in DAMAGED.iter().enumerate() {
                if number == BLANK_BEFORE {
                    records.push(record(&|_| String::new()));
                }
                records.push(record(&|at| {
                    let changed = changes.iter().find(|(field, _)| is_of(COLUMNS[at].0, *field));
                    let clean = || cell(contract, &PEOPLE[*who], at);
                    changed.map_or_else(clean, |(_, cell)| (*cell).to_owned())
                }));
            }
            records.push(vec![CUT_OFF.to_owned()]);
        }
    }
    records
}

fn is_of(column: Column, field: Field) -> bool {
    column == Column::Field(field)
}

/// Whether the platform makes use of a column.
fn is_used(column: Column, contract: &Contract, rows: Rows) -> bool {
    let carries = contract.payload.original_columns;
    match column {
        Tier => contract.params.is_some() || carries,
        Column::Field(Phone) => true,
        // National numbers are read in it.
        Column::Field(Country) if rows == Rows::Messy => true,
        Column::Field(field @ (Name | Email)) => contract.field(field).is_some() || carries,
        Column::Field(field) => contract.field(field).is_some(),
    }
}

/// The cell of a person, as the platform takes it.
fn cell(contract: &Contract, person: &Person, at: usize) -> String {
    let text = person[at];
    let Column::Field(field) = COLUMNS[at].0 else { return text.to_owned() };
    // Ids are the user's own, so that no tag of ours has one.
    let ids = contract.fields.iter().any(|known| known.form == Some(TagsForm::Id));
    if field == Field::Tags && ids {
        return String::new();
    }
    let limits = contract.limits();
    if limits.take(field, text) {
        return text.to_owned();
    }
    let short: String = text.chars().take(limits.of(field).chars_max.unwrap_or(0)).collect();
    if limits.take(field, &short) { short.trim().to_owned() } else { String::new() }
}
