//! The reference's answers, read from a table, and how ours compare. `fixtures/phones/oracle.py`
//! describes the columns.

use super::invariants::{FORMATS, written};
use rowcall::phone::{Number, Plan, Refusal, Region};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Differences of a class that are shown in full.
const EXAMPLES_MAX: usize = 20;

/// A committed table.
pub(crate) fn table(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/phones").join(name).with_extension("tsv")
}

/// The version of the reference that a table is of, from its first line.
pub(crate) fn version(table: &Path) -> String {
    let first = lines(table).next().unwrap_or_default();
    first.rsplit(' ').next().unwrap_or_default().to_owned()
}

fn lines(table: &Path) -> impl Iterator<Item = String> {
    let file = File::open(table).unwrap_or_else(|error| panic!("{}: {error}", table.display()));
    BufReader::new(file).lines().map(|line| line.expect("a table is UTF-8"))
}

/// One row of a table: a text, and what the reference says of it.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) note: &'a str,
    pub(crate) text: String,
    pub(crate) home: Option<Region>,
    parse: &'a str,
    vanity: bool,
    code: &'a str,
    national: &'a str,
    kind: &'a str,
    region: &'a str,
    valid: bool,
    length: &'a str,
    general: bool,
    extension: &'a str,
    international: &'a str,
    national_format: &'a str,
    rfc3966: &'a str,
}

impl<'a> Row<'a> {
    /// The row of a line; none where columns are missing.
    pub(crate) fn read(line: &'a str) -> Option<Row<'a>> {
        let columns: Vec<&str> = line.split('\t').collect();
        let [
            note,
            text,
            home,
            parse,
            letters,
            code,
            national,
            kind,
            region,
            valid,
            length,
            general,
            extension,
            international,
            national_format,
            rfc3966,
        ] = *columns.as_slice()
        else {
            return None;
        };
        Some(Row {
            note,
            text: serde_json::from_str(text).ok()?,
            home: home.parse().ok(),
            parse,
            vanity: letters == "vanity",
            code,
            national,
            kind,
            region,
            valid: valid == "valid",
            length,
            general: general == "general",
            extension,
            international,
            national_format,
            rfc3966,
        })
    }

    /// What the engine must answer; none where the reference itself fell.
    fn expected(&self) -> Option<Answer> {
        let refusal = match self.parse {
            "CRASH" => return None,
            "ok" => return Some(Answer::Number(Box::new(self.expected_number()))),
            "NOT_A_NUMBER" if self.text.chars().all(char::is_whitespace) => Refusal::Missing,
            "NOT_A_NUMBER" => Refusal::NotANumber,
            "NO_REGION" => Refusal::NoRegion,
            "INVALID_COUNTRY_CODE" => Refusal::UnknownCallingCode,
            "TOO_SHORT_AFTER_IDD" | "TOO_SHORT_NSN" => Refusal::TooShort,
            "TOO_LONG" => Refusal::TooLong,
            other => panic!("a table names the parse error {other}"),
        };
        Some(Answer::Refused(refusal))
    }

    fn expected_number(&self) -> Judged {
        let digits = format!("{}{}", self.code, self.national);
        let refusal = self.expected_refusal();
        let too_long = (digits.len() > 15).then_some(Refusal::TooLong);
        let e164 = format!("+{digits}");
        Judged {
            code: self.code.to_owned(),
            national: self.national.to_owned(),
            kind: self.kind.to_lowercase(),
            region: self.region.to_owned(),
            valid: self.valid,
            length: self.length.to_owned(),
            refusal,
            phone: refusal.or(too_long).map_or(Ok(e164.clone()), Err),
            extension: self.extension.to_owned(),
            formats: self.valid.then(|| {
                let Row { national_format, international, rfc3966, .. } = self;
                [&e164, &digits, *national_format, international, rfc3966].map(str::to_owned)
            }),
        }
    }

    fn expected_refusal(&self) -> Option<Refusal> {
        match self.length {
            _ if self.valid => None,
            "TOO_SHORT" => Some(Refusal::TooShort),
            "TOO_LONG" => Some(Refusal::TooLong),
            "INVALID_LENGTH" => Some(Refusal::WrongLength),
            "IS_POSSIBLE_LOCAL_ONLY" => Some(Refusal::LocalOnly),
            "IS_POSSIBLE" if self.general => Some(Refusal::NotValid),
            "IS_POSSIBLE" => Some(Refusal::Unassigned),
            other => panic!("a table names the length {other}"),
        }
    }
}

/// A text and its home, kept when the row is gone.
pub(crate) struct Case {
    pub(crate) text: String,
    pub(crate) home: Option<Region>,
}

/// Every case of a table.
pub(crate) fn rows(table: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for_each_row(table, |row| {
        cases.push(Case { text: row.text, home: row.home });
    });
    cases
}

/// Calls `visit` with each row of a table.
pub(crate) fn for_each_row(table: &Path, mut visit: impl FnMut(Row)) {
    for line in lines(table).filter(|line| !line.starts_with('#')) {
        let row = Row::read(&line);
        visit(row.unwrap_or_else(|| panic!("{}: not a row: {line}", table.display())));
    }
}

/// An answer, ours or the reference's.
#[derive(Debug, PartialEq)]
enum Answer {
    Refused(Refusal),
    Number(Box<Judged>),
}

/// A number that parsed, in words.
#[derive(Debug, PartialEq)]
struct Judged {
    code: String,
    national: String,
    kind: String,
    region: String,
    valid: bool,
    length: String,
    refusal: Option<Refusal>,
    phone: Result<String, Refusal>,
    extension: String,
    formats: Option<[String; FORMATS.len()]>,
}

/// The engine's answer.
fn ours(plan: &Plan, result: Result<Number, Refusal>) -> Answer {
    let number = match result {
        Ok(number) => number,
        Err(refusal) => return Answer::Refused(refusal),
    };
    let length = match number.length().as_str() {
        "possible" => "IS_POSSIBLE",
        "local_only" => "IS_POSSIBLE_LOCAL_ONLY",
        "too_short" => "TOO_SHORT",
        "too_long" => "TOO_LONG",
        "wrong_length" => "INVALID_LENGTH",
        other => panic!("the engine names the length {other}"),
    };
    Answer::Number(Box::new(Judged {
        code: number.calling_code().to_string(),
        national: number.national().to_string(),
        kind: number.kind().as_str().to_owned(),
        region: number.region().map_or_else(|| "-".to_owned(), |region| region.to_string()),
        valid: number.is_valid(),
        length: length.to_owned(),
        refusal: number.refusal(),
        phone: number.phone().map(|phone| phone.to_string()),
        extension: number.extension().to_owned(),
        formats: number
            .is_valid()
            .then(|| FORMATS.map(|(format, _)| written(plan, &number, format))),
    }))
}

/// The class of the first difference between two answers; none where they are equal.
fn difference(ours: &Answer, theirs: &Answer) -> Option<&'static str> {
    let (ours, theirs) = match (ours, theirs) {
        (Answer::Number(ours), Answer::Number(theirs)) => (ours, theirs),
        (Answer::Refused(ours), Answer::Refused(theirs)) => {
            return (ours != theirs).then_some("another refusal");
        }
        (Answer::Refused(_), Answer::Number(_)) => return Some("only the reference parses"),
        (Answer::Number(_), Answer::Refused(_)) => return Some("only the engine parses"),
    };
    let classes = [
        (ours.code == theirs.code, "calling code"),
        (ours.national == theirs.national, "national number"),
        (ours.valid == theirs.valid, "validity"),
        (ours.kind == theirs.kind, "kind"),
        (ours.region == theirs.region, "region"),
        (ours.length == theirs.length, "length"),
        (ours.refusal == theirs.refusal, "refusal of a number"),
        (ours.phone == theirs.phone, "phone"),
        (ours.extension == theirs.extension, "extension"),
        (ours.formats == theirs.formats, "formats"),
        (ours == theirs, "something new"),
    ];
    classes.iter().find(|(same, _)| !same).map(|(_, class)| *class)
}

/// How the engine compares with some tables.
#[derive(Default)]
pub(crate) struct Comparison {
    pub(crate) rows: u64,
    /// Rows at which the reference itself fell; nothing to compare with.
    crashes: u64,
    differences: BTreeMap<&'static str, Differences>,
}

#[derive(Default)]
struct Differences {
    count: u64,
    examples: Vec<String>,
}

impl Comparison {
    /// Compares every row of the tables.
    pub(crate) fn of<'a>(plan: &Plan, tables: impl IntoIterator<Item = &'a Path>) -> Comparison {
        let mut comparison = Comparison::default();
        for table in tables {
            for_each_row(table, |row| comparison.add(plan, &row));
        }
        comparison
    }

    fn add(&mut self, plan: &Plan, row: &Row) {
        self.rows += 1;
        let Some(theirs) = row.expected() else {
            self.crashes += 1;
            return;
        };
        let vanity = ours(plan, plan.parse_vanity(&row.text, row.home));
        if let Some(class) = difference(&vanity, &theirs) {
            self.note(class, row, &vanity, &theirs);
            return;
        }
        let strict = ours(plan, plan.parse(&row.text, row.home));
        let refused = Answer::Refused(Refusal::NotANumber);
        // Where letters did not help either, `parse` may give the reference's reason or its own.
        let as_it_should = match theirs {
            Answer::Number(_) if row.vanity => strict == refused,
            Answer::Refused(_) if row.vanity => strict == refused || strict == theirs,
            _ => strict == theirs,
        };
        if !as_it_should {
            self.note("parse, unlike parse_vanity", row, &strict, &theirs);
        }
    }

    fn note(&mut self, class: &'static str, row: &Row, ours: &Answer, theirs: &Answer) {
        let differences = self.differences.entry(class).or_default();
        differences.count += 1;
        if differences.examples.len() < EXAMPLES_MAX {
            let home = row.home.map_or_else(|| "-".to_owned(), |home| home.to_string());
            let text = format!("{:?} home {home} ({})", row.text, row.note);
            differences.examples.push(format!("{text}\n  ours   {ours:?}\n  theirs {theirs:?}"));
        }
    }

    /// Whether there was no difference. Every class is serious: known ones belong in the engine,
    /// or in a rule of this file with its reason.
    pub(crate) fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let different: u64 = self.differences.values().map(|class| class.count).sum();
        writeln!(f, "{} rows, {different} differences", self.rows)?;
        if self.crashes > 0 {
            writeln!(f, "the reference itself fell at {} of them", self.crashes)?;
        }
        for (class, differences) in &self.differences {
            writeln!(f, "{class}: {}", differences.count)?;
            for example in &differences.examples {
                writeln!(f, " {example}")?;
            }
        }
        Ok(())
    }
}
