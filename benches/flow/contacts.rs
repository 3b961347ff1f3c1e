//! A contact export as data teams have it, of any length, from a fixed seed: names in several
//! scripts, quoted commas, tags, line ends in cells, 5 % bad numbers and 10 % duplicates in other
//! spellings. Row by row, so that its length needs no memory.

use std::io::{self, Write};

use super::random::Random;

pub(super) const SEED: u64 = 20_261_121;

const HEADER: &str = "Name,Phone,Email,Company,City,Country,Tags,Created,Note\n";

const FIRST: &[&str] = &[
    "Anna",
    "Omar",
    "Priya",
    "Noah",
    "Maria",
    "José",
    "Fatima",
    "Ahmed",
    "Zoë",
    "John",
    "فاطمة",
    "محمد",
    "प्रिया",
    "Анна",
    "明",
    "Elif",
    "Budi",
    "Chloé",
    "Ngozi",
    "Liam",
];
const LAST: &[&str] = &[
    "Smith",
    "Haddad",
    "Khan",
    "García",
    "Al Mansoori",
    "Silva",
    "Müller",
    "Okafor",
    "Jensen",
    "السيد",
    "العلي",
    "शर्मा",
    "Иванова",
    "王",
    "Yılmaz",
    "Jones",
    "O'Neill",
    "de la Cruz",
];
const COMPANIES: &[&str] =
    &["", "", "", "", "Acme", "\"Noor Trading, LLC\"", "Blue Sky Ltd", "\"Khan, Sons and Co.\""];
const CITIES: &[&str] = &["Dubai", "Berlin", "Mumbai", "London", "Riyadh", "\"New York, NY\"", ""];
const TAGS: &[&str] =
    &["", "", "vip", "lead", "\"vip,newsletter\"", "\"lead,expo\"", "client", "\"a,b,c\""];
const NOTES: &[&str] = &[
    "",
    "",
    "",
    "",
    "",
    "",
    "call later",
    "\"met at the fair, wants a quote\"",
    "\"two lines\nof a note\"",
    "\"she said \"\"yes\"\"\"",
];
const BAD: &[&str] =
    &["n/a", "", "9.71501E+11", "050 12", "+999 123 4567", "see e-mail", "+1 555 0100", "#REF!"];

/// A country's code, what numbers begin with, how many digits follow, and how many of a hundred
/// rows are from there.
struct Region {
    country: &'static str,
    code: &'static str,
    trunk: &'static str,
    begin: &'static str,
    digits: usize,
    share: usize,
}

const REGIONS: &[Region] = &[
    Region { country: "AE", code: "971", trunk: "0", begin: "50", digits: 7, share: 20 },
    Region { country: "AE", code: "971", trunk: "0", begin: "55", digits: 7, share: 15 },
    Region { country: "IN", code: "91", trunk: "0", begin: "98", digits: 8, share: 25 },
    Region { country: "DE", code: "49", trunk: "0", begin: "151", digits: 8, share: 10 },
    Region { country: "SA", code: "966", trunk: "0", begin: "50", digits: 7, share: 10 },
    Region { country: "GB", code: "44", trunk: "0", begin: "7911", digits: 6, share: 5 },
    Region { country: "BR", code: "55", trunk: "0", begin: "119", digits: 8, share: 10 },
    Region { country: "US", code: "1", trunk: "", begin: "415", digits: 7, share: 5 },
];

/// Writes an export of so many rows.
pub(super) fn write(rows: usize, out: &mut impl Write) -> io::Result<()> {
    let mut random = Random(SEED);
    out.write_all(HEADER.as_bytes())?;
    let mut line = String::new();
    for row in 0..rows {
        line.clear();
        push_row(row, &mut random, &mut line);
        out.write_all(line.as_bytes())?;
    }
    out.flush()
}

fn push_row(row: usize, random: &mut Random, line: &mut String) {
    let one = |random: &mut Random, list: &[&'static str]| list[random.below(list.len())];
    let (first, last) = (one(random, FIRST), one(random, LAST));
    line.push_str(first);
    line.push(' ');
    line.push_str(last);
    line.push(',');
    let lot = random.below(100);
    let country = if lot < 5 {
        line.push_str(one(random, BAD));
        ""
    } else {
        // A duplicate has the number of any row before it.
        let of = if lot < 15 && row > 0 { random.below(row) } else { row };
        push_phone(of, random, line)
    };
    line.push(',');
    if random.below(10) > 0 {
        let local = if first.is_ascii() { first } else { "contact" };
        line.push_str(&format!("{local}.{row}@example.com"));
    }
    for cells in [COMPANIES, CITIES] {
        line.push(',');
        line.push_str(one(random, cells));
    }
    line.push(',');
    line.push_str(country);
    line.push(',');
    line.push_str(one(random, TAGS));
    let (month, day) = (1 + random.below(12), 1 + random.below(28));
    line.push_str(&format!(",2026-{month:02}-{day:02},"));
    line.push_str(one(random, NOTES));
    line.push('\n');
}

/// Appends the number of a row in one of its spellings, and gives its country.
fn push_phone(row: usize, random: &mut Random, line: &mut String) -> &'static str {
    // The region and the digits follow from the row's number, so that a number can be had again.
    let mut own = Random(row as u64 ^ 0x9e37_79b9_7f4a_7c15);
    let mut lot = own.below(100);
    let region = REGIONS.iter().find(|region| {
        let here = lot < region.share;
        lot = lot.saturating_sub(region.share);
        here
    });
    let region = region.unwrap_or(&REGIONS[0]);
    let Region { country, code, trunk, begin, digits, share: _ } = region;
    let mut national = (*begin).to_owned();
    for at in 0..*digits {
        // No subscriber number begins with 0 or 1.
        let digit = if at == 0 { 2 + own.below(8) } else { own.below(10) };
        national.push(char::from(b'0' + u8::try_from(digit).expect("one digit")));
    }
    let (head, tail) = national.split_at(national.len() - 4);
    match random.below(8) {
        0..=3 => line.push_str(&format!("+{code}{national}")),
        4 => line.push_str(&format!("+{code} {head} {tail}")),
        5 => line.push_str(&format!("00{code} {head}-{tail}")),
        6 => line.push_str(&format!("{trunk}{national}")),
        _ => line.push_str(&format!("({trunk}{head}) {tail}")),
    }
    country
}
