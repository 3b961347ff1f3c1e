//! The contact exports that the benchmark reads, made from a fixed seed.

use std::fs::File;
use std::io::{Read, Write};

use rowcall::ingest::ReadOptions;
use rowcall::ingest::dialect::Dialect;
use rowcall::ingest::encoding::Encoding;

use super::random::Random;

pub(super) const SEED: u64 = 20_261_121;

/// An export, in memory and as a file.
pub(super) struct Export {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) rows: usize,
    pub(super) options: ReadOptions,
    file: tempfile::NamedTempFile,
}

/// Where an export is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    Memory,
    File,
}

/// What sets an export apart.
struct Style {
    /// Every cell is quoted, not only where it must be.
    all_quoted: bool,
    line_end: &'static str,
    /// Quotes in cells stand behind a backslash and are not doubled.
    escape: bool,
    first_names: &'static [&'static str],
    last_names: &'static [&'static str],
    encoding: &'static str,
}

const COLUMNS: [&str; 8] = ["Name", "Phone", "Email", "Company", "City", "Tags", "Created", "Note"];

/// Latin letters only, some beyond ASCII: as many as windows-1252 has.
const WESTERN_FIRST: &[&str] =
    &["José", "Anna", "Zoë", "Jürgen", "Maria", "Noah", "Chloé", "Omar", "Søren", "Priya"];
const WESTERN_LAST: &[&str] =
    &["Müller", "Smith", "García", "Lefèvre", "Haddad", "Khan", "O'Neill", "Jensen", "Silva"];
const WORLD_FIRST: &[&str] = &[
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
];
const WORLD_LAST: &[&str] = &[
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
];
const NICKNAMES: [&str; 3] = ["Bo", "Mimi", "the boss"];
const COMPANIES: [&str; 8] = [
    "",
    "",
    "",
    "Acme",
    "Noor Trading, LLC",
    "Blue Sky Ltd",
    "Silva & Filhos",
    "Khan, Sons and Co.",
];
const CITIES: [&str; 8] =
    ["Dubai", "Berlin", "Mumbai", "London", "Madrid", "Lagos", "New York, NY", "Cairo"];
const TAGS: [&str; 8] = ["", "vip", "lead", "vip;newsletter", "lead;expo", "client", "", "expo"];
const NOTES: [&str; 8] = ["", "", "", "", "", "", "call later", "met at the fair, wants a quote"];
const SHAPES: [&str; 6] = [
    "+971 5N XXX XXXX",
    "05NXXXXXXX",
    "+49 151 XXXXXXXX",
    "+91NXXXXXXXXX",
    "(415) NXX-XXXX",
    "+4479XXXXXXXX",
];

impl Style {
    const PLAIN: Style = Style {
        all_quoted: false,
        line_end: "\n",
        escape: false,
        first_names: WORLD_FIRST,
        last_names: WORLD_LAST,
        encoding: "utf-8",
    };
}

impl Export {
    /// Quotes where they must be.
    pub(super) fn plain(rows: usize) -> Export {
        Export::made("as needed", rows, &Style::PLAIN)
    }

    /// Quotes round every cell, and CRLF.
    pub(super) fn all_quoted(rows: usize) -> Export {
        let style = Style { all_quoted: true, line_end: "\r\n", ..Style::PLAIN };
        Export::made("all quoted", rows, &style)
    }

    /// Bytes that are no UTF-8.
    pub(super) fn windows_1252(rows: usize) -> Export {
        let (first_names, last_names) = (WESTERN_FIRST, WESTERN_LAST);
        let encoding = "windows-1252";
        let style = Style { first_names, last_names, encoding, ..Style::PLAIN };
        Export::made("windows-1252", rows, &style)
    }

    /// Backslashes before quotes.
    pub(super) fn escaped(rows: usize) -> Export {
        Export::made("escape", rows, &Style { escape: true, ..Style::PLAIN })
    }

    fn made(name: &'static str, rows: usize, style: &Style) -> Export {
        let mut random = Random(SEED);
        let mut text = String::new();
        let mut cells: [String; COLUMNS.len()] = Default::default();
        for _ in 0..rows {
            fill_row(&mut random, style, &mut cells);
            push_row(style, &cells, &mut text);
        }
        let encoding = Encoding::from_label(style.encoding).expect("a label");
        let bytes = match encoding {
            Encoding::Legacy(encoding) => encoding.encode(&text).0.into_owned(),
            _ => text.into_bytes(),
        };
        let escape = style.escape.then_some(b'\\');
        let dialect = Dialect { escape, ..Dialect::default() };
        let form = encoding.form(dialect);
        let options = ReadOptions { dialect, form, ..ReadOptions::default() };
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(&bytes).expect("room for the export");
        Export { name, bytes, rows, options, file }
    }

    pub(super) fn columns(&self) -> usize {
        COLUMNS.len()
    }

    pub(super) fn open(&self, from: From) -> Box<dyn Read + '_> {
        match from {
            From::Memory => Box::new(&self.bytes[..]),
            From::File => Box::new(File::open(self.file.path()).expect("it was written")),
        }
    }

    /// The head of the file, as detection sees it: with a header.
    pub(super) fn sample(&self, bytes: usize) -> Vec<u8> {
        let mut sample = COLUMNS.join(",").into_bytes();
        sample.extend(b"\n");
        let rest = bytes.min(self.bytes.len()) - sample.len();
        sample.extend(&self.bytes[..rest]);
        sample
    }
}

fn pick<'a>(random: &mut Random, from: &[&'a str]) -> &'a str {
    from[random.below(from.len())]
}

fn fill_row(random: &mut Random, style: &Style, cells: &mut [String; COLUMNS.len()]) {
    cells.iter_mut().for_each(String::clear);
    let [name, phone, email, company, city, tags, created, note] = cells;
    let (first, last) = (pick(random, style.first_names), pick(random, style.last_names));
    match random.below(30) {
        0 => name.extend([last, ", ", first]),
        1 => name.extend([first, " \"", pick(random, &NICKNAMES), "\" ", last]),
        _ => name.extend([first, " ", last]),
    }
    let shape = pick(random, &SHAPES);
    random.fill(shape, phone);
    if random.below(10) > 0 {
        email.push_str(pick(random, &["anna.k", "omar", "j.smith", "info", "p.sharma"]));
        random.fill("XXX@example.com", email);
    }
    company.push_str(pick(random, &COMPANIES));
    city.push_str(pick(random, &CITIES));
    tags.push_str(pick(random, &TAGS));
    random.fill("2026-0N-1X", created);
    note.push_str(pick(random, &NOTES));
    if random.below(50) == 0 {
        note.extend([style.line_end, "asked for the price list", style.line_end, "twice"]);
    }
}

fn push_row(style: &Style, cells: &[String], text: &mut String) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        if style.all_quoted || cell.contains([',', '"', '\n', '\r']) {
            let quote = if style.escape { "\\\"" } else { "\"\"" };
            text.extend(["\"", &cell.replace('"', quote), "\""]);
        } else {
            text.push_str(cell);
        }
    }
    text.push_str(style.line_end);
}
