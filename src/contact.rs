//! The noun that flows: a contact whose every field is normal, and the list of all fields.
//! It must not know where a contact comes from or where it goes.

use std::borrow::Cow;
use std::fmt;

use crate::phone::{Kind, Phone, Region};

mod tags;

pub use tags::Tags;

/// A field that a column can feed. Every other column goes to the contact's params.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The phone number; the only field that every platform needs.
    Phone,
    /// The whole name.
    Name,
    /// The given name, where the name is split over two columns.
    FirstName,
    /// The family name, where the name is split over two columns.
    LastName,
    /// The e-mail address.
    Email,
    /// The country; it is also the region in which the row's phone is read, unless one of the two
    /// fields after it says otherwise.
    Country,
    /// The region in which the row's phone is read, and nothing else.
    Region,
    /// The calling code that stands apart from the phone.
    CallingCode,
    /// The area code that stands apart from the phone.
    AreaCode,
    /// The postal address, as one text.
    Address,
    /// Labels, several in one cell.
    Tags,
    /// Whether the contact agreed to be written to.
    OptIn,
    /// Whether the contact asked not to be written to.
    OptOut,
    /// A note about the contact.
    Description,
    /// Whether the contact is one of the favorites.
    Favorite,
    /// A picture of the contact: its URL, or the name of a file.
    Avatar,
}

/// The one list of all fields with their names, in the order in which they are shown. The headers
/// that mean them stand in `map::synonyms`.
const FIELDS: [(Field, &str); 16] = [
    (Field::Phone, "phone"),
    (Field::Name, "name"),
    (Field::FirstName, "first_name"),
    (Field::LastName, "last_name"),
    (Field::Email, "email"),
    (Field::Country, "country"),
    (Field::Region, "region"),
    (Field::CallingCode, "calling_code"),
    (Field::AreaCode, "area_code"),
    (Field::Address, "address"),
    (Field::Tags, "tags"),
    (Field::OptIn, "opt_in"),
    (Field::OptOut, "opt_out"),
    (Field::Description, "description"),
    (Field::Favorite, "favorite"),
    (Field::Avatar, "avatar"),
];

impl Field {
    /// How many fields there are.
    pub const COUNT: usize = FIELDS.len();

    /// Every field, in the order in which they are shown.
    pub fn all() -> impl Iterator<Item = Field> {
        FIELDS.iter().map(|(field, _)| *field)
    }

    /// The field's name on the command line and in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        FIELDS[self as usize].1
    }

    /// The field of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Field> {
        FIELDS.iter().find(|(_, known)| *known == name).map(|(field, _)| *field)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An ISO 3166-1 alpha-2 code that is assigned to a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// The two capital letters.
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> &'static str {
        /// All pairs of letters, in order.
        const PAIRS: [u8; 2 * 26 * 26] = {
            let mut pairs = [b'A'; 2 * 26 * 26];
            let mut at = 0;
            while at < 26 * 26 {
                pairs[2 * at] += (at / 26) as u8;
                pairs[2 * at + 1] += (at % 26) as u8;
                at += 1;
            }
            pairs
        };
        const TEXT: &str = match std::str::from_utf8(&PAIRS) {
            Ok(text) => text,
            Err(_) => panic!("letters are text"),
        };
        let [first, second] = self.0.map(|letter| usize::from(letter - b'A'));
        let at = 2 * (26 * first + second);
        &TEXT[at..at + 2]
    }

    /// The country of two letters in any case; `None` where ISO assigns none.
    #[must_use]
    pub fn from_alpha2(text: &str) -> Option<Country> {
        let letters = <[u8; 2]>::try_from(text.as_bytes()).ok()?;
        Country::from_letters(letters.map(|letter| letter.to_ascii_uppercase()))
    }

    /// The country of a region; `XK` is none, and `001` neither.
    #[must_use]
    #[inline]
    pub fn of_region(region: Region) -> Option<Country> {
        region.letters().and_then(Country::from_letters)
    }

    /// The country of two capital letters.
    #[inline]
    fn from_letters(letters: [u8; 2]) -> Option<Country> {
        let [first, second] = letters.map(|letter| letter.wrapping_sub(b'A'));
        let assigned = second < 26 && ASSIGNED.get(usize::from(first))? >> second & 1 != 0;
        assigned.then_some(Country(letters))
    }
}

/// Which pairs of letters ISO assigns: for each first letter, a bit for each second one. What begins
/// with X it leaves to its users; the list has one that is in use, XK.
const ASSIGNED: [u32; 26] = include!(concat!(env!("OUT_DIR"), "/assigned.rs"));

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A contact whose every field is normal. It borrows from its row; an empty text means none.
/// Only `normalize` makes one.
#[derive(Debug, Clone)]
pub struct Contact<'r> {
    /// The identity of the contact.
    pub phone: Phone,
    /// The country calling code with which the phone begins.
    pub calling_code: u16,
    /// The region that the phone number belongs to; `None` where its calling code has several
    /// and none claims the number.
    pub region: Option<Region>,
    /// The kind of line.
    pub kind: Kind,
    /// The whole name, tidied.
    pub name: Cow<'r, str>,
    /// Whether the name stands in for one that the row does not have.
    pub is_name_filled: bool,
    /// The given name, where the row has the parts of the name apart.
    pub first_name: Cow<'r, str>,
    /// The family name, where the row has the parts of the name apart.
    pub last_name: Cow<'r, str>,
    /// A valid e-mail address, or nothing.
    pub email: Cow<'r, str>,
    /// The row's country, else the phone's.
    pub country: Option<Country>,
    /// Whether the row itself states the country.
    pub states_country: bool,
    /// The postal address.
    pub address: Cow<'r, str>,
    /// The labels.
    pub tags: Tags<'r>,
    /// Whether the contact agreed to be written to; `None` where the row does not say.
    pub opt_in: Option<bool>,
    /// A note about the contact.
    pub description: Cow<'r, str>,
    /// Whether the contact is one of the favorites; `None` where the row does not say.
    pub favorite: Option<bool>,
    /// A picture.
    pub avatar: Option<Avatar<'r>>,
}

/// A picture of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Avatar<'r> {
    /// Its address, http or https.
    Url(&'r str),
    /// A file that was looked into: its path, relative to the folder of the avatars.
    File(&'r str),
}

impl Contact<'_> {
    /// The given and the family name: as the row has them, else the first word of the whole name
    /// and the rest.
    #[must_use]
    pub fn name_parts(&self) -> (&str, &str) {
        match (&*self.first_name, &*self.last_name) {
            ("", "") => self.name.split_once(' ').unwrap_or((&self.name, "")),
            ("", last) => (last, ""),
            parts => parts,
        }
    }

    /// The picture's address or path; empty where there is none.
    #[must_use]
    pub fn avatar_text(&self) -> &str {
        match self.avatar {
            Some(Avatar::Url(text) | Avatar::File(text)) => text,
            None => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_at_its_own_place_in_the_list() {
        for (at, field) in Field::all().enumerate() {
            assert_eq!(field as usize, at, "{field}");
            assert_eq!(Field::from_name(field.as_str()), Some(field));
        }
    }

    #[test]
    fn a_country_is_one_that_iso_assigns() {
        assert_eq!(Country::from_alpha2("ae").expect("assigned").as_str(), "AE");
        for not_one in ["XK", "UK", "EU", "A", "AEX", "", "é", "12"] {
            assert_eq!(Country::from_alpha2(not_one), None, "{not_one}");
        }
    }
}
