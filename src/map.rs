//! Stage 2: header → [`Columns`]; record → [`Draft`]. Decides which column feeds which field.
//! It must not know what makes a value right.

use crate::contact::Field;
use crate::error::{Error, Result};
use crate::ingest::guard::{RAW_COLUMN, is_ours, is_own_column, unguard};
use crate::ingest::record::Row;
use crate::text::{fold, printable};

/// What the user says of the columns.
#[derive(Debug, Clone, Default)]
pub struct MapOptions {
    /// `--map field=Column`: the header of the column that feeds a field, in the order given.
    pub columns: Vec<(Field, String)>,
}

/// How a column came to feed a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The user said so.
    Given,
    /// Its header means the field.
    Header,
}

impl Evidence {
    /// The name in every report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Evidence::Given => "given",
            Evidence::Header => "header",
        }
    }
}

/// Which column feeds which field of one source. A phone column exists.
#[derive(Debug, Clone)]
pub struct Columns {
    /// The header's cells, control characters and all.
    pub headers: Vec<String>,
    /// Index of the column that feeds each field, from 0, by the field's own number.
    fields: [Option<(usize, Evidence)>; Field::COUNT],
    /// Indices of the columns that feed no field.
    leftovers: Vec<usize>,
    /// The source is a file that we wrote for people: its cells are guarded, and it has columns
    /// of our own.
    ours: bool,
}

impl Columns {
    /// Decides what the columns under `headers` mean.
    ///
    /// # Errors
    /// [`Error::Usage`] where a field has two candidates, no column holds phone numbers, two
    /// params would have one name, or a column that was asked for is not there.
    pub fn decide(mut headers: Vec<String>, options: &MapOptions, source: &str) -> Result<Columns> {
        let ours = is_ours(&headers);
        if ours {
            headers.iter_mut().for_each(|header| *header = unguard(header).to_owned());
        }
        let mut fields = [None; Field::COUNT];
        for (field, wanted) in &options.columns {
            let at = find_given(&headers, wanted, source)?;
            if fields[*field as usize].is_some() {
                return Err(Error::Usage(format!("--map names two columns for {field}")));
            }
            fields[*field as usize] = Some((at, Evidence::Given));
        }
        let given: Vec<usize> = fields.iter().flatten().map(|(at, _)| *at).collect();
        for field in Field::all().filter(|field| !options.is_given(*field)) {
            let found: Vec<usize> = (0..headers.len())
                .filter(|at| !given.contains(at))
                .filter(|at| field.headers().contains(&fold(&headers[*at]).as_str()))
                .collect();
            match found[..] {
                [] => {}
                [at] => fields[field as usize] = Some((at, Evidence::Header)),
                _ => return Err(two_candidates(field, &found, &headers, source)),
            }
        }
        if fields[Field::Phone as usize].is_none() {
            return Err(no_phone_column(&headers, source));
        }
        let taken = |at: &usize| fields.iter().flatten().any(|(column, _)| column == at);
        let own = |at: &usize| ours && is_own_column(&headers[*at]);
        let leftovers = (0..headers.len()).filter(|at| !taken(at) && !own(at)).collect();
        Ok(Columns { headers, fields, leftovers, ours })
    }

    /// Index of the column that feeds `field`, from 0.
    #[must_use]
    pub fn of(&self, field: Field) -> Option<usize> {
        self.fields[field as usize].map(|(at, _)| at)
    }

    /// Every field that a column feeds, with the column's index and how it was found.
    pub fn decided(&self) -> impl Iterator<Item = (Field, usize, Evidence)> {
        Field::all().filter_map(|field| {
            self.fields[field as usize].map(|(at, evidence)| (field, at, evidence))
        })
    }

    /// Indices of the columns that feed no field, in order.
    #[must_use]
    pub fn leftovers(&self) -> &[usize] {
        &self.leftovers
    }

    /// Indices of the columns that the source had before we wrote it: all, but for our own.
    #[must_use]
    pub fn originals(&self) -> Vec<usize> {
        let own = |at: &usize| self.ours && is_own_column(&self.headers[*at]);
        (0..self.headers.len()).filter(|at| !own(at)).collect()
    }

    /// The name under which a column's value goes to the params: its header, or its number.
    #[must_use]
    pub fn param_name(&self, at: usize) -> String {
        let header = self.headers[at].trim();
        if header.is_empty() { format!("column {}", at + 1) } else { header.to_owned() }
    }

    /// Index of the column in which a file of ours has the records that could not be read.
    #[must_use]
    pub fn raw_column(&self) -> Option<usize> {
        self.headers.iter().position(|header| self.ours && header == RAW_COLUMN)
    }

    /// Checks that no two of these columns have one name: as params, one would overwrite the
    /// other.
    ///
    /// # Errors
    /// [`Error::Usage`] that names both.
    pub fn check_names(&self, columns: &[usize], source: &str) -> Result<()> {
        let mut seen = std::collections::HashMap::new();
        for &at in columns {
            let name = self.param_name(at);
            if let Some(first) = seen.insert(name.clone(), at) {
                return Err(Error::Usage(format!(
                    "{source}: the columns {} and {} have the same header, {}; \
                     rename one in the file",
                    letters(first),
                    letters(at),
                    quoted(&name)
                )));
            }
        }
        Ok(())
    }
}

impl MapOptions {
    /// Reads one `field=Column`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse_pair(pair: &str) -> std::result::Result<(Field, String), String> {
        let (field, column) = pair
            .split_once('=')
            .ok_or_else(|| format!("`{pair}` is not field=Column, like phone=Mobile"))?;
        let field = Field::from_name(field.trim()).ok_or_else(|| {
            let names: Vec<&str> = Field::all().map(Field::as_str).collect();
            format!("`{field}` is no field; the fields are {}", names.join(", "))
        })?;
        if fold(column).is_empty() {
            return Err(format!("`{pair}` names no column"));
        }
        Ok((field, column.to_owned()))
    }

    fn is_given(&self, field: Field) -> bool {
        self.columns.iter().any(|(given, _)| *given == field)
    }
}

/// The one column whose header is `wanted`, to the letter or else folded.
fn find_given(headers: &[String], wanted: &str, source: &str) -> Result<usize> {
    let exact: Vec<usize> = (0..headers.len()).filter(|at| headers[*at] == wanted).collect();
    let folded = || (0..headers.len()).filter(|at| fold(&headers[*at]) == fold(wanted)).collect();
    let found: Vec<usize> = if exact.is_empty() { folded() } else { exact };
    match found[..] {
        [at] => Ok(at),
        [] => Err(Error::Usage(format!(
            "{source}: there is no column {} for --map; the header has {}",
            quoted(wanted),
            list(headers, 0..headers.len())
        ))),
        _ => Err(Error::Usage(format!(
            "{source}: {} columns are called {}: {}; rename one in the file",
            found.len(),
            quoted(wanted),
            list(headers, found.iter().copied())
        ))),
    }
}

fn two_candidates(field: Field, found: &[usize], headers: &[String], source: &str) -> Error {
    let names = list(headers, found.iter().copied());
    let first = &headers[found[0]];
    let same = found.iter().all(|at| fold(&headers[*at]) == fold(first));
    let advice = if same {
        "rename one in the file".to_owned()
    } else {
        format!("say which, for example --map {}", shell_word(&format!("{field}={first}")))
    };
    let count = found.len();
    Error::Usage(format!("{source}: {count} columns could be the {field}: {names}; {advice}"))
}

fn no_phone_column(headers: &[String], source: &str) -> Error {
    let dialable = |header: &String| header.bytes().filter(u8::is_ascii_digit).count() >= 7;
    if headers.iter().any(dialable) {
        // What stands there is somebody's data, and not for the terminal.
        return Error::Usage(format!(
            "{source}: the first line looks like a contact, not like a header; \
             put a line with the column names before it, like Name,Phone,Email, or give --no-header \
             and, for example, --map 'phone=Column 2'"
        ));
    }
    if let [only] = headers
        && let Some(delimiter) = [';', '\t', '|', ','].into_iter().find(|c| only.contains(*c))
    {
        let flag = if delimiter == '\t' { "tab".to_owned() } else { format!("'{delimiter}'") };
        return Error::Usage(format!(
            "{source}: the header is one cell, {}; try --delimiter {flag}",
            quoted(only)
        ));
    }
    let likely = headers.iter().find(|header| {
        let folded = fold(header);
        ["phone", "mobile", "tel", "cell", "whatsapp", "gsm", "msisdn", "number"]
            .iter()
            .any(|word| folded.contains(word))
    });
    Error::Usage(format!(
        "{source}: no column is known to hold phone numbers; the header has {}; \
         say which, for example --map {}",
        list(headers, 0..headers.len()),
        shell_word(&format!("phone={}", likely.map_or("COLUMN", String::as_str)))
    ))
}

/// Headers as a message names them, each with its letters: `"Mobile" (column C)`. At most twelve.
fn list(headers: &[String], which: impl Iterator<Item = usize>) -> String {
    const SHOWN_MAX: usize = 12;
    let all: Vec<usize> = which.filter(|at| !headers[*at].trim().is_empty()).collect();
    let mut shown: Vec<String> = all
        .iter()
        .take(SHOWN_MAX)
        .map(|&at| format!("{} (column {})", quoted(&headers[at]), letters(at)))
        .collect();
    if all.len() > SHOWN_MAX {
        shown.push(format!("and {} more", all.len() - SHOWN_MAX));
    }
    shown.join(", ")
}

fn quoted(text: &str) -> String {
    const SHOWN_CHARS_MAX: usize = 60;
    let mut short: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("\"{}\"", printable(&short))
}

/// A word that a POSIX shell takes as it stands.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "=_-.,+/".contains(c);
    let text = printable(text);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// A column's letters in a spreadsheet: A for index 0, AA for 26.
#[must_use]
pub fn letters(at: usize) -> String {
    let mut letters = Vec::new();
    let mut left = at + 1;
    while left > 0 {
        left -= 1;
        letters.push(b'A' + u8::try_from(left % 26).expect("less than 26"));
        left /= 26;
    }
    letters.reverse();
    String::from_utf8(letters).expect("ASCII letters")
}

/// A record seen as fields.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'r> {
    row: Row<'r>,
    columns: &'r Columns,
}

impl<'r> Draft<'r> {
    /// `row` has as many cells as the header that `columns` were decided from.
    #[must_use]
    pub fn new(row: Row<'r>, columns: &'r Columns) -> Draft<'r> {
        Draft { row, columns }
    }

    /// The text of a field's column; empty where no column feeds it.
    #[must_use]
    pub fn get(&self, field: Field) -> &'r str {
        self.columns.of(field).map_or("", |at| self.cell(at))
    }

    /// The text of a column.
    #[must_use]
    pub fn cell(&self, at: usize) -> &'r str {
        let cell = self.row.cell(at);
        if self.columns.ours { unguard(cell) } else { cell }
    }

    /// The columns that the row is seen through.
    #[must_use]
    pub fn columns(&self) -> &'r Columns {
        self.columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(header: &str, given: &[&str]) -> Result<Columns> {
        let columns =
            given.iter().map(|pair| MapOptions::parse_pair(pair).expect("a pair")).collect();
        let headers = header.split('|').map(str::to_owned).collect();
        Columns::decide(headers, &MapOptions { columns }, "a.csv")
    }

    fn refusal(header: &str, given: &[&str]) -> String {
        decide(header, given).expect_err("must be refused").to_string()
    }

    #[test]
    fn headers_are_found_whatever_their_case_spaces_and_punctuation() {
        let columns = decide("Full Name|E-MAIL|phone_number|Notes", &[]).expect("decided");
        assert_eq!(columns.of(Field::Name), Some(0));
        assert_eq!(columns.of(Field::Email), Some(1));
        assert_eq!(columns.of(Field::Phone), Some(2));
        assert_eq!(columns.leftovers(), [3]);
    }

    #[test]
    fn two_phone_columns_are_an_error_that_names_both_and_the_flag() {
        let message = refusal("Name|Mobile Phone|Telephone", &[]);
        for part in ["a.csv", "Mobile Phone", "column B", "Telephone", "--map 'phone=Mobile Phone'"]
        {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn no_phone_column_is_an_error_that_shows_the_header() {
        let message = refusal("a|My mobile", &[]);
        assert!(message.contains("\"a\" (column A), \"My mobile\" (column B)"), "{message}");
        assert!(message.contains("--map 'phone=My mobile'"), "{message}");
        assert!(refusal("a|b", &[]).contains("--map phone=COLUMN"));
    }

    #[test]
    fn a_header_of_one_cell_leads_to_the_delimiter() {
        assert!(refusal("Name;Phone", &[]).contains("--delimiter ';'"));
        assert!(refusal("Name\tPhone", &[]).contains("--delimiter tab"));
    }

    #[test]
    fn a_contact_in_place_of_a_header_is_not_shown() {
        let message = refusal("Ann|+971501234561", &[]);
        assert!(message.contains("column names"), "{message}");
        assert!(!message.contains("Ann") && !message.contains("971"), "{message}");
    }

    #[test]
    fn a_given_column_wins_and_the_other_candidate_goes_to_the_params() {
        let columns = decide("Name|Mobile|Telephone", &["phone=telephone"]).expect("decided");
        assert_eq!(columns.of(Field::Phone), Some(2));
        assert_eq!(columns.leftovers(), [1]);
    }

    #[test]
    fn a_given_column_must_exist_and_a_field_is_given_once() {
        assert!(refusal("Phone", &["name=Nom"]).contains("no column \"Nom\""));
        assert!(refusal("Phone|Tel", &["phone=Phone", "phone=Tel"]).contains("two columns"));
    }

    #[test]
    fn two_params_of_one_name_are_an_error() {
        let check = |header| {
            let columns = decide(header, &[]).expect("decided");
            columns.check_names(columns.leftovers(), "a.csv").map_err(|error| error.to_string())
        };
        let message = check("Phone|Note|Note").expect_err("one would overwrite the other");
        assert!(message.contains("columns B and C"), "{message}");
        assert_eq!(check("Phone||"), Ok(()), "columns without a header are numbered");
    }

    #[test]
    fn column_letters_are_those_of_a_spreadsheet() {
        let all: Vec<String> = [0, 25, 26, 51, 52, 701, 702].map(letters).to_vec();
        assert_eq!(all, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn hostile_headers_are_shown_escaped() {
        let message = refusal("\u{1b}[31mred\u{202e}", &[]);
        assert!(!message.contains('\u{1b}') && !message.contains('\u{202e}'), "{message}");
    }
}
