//! Known exports: recognised by their headers, with the columns that feed each field and what is
//! particular about their values. Each is a TOML file in `presets/`.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::contact::Field;
use crate::text::fold;

/// A known export.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// The name on the command line.
    pub name: String,
    /// The name of the program that writes it.
    pub title: String,
    /// The headers by which it is known, a list a layout: all of one list are there.
    layouts: Vec<Vec<String>>,
    /// Field → headers in order of preference; `*` stands for a number, from 1 on.
    #[serde(default)]
    columns: std::collections::BTreeMap<String, Vec<String>>,
    /// What stands between two tags of a cell.
    pub tag_separator: Option<String>,
    /// Tags that begin so are the program's own.
    pub own_tags: Option<String>,
    /// What to say where the export has no phone column.
    pub without_phone: Option<String>,
}

const FILES: [&str; 11] = [
    include_str!("presets/google.toml"),
    include_str!("presets/google-old.toml"),
    include_str!("presets/outlook.toml"),
    include_str!("presets/hubspot.toml"),
    // Before Salesforce's, whose reports have no header of their own that Zoho's lack.
    include_str!("presets/zoho.toml"),
    include_str!("presets/salesforce.toml"),
    include_str!("presets/shopify.toml"),
    include_str!("presets/mailchimp.toml"),
    include_str!("presets/stripe.toml"),
    include_str!("presets/woocommerce.toml"),
    include_str!("presets/systeme.toml"),
];

static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    let read = |text: &&str| toml::from_str(text).expect("a built-in preset is well-formed");
    FILES.iter().map(read).collect()
});

/// How many numbered columns of a kind are looked for, such as `Phone 7 - Value`.
const NUMBERED_MAX: usize = 20;

impl Preset {
    /// Every preset.
    #[must_use]
    pub fn all() -> &'static [Preset] {
        &PRESETS
    }

    /// The preset of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Preset> {
        Preset::all().iter().find(|preset| preset.name.eq_ignore_ascii_case(name))
    }

    /// The preset that a file with these headers is; the first one that fits.
    #[must_use]
    pub fn of(headers: &[String]) -> Option<&'static Preset> {
        let folded: Vec<String> = headers.iter().map(|header| fold(header)).collect();
        let has = |header: &String| folded.contains(&fold(header));
        let fits = |layout: &Vec<String>| layout.iter().all(has);
        Preset::all().iter().find(|preset| preset.layouts.iter().any(fits))
    }

    /// Whether the preset says which columns feed the field.
    #[must_use]
    pub fn speaks_of(&self, field: Field) -> bool {
        self.columns.contains_key(field.as_str())
    }

    /// Indices of the columns that feed the field, in order of preference; of two under one header
    /// the first.
    #[must_use]
    pub(super) fn columns_of(&self, field: Field, folded: &[String]) -> Vec<usize> {
        let wanted = self.columns.get(field.as_str()).into_iter().flatten();
        let mut found = Vec::new();
        for header in wanted.flat_map(|header| numbered(header)) {
            let wanted = fold(&header);
            let at = folded.iter().position(|header| *header == wanted);
            found.extend(at.filter(|at| !found.contains(at)));
        }
        found
    }
}

/// A header, or all that it stands for where it has a `*`.
fn numbered(header: &str) -> Vec<String> {
    if header.contains('*') {
        (1..=NUMBERED_MAX).map(|number| header.replace('*', &number.to_string())).collect()
    } else {
        vec![header.to_owned()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_well_formed_and_names_known_fields_only() {
        for preset in Preset::all() {
            assert!(preset.layouts.iter().all(|layout| !layout.is_empty()), "{}", preset.name);
            for field in preset.columns.keys() {
                assert!(Field::from_name(field).is_some(), "{}: {field}", preset.name);
            }
            assert_eq!(Preset::named(&preset.name).map(|it| &it.title), Some(&preset.title));
        }
    }

    #[test]
    fn numbered_columns_are_found_in_the_order_of_their_numbers() {
        let headers =
            "First Name,Phone 2 - Value,Phone 1 - Value,Phone 1 - Label,E-mail 1 - Value,Labels";
        let headers: Vec<String> = headers.split(',').map(str::to_owned).collect();
        let preset = Preset::of(&headers).expect("Google's");
        assert_eq!(preset.name, "google");
        let folded: Vec<String> = headers.iter().map(|header| fold(header)).collect();
        assert_eq!(preset.columns_of(Field::Phone, &folded), [2, 1]);
    }
}
