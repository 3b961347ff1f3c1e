//! The texts that the benchmark reads, made from a fixed seed.

use std::ops::Range;

use super::random::Random;

pub(super) const SEED: u64 = 20_261_121;

/// Texts to read, each with its home region.
pub(super) struct Corpus {
    text: String,
    pub(super) rows: Vec<(Range<usize>, Home)>,
}

/// A country of the corpora: region, calling code, trunk prefix, and what subscriber numbers look
/// like: `X` is any digit, `N` is 2 to 9.
struct Country(&'static str, &'static str, &'static str, [&'static str; 3]);

const COUNTRIES: [Country; 32] = [
    Country("AE", "971", "0", ["50XXXXXXX", "56XXXXXXX", "4NXXXXXX"]),
    Country("IN", "91", "0", ["98XXXXXXXX", "70XXXXXXXX", "22NXXXXXXX"]),
    Country("US", "1", "1", ["212NXXXXXX", "415NXXXXXX", "800NXXXXXX"]),
    Country("GB", "44", "0", ["7400XXXXXX", "7911XXXXXX", "207946XXXX"]),
    Country("BR", "55", "0", ["119NXXXXXXX", "219NXXXXXXX", "113NXXXXXX"]),
    Country("MX", "52", "", ["55NXXXXXXX", "33NXXXXXXX", "155NXXXXXXX"]),
    Country("SA", "966", "0", ["50XXXXXXX", "54XXXXXXX", "112XXXXXX"]),
    Country("PK", "92", "0", ["300XXXXXXX", "321XXXXXXX", "42NXXXXXXX"]),
    Country("EG", "20", "0", ["100XXXXXXX", "122XXXXXXX", "2NXXXXXXX"]),
    Country("ID", "62", "0", ["812XXXXXXX", "8211XXXXXXX", "21NXXXXXXX"]),
    Country("NG", "234", "0", ["802XXXXXXX", "703XXXXXXX", "1NXXXXXX"]),
    Country("DE", "49", "0", ["151XXXXXXXX", "1711XXXXXX", "30NXXXXXX"]),
    Country("FR", "33", "0", ["6XXXXXXXX", "7XXXXXXXX", "1NXXXXXXX"]),
    Country("IT", "39", "", ["34NXXXXXXX", "32NXXXXXXX", "06NXXXXXXX"]),
    Country("ES", "34", "", ["6NXXXXXXX", "71XXXXXXX", "91NXXXXXX"]),
    Country("TR", "90", "0", ["532XXXXXXX", "505XXXXXXX", "212NXXXXXX"]),
    Country("ZA", "27", "0", ["82XXXXXXX", "71XXXXXXX", "11NXXXXXX"]),
    Country("KE", "254", "0", ["712XXXXXX", "722XXXXXX", "20NXXXXXX"]),
    Country("AR", "54", "0", ["91123XXXXXX", "11155XXXXXXX", "11NXXXXXXX"]),
    Country("CO", "57", "0", ["300XXXXXXX", "321XXXXXXX", "601NXXXXXX"]),
    Country("CL", "56", "", ["9NXXXXXXX", "98XXXXXXX", "22NXXXXXX"]),
    Country("PE", "51", "0", ["9NXXXXXXX", "98XXXXXXX", "1NXXXXXX"]),
    Country("RU", "7", "8", ["912XXXXXXX", "903XXXXXXX", "495NXXXXXX"]),
    Country("KZ", "7", "8", ["701XXXXXXX", "777XXXXXXX", "7172XXXXXX"]),
    Country("UA", "380", "0", ["50XXXXXXX", "67XXXXXXX", "44NXXXXXX"]),
    Country("PL", "48", "", ["512XXXXXX", "600XXXXXX", "22NXXXXXX"]),
    Country("CN", "86", "0", ["138XXXXXXXX", "159XXXXXXXX", "10NXXXXXXX"]),
    Country("JP", "81", "0", ["90NXXXXXXX", "80NXXXXXXX", "3NXXXXXXX"]),
    Country("AU", "61", "0", ["4NXXXXXXX", "41XXXXXXX", "2NXXXXXXX"]),
    Country("SG", "65", "", ["8NXXXXXX", "9NXXXXXX", "6NXXXXXX"]),
    Country("BJ", "229", "", ["0197XXXXXX", "97XXXXXX", "0120NXXXXX"]),
    Country("CI", "225", "", ["07XXXXXXXX", "05XXXXXXXX", "2720XXXXXX"]),
];

/// How groups are separated, where they are: mostly by spaces and hyphens. No-break spaces come
/// from web pages and spreadsheets.
const SEPARATORS: [&str; 20] = [
    " ", " ", " ", " ", " ", " ", " ", " ", " ", "-", "-", "-", "-", "-", "-", ".", ".", "/",
    "\u{a0}", " - ",
];
/// What a cell may hold after its number.
const TAILS: [&str; 8] = [" ext. 12", " x5", ";ext=77", " (", ".", "\r", " #3", ",,1"];

/// A home region, in each peer's own type, so that no one is timed reading region codes.
#[derive(Clone, Copy)]
pub(super) struct Home {
    pub(super) name: &'static str,
    pub(super) ours: rowcall::phone::Region,
    pub(super) rlib: rlibphonenumber::Region,
    pub(super) phonenumber: phonenumber::country::Id,
}

impl Home {
    fn new(name: &'static str) -> Home {
        let known = "the countries of the corpus are in every library";
        Home {
            name,
            ours: name.parse().expect(known),
            rlib: name.parse().expect(known),
            phonenumber: name.parse().expect(known),
        }
    }
}

impl Corpus {
    /// A contact export: six in ten spelled at home, one in twenty damaged, every other one with
    /// separators. Three in a hundred have something before or after the number: most exports
    /// keep extensions and labels in columns of their own.
    pub(super) fn mixed(rows: usize) -> Corpus {
        Corpus::made(rows, |random, country, text| {
            let Country(_, code, trunk, shapes) = country;
            let shape = shapes[random.below(shapes.len())];
            let start = text.len();
            match random.below(100) {
                0..42 => text.push_str(trunk),
                42..60 => {}
                60..85 => text.extend(["+", code]),
                85..93 => text.push_str(code),
                93..97 => text.extend(["00", code]),
                _ => text.extend(["+", code, " (0)"]),
            }
            random.fill(shape, text);
            match random.below(100) {
                0..3 => text.truncate(start + 3 + random.below(text.len() - start - 3)),
                3..5 => text.push('0'),
                _ => {}
            }
            if random.below(100) < 55 {
                random.separate(start, text);
            }
            match random.below(200) {
                0..4 => text.push_str(TAILS[random.below(TAILS.len())]),
                4 => text.insert_str(start, "Tel: "),
                5..7 => text.insert(start, '\u{202a}'),
                _ => {}
            }
        })
    }

    /// Only what is rare in a contact export, in equal shares.
    pub(super) fn hard(rows: usize) -> Corpus {
        Corpus::made(rows, |random, country, text| {
            let Country(_, code, trunk, shapes) = country;
            let start = text.len();
            match random.below(2) {
                0 => text.push_str(trunk),
                _ => text.extend(["+", code]),
            }
            let shape = shapes[random.below(shapes.len())];
            random.fill(shape, text);
            random.separate(start, text);
            match random.below(5) {
                0 | 1 => text.push_str(TAILS[random.below(TAILS.len())]),
                2 => text.insert_str(start, "Tel: "),
                3 => {
                    text.insert(start, '\u{202a}');
                    text.push('\u{202c}');
                }
                _ => {
                    let zero = ['\u{660}', '\u{6f0}', '\u{ff10}'][random.below(3)] as u32;
                    let number = text.split_off(start);
                    text.extend(number.chars().map(|c| match c.to_digit(10) {
                        Some(digit) => char::from_u32(zero + digit).expect("a digit"),
                        None => c,
                    }));
                }
            }
        })
    }

    /// `+971501234567` and the like; valid or not.
    pub(super) fn e164(rows: usize) -> Corpus {
        Corpus::made(rows, |random, country, text| {
            let Country(_, code, _, shapes) = country;
            text.extend(["+", code]);
            let shape = shapes[random.below(shapes.len())];
            random.fill(shape, text);
        })
    }

    fn made(rows: usize, write: impl Fn(&mut Random, &Country, &mut String)) -> Corpus {
        let homes = COUNTRIES.map(|Country(name, ..)| Home::new(name));
        let mut random = Random(SEED);
        let mut corpus = Corpus { text: String::new(), rows: Vec::with_capacity(rows) };
        for _ in 0..rows {
            let country = random.below(COUNTRIES.len());
            // One row in ten stands in another country's list.
            let home = if random.below(10) == 0 { random.below(COUNTRIES.len()) } else { country };
            let start = corpus.text.len();
            write(&mut random, &COUNTRIES[country], &mut corpus.text);
            corpus.rows.push((start..corpus.text.len(), homes[home]));
        }
        corpus
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Home)> {
        self.rows.iter().map(|(range, home)| (&self.text[range.clone()], *home))
    }
}

impl Random {
    /// Puts one separator between groups of the text from `start` on.
    fn separate(&mut self, start: usize, text: &mut String) {
        let separator = SEPARATORS[self.below(SEPARATORS.len())];
        let size = 2 + self.below(3);
        let mut place = text.len().saturating_sub(size);
        while place > start + 1 {
            text.insert_str(place, separator);
            place = place.saturating_sub(size);
        }
    }
}
