//! The contacts that a platform has already: 24 bytes each in memory, and what is stored of them
//! in a private file.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use rapidhash::v3::{DEFAULT_RAPID_SECRETS, rapidhash_v3_nano_inline};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contact::Field;

/// What a platform has stored of a contact. What its answer does not show is not known, which is
/// another thing than empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// The platform's own id of the contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Texts by the field's name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<(String, String)>,
    /// Labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Custom values by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<Vec<(String, Value)>>,
    /// Whether the contact agreed to be written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opt_in: Option<bool>,
}

impl Stored {
    /// What is stored of a field; `None` where that is not known.
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&str> {
        let found = self.texts.iter().find(|(name, _)| name == field.as_str());
        found.map(|(_, value)| value.as_str())
    }

    /// The print of all that is stored.
    fn print(&self) -> StatePrint {
        let mut print = StatePrint::default();
        for (name, value) in &self.texts {
            print.add(name, "", value);
        }
        self.tags.iter().flatten().for_each(|tag| print.add("tags", "", tag));
        for (name, value) in self.params.iter().flatten() {
            print.add("params", name, &param_text(value));
        }
        if let Some(said) = self.opt_in {
            print.add("opt_in", "", if said { "true" } else { "false" });
        }
        print
    }

    /// Which parts are known.
    fn known(&self) -> Known {
        let mut known = Known { tags: self.tags.is_some(), ..Known::default() };
        known.params = self.params.is_some();
        known.opt_in = self.opt_in.is_some();
        for field in Field::all() {
            known.texts[field as usize] = self.text(field).is_some();
        }
        known
    }
}

/// A custom value as a cell would hold it.
#[must_use]
pub fn param_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => text.into(),
        Value::Null => "".into(),
        other => other.to_string().into(),
    }
}

/// Which parts of a contact are known of some stored contact or other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    /// Texts, by the field's own number.
    pub texts: [bool; Field::COUNT],
    /// Labels.
    pub tags: bool,
    /// Custom values.
    pub params: bool,
    /// Whether the contact agreed.
    pub opt_in: bool,
}

impl Known {
    fn join(&mut self, other: Known) {
        for (mine, theirs) in self.texts.iter_mut().zip(other.texts) {
            *mine |= theirs;
        }
        self.tags |= other.tags;
        self.params |= other.params;
        self.opt_in |= other.opt_in;
    }
}

/// A 64-bit print of what there is of a contact, whatever the order. Equal prints are taken for
/// equal contacts: two of ten million that differ have one by a chance of 2⁻⁴⁰.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatePrint(u64);

impl StatePrint {
    /// Adds a value; an empty one is none.
    pub fn add(&mut self, part: &str, name: &str, value: &str) {
        if !value.is_empty() {
            let seeded = hash(part, 0);
            self.0 = self.0.wrapping_add(hash(value, hash(name, seeded)));
        }
    }
}

fn hash(text: &str, seed: u64) -> u64 {
    let mixed = rapidhash_v3_nano_inline::<true, false>(text.as_bytes(), &DEFAULT_RAPID_SECRETS);
    (mixed ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) ^ seed
}

/// A contact that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    phone: u64,
    /// The print of what is stored.
    pub print: StatePrint,
    /// Where it stands in the spool, in bytes.
    place: u64,
}

/// The bytes of an entry in the list of entries.
const ENTRY_BYTES: usize = 24;

/// Gathers the contacts that a platform has.
pub struct Gathered {
    /// What is stored, one record after the other: its length, then JSON.
    spool: io::BufWriter<File>,
    spool_bytes: u64,
    /// The entries, so that memory for them is taken once and to the byte.
    entries: io::BufWriter<File>,
    count: usize,
    known: Known,
}

/// The contacts that a platform has, by phone.
#[derive(Debug)]
pub struct Existing {
    /// By phone; of two with one phone the one that came first stands first.
    entries: Vec<Entry>,
    spool: File,
    known: Known,
}

impl Gathered {
    /// None yet. The private files are made in `folder` and have no names there.
    ///
    /// # Errors
    /// A file cannot be made.
    pub fn new(folder: &Path) -> io::Result<Gathered> {
        let file = || tempfile::tempfile_in(folder).map(io::BufWriter::new);
        Ok(Gathered {
            spool: file()?,
            spool_bytes: 0,
            entries: file()?,
            count: 0,
            known: Known::default(),
        })
    }

    /// Adds a contact whose phone has these digits.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn add(&mut self, digits: u64, stored: &Stored) -> io::Result<()> {
        let text = serde_json::to_vec(stored)?;
        let length = u32::try_from(text.len()).map_err(io::Error::other)?;
        for word in [digits, stored.print().0, self.spool_bytes] {
            self.entries.write_all(&word.to_le_bytes())?;
        }
        self.spool.write_all(&length.to_le_bytes())?;
        self.spool.write_all(&text)?;
        self.spool_bytes += 4 + u64::from(length);
        self.count += 1;
        self.known.join(stored.known());
        Ok(())
    }

    /// All are there.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn finish(self) -> io::Result<Existing> {
        let spool = self.spool.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mut file = self.entries.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        let mut file = io::BufReader::new(file);
        let mut entries = Vec::with_capacity(self.count);
        let mut bytes = [0; ENTRY_BYTES];
        for _ in 0..self.count {
            file.read_exact(&mut bytes)?;
            let word =
                |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
            entries.push(Entry { phone: word(0), print: StatePrint(word(8)), place: word(16) });
        }
        entries.sort_unstable_by_key(|entry| (entry.phone, entry.place));
        Ok(Existing { entries, spool, known: self.known })
    }
}

impl Existing {
    /// The contacts of a phone, in the order of the list; most have one.
    #[must_use]
    pub fn find(&self, phone: u64) -> &[Entry] {
        let start = self.entries.partition_point(|entry| entry.phone < phone);
        let found = self.entries[start..].iter().take_while(|entry| entry.phone == phone);
        &self.entries[start..start + found.count()]
    }

    /// What is stored of it.
    ///
    /// # Errors
    /// The private file cannot be read.
    pub fn read(&self, entry: Entry) -> io::Result<Stored> {
        let mut length = [0; 4];
        self.spool.read_exact_at(&mut length, entry.place)?;
        let length = usize::try_from(u32::from_le_bytes(length)).expect("32 bits fit");
        let mut text = vec![0; length];
        self.spool.read_exact_at(&mut text, entry.place + 4)?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// Which parts are known of any of them.
    #[must_use]
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    fn stored(id: &str, name: &str) -> Stored {
        Stored {
            id: Some(id.to_owned()),
            texts: vec![("name".to_owned(), name.to_owned())],
            ..Stored::default()
        }
    }

    #[test]
    fn contacts_are_found_by_their_phone_in_the_order_of_the_list() {
        let mut gathered = Gathered::new(&std::env::temp_dir()).expect("private files");
        gathered.add(971_501_234_568, &stored("b", "Bob")).expect("written");
        gathered.add(971_501_234_567, &stored("a", "Ann")).expect("written");
        gathered.add(971_501_234_567, &stored("c", "Another Ann")).expect("written");
        let existing = gathered.finish().expect("read");
        let [first, second] = existing.find(971_501_234_567) else { panic!("two are there") };
        assert_eq!(existing.read(*first).expect("read"), stored("a", "Ann"));
        assert_eq!(existing.read(*second).expect("read"), stored("c", "Another Ann"));
        let [only] = existing.find(971_501_234_568) else { panic!("one is there") };
        assert_eq!(existing.read(*only).expect("read").text(Field::Name), Some("Bob"));
        assert_eq!(existing.find(971_501_234_569), []);
        assert_eq!((existing.len(), existing.is_empty()), (3, false));
        let none = Gathered::new(&std::env::temp_dir()).expect("private files");
        assert!(none.finish().expect("read").is_empty());
        assert!(existing.known().texts[Field::Name as usize] && !existing.known().tags);
    }

    #[test]
    fn what_is_known_of_any_contact_is_known() {
        let name = vec![("name".to_owned(), "Ann".to_owned())];
        let params = vec![("n".to_owned(), Value::from(7)), ("none".to_owned(), Value::Null)];
        let all = [
            Stored { tags: Some(vec!["vip".to_owned()]), ..Stored::default() },
            Stored { params: Some(params), ..Stored::default() },
            Stored { opt_in: Some(false), ..Stored::default() },
            Stored { texts: name, ..Stored::default() },
        ];
        let mut gathered = Gathered::new(&std::env::temp_dir()).expect("private files");
        assert_eq!(gathered.known, Known::default());
        for stored in &all {
            gathered.add(1, stored).expect("written");
        }
        let existing = gathered.finish().expect("read");
        let known = existing.known();
        assert!(known.tags && known.params && known.opt_in);
        assert_eq!(known.texts.iter().filter(|known| **known).count(), 1);
        let parts = [("tags", "", "vip"), ("params", "n", "7"), ("opt_in", "", "false")];
        let prints =
            [parts[0], parts[1], parts[2], ("name", "", "Ann")].map(|(part, name, value)| {
                let mut print = StatePrint::default();
                print.add(part, name, value);
                print
            });
        assert_eq!(existing.find(1).iter().map(|entry| entry.print).collect::<Vec<_>>(), prints);
    }

    #[test]
    fn a_custom_value_is_what_a_cell_would_hold() {
        for (value, text) in [
            (Value::from("a \"b\""), "a \"b\""),
            (Value::Null, ""),
            (Value::from(7), "7"),
            (Value::from(true), "true"),
        ] {
            assert_eq!(param_text(&value), text);
        }
    }

    #[test]
    fn hundreds_of_thousands_of_values_have_prints_of_their_own() {
        let print = |at: u32| {
            let mut print = StatePrint::default();
            print.add("params", "note", &format!("value {at}"));
            print.0
        };
        let prints: std::collections::HashSet<u64> = (0..300_000).map(print).collect();
        assert_eq!(prints.len(), 300_000);
    }

    #[test]
    fn prints_tell_fields_tags_and_params_apart_and_heed_no_order() {
        let print = |parts: &[(&str, &str, &str)]| {
            let mut print = StatePrint::default();
            parts.iter().for_each(|(part, name, value)| print.add(part, name, value));
            print
        };
        let one = [("name", "", "x"), ("tags", "", "a"), ("params", "k", "v")];
        let turned = [one[2], one[0], one[1], ("email", "", "")];
        assert_eq!(print(&one), print(&turned));
        for other in [("email", "", "x"), ("tags", "", "x"), ("name", "", "y"), ("params", "", "x")]
        {
            assert_ne!(print(&[("name", "", "x")]), print(&[other]), "{other:?}");
        }
        assert_ne!(print(&[("params", "a", "b")]), print(&[("params", "b", "a")]));
    }
}
