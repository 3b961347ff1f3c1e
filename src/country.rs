//! The text of a country cell → a region: codes, names in many languages, calling codes, flags.
//! It must not know columns or rows.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::sync::LazyLock;

mod memo;

use crate::contact::Country;
use crate::phone::{Plan, Region};
use crate::slips::Outline;
use crate::text::{fold_country, trim};
use memo::Memo;

/// The names of countries in the languages of exports, made by `country/names.py` from the Unicode
/// CLDR, and ISO's own names and codes of three letters; folded, in order, a line each, as the build
/// script writes them.
const NAMES: &str = include_str!(concat!(env!("OUT_DIR"), "/countries.txt"));

thread_local! {
    /// What was found lately by name, and what texts like a name were taken for.
    static FOUND: RefCell<Memo<Option<Region>>> = const { RefCell::new(Memo::new()) };
    static SIMILAR: RefCell<Memo<Option<Region>>> = const { RefCell::new(Memo::new()) };
}

/// Every folded name with its region.
fn names() -> impl Iterator<Item = (&'static str, Region)> {
    NAMES.lines().map(parted)
}

fn parted(line: &str) -> (&str, Region) {
    let (name, region) = line.split_once('\t').expect("a line is a name and a region");
    (name, region.parse().expect("two letters"))
}

/// The region of a folded name, by halving the lines until one is left.
fn region_of_name(folded: &str) -> Option<Region> {
    let lines = NAMES.as_bytes();
    let (mut from, mut to) = (0, lines.len());
    while from < to {
        let middle = usize::midpoint(from, to);
        let start = memchr::memrchr(b'\n', &lines[from..middle]).map_or(from, |at| from + at + 1);
        let end = middle + memchr::memchr(b'\n', &lines[middle..]).expect("every line ends");
        let name = &lines[start..end - "\tAE".len()];
        match name.cmp(folded.as_bytes()) {
            Ordering::Less => from = end + 1,
            Ordering::Equal => return Some(parted(&NAMES[start..end]).1),
            Ordering::Greater => to = start,
        }
    }
    None
}

/// The region that a text names: an ISO 3166-1 code of two or three letters, a name in one of many
/// languages, a calling code, a flag; or several of these that agree, as in `United Arab Emirates
/// (AE)`.
#[must_use]
pub fn region_of(text: &str, plan: &Plan) -> Option<Region> {
    let text = trim(text);
    // Most are codes.
    iso_code(text, plan).or_else(|| one(text, plan)).or_else(|| all_of_one(text, plan))
}

/// The region that a text names in several ways, each with its own punctuation.
fn all_of_one(text: &str, plan: &Plan) -> Option<Region> {
    let parts = text.split(['(', ')', '-', '–', '/', '|', ',', '[', ']']).map(str::trim);
    let mut parts = parts.filter(|part| !part.is_empty());
    let first = one(parts.next()?, plan)?;
    let mut rest = parts.peekable();
    rest.peek()?;
    rest.all(|part| one(part, plan) == Some(first)).then_some(first)
}

/// The name most like a text that names no region, if it is but a letter or two away.
#[must_use]
pub fn similar(text: &str) -> Option<Region> {
    SIMILAR.with_borrow_mut(|memo| memo.get(text, most_similar))
}

fn most_similar(text: &str) -> Option<Region> {
    const SHORTEST: usize = 5;
    static LONG_NAMES: LazyLock<Vec<(Outline<'static>, Region)>> = LazyLock::new(|| {
        let long = names().filter(|(name, _)| name.len() >= SHORTEST);
        long.map(|(name, region)| (Outline::of(name), region)).collect()
    });
    let folded = fold_country(text);
    let outline = Outline::of(&folded);
    let allowed = if outline.chars() > 2 * SHORTEST { 2 } else { 1 };
    if outline.chars() < SHORTEST {
        return None;
    }
    let slips = |(name, region): &(Outline<'_>, Region)| {
        outline.slips_to(name, allowed).map(|slips| (slips, *region))
    };
    let mut near: Vec<(usize, Region)> = LONG_NAMES.iter().filter_map(slips).collect();
    near.sort_unstable();
    // Two countries that are as near as each other are no suggestion.
    match near[..] {
        [] => None,
        [(nearest, region), ..] => {
            let level = near.iter().filter(|(distance, _)| *distance == nearest);
            level.map(|(_, other)| *other).all(|other| other == region).then_some(region)
        }
    }
}

fn one(text: &str, plan: &Plan) -> Option<Region> {
    if let Some(region) = iso_code(text, plan) {
        return Some(region);
    }
    if text.starts_with(['+', '(']) || text.bytes().all(|byte| byte.is_ascii_digit()) {
        return calling_code(text).and_then(|code| plan.main_region(code));
    }
    if let Some(region) = flag(text, plan) {
        return Some(region);
    }
    FOUND.with_borrow_mut(|memo| memo.get(text, named))
}

/// The region that has the text for a name.
fn named(text: &str) -> Option<Region> {
    region_of_name(&fold_country(text)).or_else(|| {
        // As lists sort it: `Korea, Republic of`.
        let (last, first) = text.split_once(',')?;
        region_of_name(&fold_country(&format!("{first} {last}")))
    })
}

/// An ISO code of two letters, one of the plan's own such as `XK`, or `UK`, which is in use all the
/// same.
#[inline]
fn iso_code(text: &str, plan: &Plan) -> Option<Region> {
    let region: Region = if text.len() == 2 { text.parse().ok()? } else { return None };
    if region.letters() == Some(*b"UK") {
        return "GB".parse().ok();
    }
    let listed = Country::of_region(region).is_some();
    (listed || plan.calling_code(region).is_some()).then_some(region)
}

/// A calling code as people write it: `+971`, `971`, `00971`.
fn calling_code(text: &str) -> Option<u16> {
    const DIGITS_MAX: usize = 3;
    let digits = text.trim_start_matches(['+', '(', ' ']).trim_end_matches([')', ' ']);
    let digits = digits.strip_prefix("00").unwrap_or(digits);
    // No calling code begins with a zero; an area code does, such as Berlin's 030.
    let fits = (1..=DIGITS_MAX).contains(&digits.len()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| fits && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A flag is two letters in a script of their own.
fn flag(text: &str, plan: &Plan) -> Option<Region> {
    const FIRST: u32 = 0x1f1e6;
    let letter =
        |c: char| u8::try_from(u32::from(c).checked_sub(FIRST)?).ok().filter(|it| *it < 26);
    let letters: Option<Vec<u8>> = text.chars().map(|c| Some(b'A' + letter(c)?)).collect();
    iso_code(std::str::from_utf8(&letters?).ok()?, plan)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<String> {
        region_of(text, Plan::builtin()).map(|region| region.to_string())
    }

    #[test]
    fn a_country_is_known_by_code_name_calling_code_and_flag() {
        for (text, region) in [
            ("ae", "AE"),
            ("ARE", "AE"),
            ("United Arab Emirates", "AE"),
            ("UAE", "AE"),
            ("الإمارات العربية المتحدة", "AE"),
            ("الامارات", "AE"),
            ("Emirats Arabes Unis", "AE"),
            ("+971", "AE"),
            ("00971", "AE"),
            ("971", "AE"),
            ("(+971)", "AE"),
            ("🇦🇪", "AE"),
            ("Saudi Arabia", "SA"),
            ("KSA", "SA"),
            ("المملكة العربية السعودية", "SA"),
            ("DEUTSCHLAND", "DE"),
            ("Alemania", "DE"),
            ("Allemagne", "DE"),
            ("德国", "DE"),
            ("España", "ES"),
            ("Espana", "ES"),
            ("भारत", "IN"),
            ("Hindistan", "IN"),
            ("Brasil", "BR"),
            ("Brazil", "BR"),
            ("Россия", "RU"),
            ("Türkiye", "TR"),
            ("Côte d'Ivoire", "CI"),
            ("Cote d’Ivoire", "CI"),
            ("Ivory Coast", "CI"),
            ("Korea, Republic of", "KR"),
            ("Viet Nam", "VN"),
            ("Bosnia and Herzegovina", "BA"),
            ("U.S.A.", "US"),
            ("1", "US"),
            ("44", "GB"),
            ("uk", "GB"),
            ("7", "RU"),
            ("XK", "XK"),
            ("United Arab Emirates (AE)", "AE"),
            ("AE - UAE", "AE"),
            ("India (+91)", "IN"),
            (" Netherlands ", "NL"),
            ("日本", "JP"),
            ("中国", "CN"),
            ("Congo-Kinshasa", "CD"),
        ] {
            assert_eq!(of(text).as_deref(), Some(region), "{text}");
        }
    }

    #[test]
    fn what_names_no_country_or_two_is_none() {
        for text in [
            "", "EU", "Europe", "999", "+", "12345", "030", "AE / SA", "Atlantis", "🇦", "home",
            "x", "-",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn a_slip_of_a_letter_leads_to_the_country_that_was_meant() {
        for (text, region) in [("Untied Arab Emirates", "AE"), ("Germny", "DE"), ("Indai", "IN")] {
            assert_eq!(similar(text).map(|region| region.to_string()).as_deref(), Some(region));
        }
        for text in ["Atlantis", "Xx", "Mali o"] {
            assert_eq!(similar(text), None, "{text}");
        }
    }

    #[test]
    fn every_region_of_the_plan_is_known_by_its_code_and_every_listed_name_leads_to_its_own() {
        let plan = Plan::builtin();
        for region in plan.regions() {
            assert_eq!(region_of(region.as_str(), plan), Some(region));
        }
        let listed = include_str!("country/names.txt");
        for line in listed.lines().filter(|line| !line.starts_with('#')) {
            let (code, names) = line.split_once(": ").expect("a code and names");
            for name in names.split("; ") {
                assert_eq!(of(name).as_deref(), Some(code), "{name}");
            }
        }
    }

    #[test]
    fn every_folded_name_is_found_and_what_stands_beside_it_is_not() {
        let mut before = "";
        for (name, region) in names() {
            assert!(before < name, "{before} stands before {name}");
            assert_eq!(region_of_name(name), Some(region), "{name}");
            assert_eq!(region_of_name(&format!("{name}\t")), None);
            before = name;
        }
        for none in ["", "\t", "a", "zzz", "\u{10ffff}", "ae\n"] {
            assert_eq!(region_of_name(none), None, "{none:?}");
        }
    }
}
