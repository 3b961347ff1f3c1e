//! The noun that flows: a contact whose every field is normal, and the list of all fields.
//! It must not know where a contact comes from or where it goes.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use crate::phone::{Kind, Phone, Region};

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
    /// The country, ISO 3166-1 alpha-2; it is also the region in which the row's phone is read.
    Country,
    /// The postal address, as one text.
    Address,
    /// Labels, several in one cell.
    Tags,
}

/// A field's name and the headers that mean it.
struct FieldWords {
    field: Field,
    name: &'static str,
    /// Headers, folded as `map` folds them: lower case, letters and digits alone.
    headers: &'static [&'static str],
}

/// The one list of all fields, in the order in which they are shown.
const FIELDS: [FieldWords; 8] = [
    FieldWords {
        field: Field::Phone,
        name: "phone",
        headers: &[
            "phone",
            "phonenumber",
            "phoneno",
            "phones",
            "mobile",
            "mobilephone",
            "mobilenumber",
            "mobileno",
            "cell",
            "cellphone",
            "cellnumber",
            "cellphonenumber",
            "telephone",
            "telephonenumber",
            "tel",
            "telno",
            "whatsapp",
            "whatsappnumber",
            "whatsappphone",
            "whatsappno",
            "msisdn",
            "contactnumber",
            "contactno",
            "contactphone",
            "usernumber",
            "phonee164",
            "primaryphone",
            "customerphone",
            "billingphone",
        ],
    },
    FieldWords {
        field: Field::Name,
        name: "name",
        headers: &[
            "name",
            "fullname",
            "contactname",
            "displayname",
            "customername",
            "clientname",
            "username",
        ],
    },
    FieldWords {
        field: Field::FirstName,
        name: "first_name",
        headers: &["firstname", "givenname", "forename", "fname", "billingfirstname"],
    },
    FieldWords {
        field: Field::LastName,
        name: "last_name",
        headers: &["lastname", "familyname", "surname", "lname", "billinglastname"],
    },
    FieldWords {
        field: Field::Email,
        name: "email",
        headers: &[
            "email",
            "emailaddress",
            "mail",
            "emailid",
            "contactemail",
            "customeremail",
            "billingemail",
            "email1value",
        ],
    },
    FieldWords {
        field: Field::Country,
        name: "country",
        headers: &[
            "country",
            "countrycode",
            "countryiso",
            "iso2",
            "isocountry",
            "isocountrycode",
            "countryregion",
            "billingcountry",
            "mailingcountry",
        ],
    },
    FieldWords {
        field: Field::Address,
        name: "address",
        headers: &[
            "address",
            "postaladdress",
            "streetaddress",
            "fulladdress",
            "mailingaddress",
            "homeaddress",
            "billingaddress",
        ],
    },
    FieldWords {
        field: Field::Tags,
        name: "tags",
        headers: &["tags", "tag", "labels", "label", "groups", "group", "segments", "categories"],
    },
];

impl Field {
    /// How many fields there are.
    pub const COUNT: usize = FIELDS.len();

    /// Every field, in the order in which they are shown.
    pub fn all() -> impl Iterator<Item = Field> {
        FIELDS.iter().map(|words| words.field)
    }

    /// The field's name on the command line and in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        FIELDS[self as usize].name
    }

    /// The field of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Field> {
        FIELDS.iter().find(|words| words.name == name).map(|words| words.field)
    }

    /// The headers that mean this field, folded to lower-case letters and digits.
    #[must_use]
    pub fn headers(self) -> &'static [&'static str] {
        FIELDS[self as usize].headers
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
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("two ASCII letters, by `from_alpha2`")
    }

    /// The country of two letters in any case; `None` where ISO assigns none.
    #[must_use]
    pub fn from_alpha2(text: &str) -> Option<Country> {
        let upper = <[u8; 2]>::try_from(text.as_bytes()).ok()?.map(|b| b.to_ascii_uppercase());
        let letters = std::str::from_utf8(&upper).ok()?;
        // ISO leaves these to its users; the list has one that is in use, XK.
        if letters.starts_with('X') {
            return None;
        }
        celes::Country::from_alpha2(letters).ok().map(|_| Country(upper))
    }
}

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
    /// The region that the phone number belongs to; `None` where its calling code has several
    /// and none claims the number.
    pub region: Option<Region>,
    /// The kind of line.
    pub kind: Kind,
    /// The whole name, tidied.
    pub name: Cow<'r, str>,
    /// A valid e-mail address, or nothing.
    pub email: &'r str,
    /// The row's country, else the phone's.
    pub country: Option<Country>,
    /// The postal address.
    pub address: &'r str,
    /// The labels.
    pub tags: Tags<'r>,
}

/// The labels of a contact: trimmed, not empty, each once, in the order of the cell.
#[derive(Debug, Clone, Copy)]
pub struct Tags<'r> {
    cell: &'r str,
    separator: char,
}

impl<'r> Tags<'r> {
    /// The labels in `cell`, which `separator` divides.
    #[must_use]
    pub fn new(cell: &'r str, separator: char) -> Tags<'r> {
        Tags { cell, separator }
    }

    /// Gives each label once, in order. Few labels are compared with each other without a heap;
    /// from 16 labels on a set keeps the time linear whatever the cell holds.
    pub fn for_each(self, mut give: impl FnMut(&'r str)) {
        let mut few = [""; Self::FEW];
        let mut count = 0;
        let mut many: HashSet<&str> = HashSet::new();
        for label in self.cell.split(self.separator).map(str::trim) {
            if label.is_empty() || few[..count].contains(&label) || many.contains(label) {
                continue;
            }
            match few.get_mut(count) {
                Some(free) => {
                    *free = label;
                    count += 1;
                }
                None => {
                    many.insert(label);
                }
            }
            give(label);
        }
    }

    /// How many labels are remembered without a heap.
    const FEW: usize = 16;
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
    fn a_header_means_one_field_only_and_is_folded() {
        let mut seen = std::collections::HashSet::new();
        for field in Field::all() {
            for header in field.headers() {
                assert!(seen.insert(header), "{header} stands twice");
                assert!(header.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()));
            }
        }
    }

    #[test]
    fn a_country_is_one_that_iso_assigns() {
        assert_eq!(Country::from_alpha2("ae").expect("assigned").as_str(), "AE");
        for not_one in ["XK", "UK", "EU", "A", "AEX", "", "é", "12"] {
            assert_eq!(Country::from_alpha2(not_one), None, "{not_one}");
        }
    }

    fn tags(cell: &str) -> Vec<&str> {
        let mut labels = Vec::new();
        Tags::new(cell, ',').for_each(|label| labels.push(label));
        labels
    }

    #[test]
    fn tags_are_trimmed_and_unique_and_keep_their_order() {
        assert_eq!(tags(" vip, lead ,,vip,VIP"), ["vip", "lead", "VIP"]);
        assert!(tags("").is_empty());
        assert!(tags(" , ").is_empty());
    }

    #[test]
    fn a_hundred_thousand_tags_are_unique_too() {
        let names: Vec<String> = (0..100_000).map(|n| n.to_string()).collect();
        let cell = format!("{},{}", names.join(","), names.join(","));
        assert_eq!(tags(&cell), names);
    }
}
