//! A platform → a payload file of one contact, as the stages make it of the first row of its
//! template.

use super::contract::Contract;
use super::encode::{Encoder, Frame, param_columns};
use super::template::{Rows, template};
use crate::contact::Field;
use crate::ingest::ReadOptions;
use crate::ingest::record::{Record, RecordReader, Row};
use crate::map::{Columns, Draft, Look, MapOptions};
use crate::normalize::tags::TagIds;
use crate::normalize::{Rules, normalize};
use crate::phone::Plan;

/// A tag of the sample, and the id that it has where the platform takes ids.
const TAG: (&str, &str) = ("vip", "12");

/// A payload file with one contact in it.
#[must_use]
pub fn sample(contract: &Contract) -> String {
    let text = template(contract, Rows::Clean);
    let mut reader = RecordReader::new(ReadOptions::default(), None);
    let mut headers: Option<Vec<String>> = None;
    let mut payload: Option<Vec<u8>> = None;
    reader.read(text.as_bytes(), &[], |record| match (record, &headers) {
        (Record::Row(row), None) => headers = Some(row.cells().map(str::to_owned).collect()),
        (Record::Row(row), Some(headers)) if payload.is_none() => {
            payload = Some(file(contract, headers.clone(), row));
        }
        _ => {}
    });
    let payload = payload.expect("a template has rows");
    String::from_utf8(payload).expect("an encoder writes UTF-8")
}

/// The bytes of a file with the contact of one row.
fn file(contract: &Contract, headers: Vec<String>, row: Row<'_>) -> Vec<u8> {
    let mut ids = TagIds::default();
    contract.tag_id_keys().for_each(|key| ids.add(key, TAG.0, TAG.1));
    let takes_ids = ids.keys().next().is_some();
    let tag = (Field::Tags, TAG.0.to_owned());
    let options = MapOptions {
        constants: if takes_ids { vec![tag] } else { Vec::new() },
        ..MapOptions::default()
    };
    let plan = Plan::builtin();
    let look = Look { sample: &[], plan, home: None, source: "the template" };
    let columns = Columns::decide(headers, &options, &look)
        .expect("a test maps every template by its headers alone");
    let draft = Draft::new(row, &columns);
    let rules = Rules {
        limits: contract.limits(),
        tags: contract.tag_rules(&ids),
        avatar: contract.avatar_rules(None),
        favorite: contract.field(Field::Favorite).is_some(),
        ..Rules::new(plan, None)
    };
    let contact = normalize(&draft, &rules, &mut Vec::new())
        .expect("only a phone can cost a row here, and a test reads those of the template");
    let encoder = Encoder::new(contract, &columns, &param_columns(contract, &columns), Some(&ids));
    let Frame { opening, first, between: _, closing, after } = encoder.frame();
    let mut bytes = format!("{opening}{first}").into_bytes();
    encoder.encode(&contact, &draft, &mut bytes);
    bytes.extend_from_slice(format!("{after}{closing}").as_bytes());
    bytes
}
