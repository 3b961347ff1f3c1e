//! Stage 4: one contact a phone. The first row of a phone, by row number, keeps it; every later
//! one learns which row that was and which fields differ.
//! It must not know how a row was read or how it will be written.

use std::io;
use std::path::Path;

use rapidhash::v3::{DEFAULT_RAPID_SECRETS, rapidhash_v3_nano_inline};

use crate::contact::{Contact, Field};
use crate::phone::{Phone, variant_key};

pub mod existing;
mod prints;
pub mod suppress;
mod table;

use prints::Prints;
use table::Table;

/// The fields in which a duplicate is compared with the kept row. A split name counts as a name,
/// and everything that feeds no field as params.
pub const COMPARED: [Compared; 6] = [
    Compared::Field(Field::Name),
    Compared::Field(Field::Email),
    Compared::Field(Field::Country),
    Compared::Field(Field::Address),
    Compared::Field(Field::Tags),
    Compared::Params,
];

/// Something in which two contacts of one phone may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// A field of the contact.
    Field(Field),
    /// The columns that feed no field.
    Params,
}

impl Compared {
    /// The name in every report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Compared::Field(field) => field.as_str(),
            Compared::Params => "params",
        }
    }
}

/// A fingerprint of each compared field of one contact. Unequal prints prove a difference; equal
/// ones hide one with a chance of 2⁻³², and only the list of differing fields rests on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Print([u32; COMPARED.len()]);

impl Print {
    /// The bytes of a print in a buffer of prints.
    pub const BYTES: usize = 4 * COMPARED.len();

    /// The print of a contact and its params, each given by its [`name_print`] and its value.
    #[must_use]
    pub fn of<'r>(contact: &Contact<'r>, params: impl Iterator<Item = (u32, &'r str)>) -> Print {
        let mut tags = 0;
        contact.tags.for_each(|tag| tags = join(tags, hash(tag)));
        let country = contact.country.map_or(0, |country| hash(country.as_str()));
        let mut print = 0;
        // Most contacts have none of these.
        for (field, value) in [
            (Field::Description, &*contact.description),
            (Field::Avatar, contact.avatar_text()),
            (Field::Favorite, contact.favorite.map_or("", |it| if it { "y" } else { "n" })),
        ] {
            if !value.is_empty() {
                print = join(print, hash(field.as_str()) ^ hash(value));
            }
        }
        for (name, value) in params.filter(|(_, value)| !value.is_empty()) {
            print = join(print, name ^ hash(value));
        }
        Print([
            hash(&contact.name),
            hash(&contact.email),
            country,
            hash(&contact.address),
            tags,
            print,
        ])
    }

    /// Appends the print to a buffer of prints.
    pub fn append_to(self, buffer: &mut Vec<u8>) {
        let mut bytes = [0; Print::BYTES];
        for (four, word) in bytes.as_chunks_mut().0.iter_mut().zip(self.0) {
            *four = word.to_le_bytes();
        }
        buffer.extend_from_slice(&bytes);
    }

    fn from_bytes(bytes: &[u8; Print::BYTES]) -> Print {
        let mut words = [0; COMPARED.len()];
        for (word, four) in words.iter_mut().zip(bytes.chunks_exact(4)) {
            *word = u32::from_le_bytes(four.try_into().expect("chunks of 4"));
        }
        Print(words)
    }

    /// What the two contacts certainly differ in.
    fn differs_from(self, other: Print) -> Differences {
        let mut differs = [false; COMPARED.len()];
        for (differs, (mine, theirs)) in differs.iter_mut().zip(self.0.iter().zip(other.0)) {
            *differs = *mine != theirs;
        }
        Differences(differs)
    }
}

/// What two contacts of one phone differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Differences([bool; COMPARED.len()]);

impl Differences {
    /// What differs, in the order in which it is compared.
    pub fn iter(self) -> impl Iterator<Item = Compared> {
        COMPARED.into_iter().zip(self.0).filter(|(_, differs)| *differs).map(|(it, _)| it)
    }
}

/// The print of a param's name.
#[must_use]
pub fn name_print(name: &str) -> u32 {
    hash(name).rotate_left(16)
}

/// The print of a set, from that of a part of it and that of one more thing in it; the order
/// does not matter.
fn join(part: u32, item: u32) -> u32 {
    part.wrapping_add(item)
}

/// The low half of a 64-bit hash, with the length: the hash alone is the same for short texts whose
/// last characters repeat, such as `An` and `Ann`.
#[expect(clippy::cast_possible_truncation, reason = "the low halves are what is wanted")]
fn hash(text: &str) -> u32 {
    let hash = rapidhash_v3_nano_inline::<false, false>(text.as_bytes(), &DEFAULT_RAPID_SECRETS);
    (hash as u32).wrapping_add(text.len() as u32)
}

/// What the rows of a chunk bring that other rows may have, too. A row is named by its index in
/// the chunk.
#[derive(Debug, Default)]
pub struct Claims {
    /// Valid phones, which their rows want to keep.
    phones: Vec<(u64, usize)>,
    /// The [`variant_key`]s of those phones and of refused numbers.
    variants: Vec<(u64, usize)>,
}

impl Claims {
    /// Forgets all claims and keeps the memory.
    pub fn clear(&mut self) {
        self.phones.clear();
        self.variants.clear();
    }

    /// The row wants to keep the phone. Rows claim in order, each once.
    pub fn push(&mut self, row: usize, phone: Phone) {
        self.phones.push((phone.as_u64(), row));
        self.variants.extend(variant_key(phone.as_u64()).map(|key| (key, row)));
    }

    /// The row has a number that was refused: it claims nothing, and yet may be the subscriber of
    /// another row.
    pub fn push_refused(&mut self, row: usize, key: u64) {
        self.variants.push((key, row));
    }
}

/// Another row that has to do with what a row claims, by its ordinal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier {
    /// It has the phone and keeps it.
    Keeps {
        /// The ordinal of that row.
        kept: u64,
        /// What differs between the two.
        differs: Differences,
    },
    /// Its number may be the same subscriber's in another spelling.
    MayBeSame {
        /// The ordinal of that row.
        variant: u64,
    },
}

/// Who has which phone. Rows are named by their ordinal: their number over all sources, from 0.
pub struct Unique {
    phones: Table,
    /// Keys that two spellings of one subscriber may share.
    variants: Table,
    prints: Prints,
}

impl Unique {
    /// Nobody has any phone. Prints that outgrow memory go to a nameless file in `folder`.
    #[must_use]
    pub fn new(folder: &Path) -> Unique {
        Unique { phones: Table::new(), variants: Table::new(), prints: Prints::new(folder) }
    }

    /// Takes the prints of the next rows, one for every row whatever its fate, before any of
    /// them claims its phone.
    ///
    /// # Errors
    /// The file of prints cannot be written.
    pub fn add_prints(&mut self, prints: &[u8]) -> io::Result<()> {
        self.prints.append(prints)
    }

    /// Settles the claims of a chunk, whose first row has the ordinal `first`. The rows with which
    /// an earlier row has to do are appended to `found`, in order.
    ///
    /// # Errors
    /// The file of prints cannot be read.
    pub fn claim(
        &mut self,
        claims: &Claims,
        first: u64,
        found: &mut Vec<(usize, Earlier)>,
    ) -> io::Result<()> {
        let mut duplicates = Vec::new();
        self.phones.claim(&claims.phones, first, |row, kept| duplicates.push((row, kept)));
        for &(row, kept) in &duplicates {
            let print = self.prints.get(first + row as u64)?;
            let differs = print.differs_from(self.prints.get(kept)?);
            found.push((row, Earlier::Keeps { kept, differs }));
        }
        // A duplicate adds nothing to what its phone's first row has claimed.
        let mut duplicates = duplicates.into_iter().map(|(row, _)| row).peekable();
        let claims_variant = |(_, row): &&(u64, usize)| {
            while duplicates.next_if(|duplicate| duplicate < row).is_some() {}
            duplicates.peek() != Some(row)
        };
        let variants: Vec<(u64, usize)> =
            claims.variants.iter().filter(claims_variant).copied().collect();
        self.variants.claim(&variants, first, |row, variant| {
            found.push((row, Earlier::MayBeSame { variant }));
        });
        found.sort_unstable_by_key(|(row, _)| *row);
        Ok(())
    }

    /// The number of distinct phones.
    #[must_use]
    pub fn len(&self) -> usize {
        self.phones.len()
    }

    /// Whether no phone was claimed yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::hash;

    #[test]
    fn short_texts_have_prints_of_their_own() {
        let mut seen = HashMap::new();
        for first in b'A'..=b'z' {
            let mut texts = vec![String::from(char::from(first))];
            for second in b'a'..=b'z' {
                let pair = format!("{}{}", char::from(first), char::from(second));
                texts.extend((b'a'..=b'z').map(|third| format!("{pair}{}", char::from(third))));
                texts.push(pair);
            }
            for text in texts {
                let other = seen.insert(hash(&text), text.clone());
                assert!(other.is_none(), "{text} has the print of {other:?}");
            }
        }
    }
}
