//! The program that one would write in an afternoon: `csv`, `phonenumber`, `serde_json`, and rayon
//! over batches of rows. It drops what is not valid and every later row of a phone.

use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, country::Id};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

const ROWS_A_BATCH: usize = 10_000;
const CONTACTS_A_FILE: usize = 1_000;
const REGEXES_KEPT: usize = 100_000;

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Phone")]
    phone: String,
    #[serde(rename = "Email")]
    email: String,
    #[serde(rename = "Company")]
    company: String,
    #[serde(rename = "City")]
    city: String,
    #[serde(rename = "Country")]
    country: String,
    #[serde(rename = "Tags")]
    tags: String,
    #[serde(rename = "Created")]
    created: String,
    #[serde(rename = "Note")]
    note: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Contact {
    user_number: String,
    user_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    email: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    country_code: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    params: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct Envelope<'c> {
    contacts: &'c [Contact],
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let (source, folder) = (&arguments[1], Path::new(&arguments[2]));
    // As shipped the crate keeps 100 regular expressions, and compiles most of them anew all the
    // time; with room for all of them it is some ninety times faster.
    DATABASE.cache().lock().expect("nobody else holds it").set_capacity(REGEXES_KEPT);
    fs::create_dir(folder)?;
    let mut seen = HashSet::new();
    let (mut files, mut kept) = (0, 0);
    let mut waiting: Vec<Contact> = Vec::new();
    let mut rows = csv::Reader::from_path(source)?.into_deserialize::<Row>();
    loop {
        let batch: Vec<Row> = rows.by_ref().take(ROWS_A_BATCH).collect::<Result<_, _>>()?;
        if batch.is_empty() {
            break;
        }
        let contacts: Vec<Contact> = batch.into_par_iter().filter_map(contact).collect();
        for contact in contacts {
            if seen.insert(contact.user_number.clone()) {
                kept += 1;
                waiting.push(contact);
            }
            if waiting.len() == CONTACTS_A_FILE {
                files += 1;
                write(folder, files, &waiting)?;
                waiting.clear();
            }
        }
    }
    if !waiting.is_empty() {
        write(folder, files + 1, &waiting)?;
    }
    println!("{kept}");
    Ok(())
}

fn contact(row: Row) -> Option<Contact> {
    let home: Option<Id> = row.country.parse().ok().or(Some(Id::AE));
    let number = phonenumber::parse(home, &row.phone).ok()?;
    if !phonenumber::is_valid(&number) {
        return None;
    }
    let tags = row.tags.split(',').map(str::trim).filter(|tag| !tag.is_empty());
    let params = [
        ("Company", row.company),
        ("City", row.city),
        ("Created", row.created),
        ("Note", row.note),
    ];
    Some(Contact {
        user_number: number.format().mode(Mode::E164).to_string(),
        user_name: row.name.trim().to_owned(),
        email: row.email,
        country_code: row.country,
        tags: tags.map(str::to_owned).collect(),
        params: params.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
    })
}

fn write(folder: &Path, number: usize, contacts: &[Contact]) -> Result<(), Box<dyn Error>> {
    let file = File::create(folder.join(format!("{number:06}.json")))?;
    serde_json::to_writer(BufWriter::new(file), &Envelope { contacts })?;
    Ok(())
}
