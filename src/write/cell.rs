//! A cell of a CSV file, with quotes or escapes where it needs them: as the crate `csv` writes it,
//! and with the escapes of a dialect besides.

use wide::u8x16;

use crate::ingest::dialect::Dialect;

/// How the cells of a file are written, prepared once.
#[derive(Debug, Clone)]
pub struct CellForm {
    delimiter: u8,
    /// What encloses a cell that needs it; `None`: escapes stand before what needs them.
    quote: Option<u8>,
    escape: Option<u8>,
    /// What each byte asks for.
    needs: [Needs; 256],
    /// The bytes that may ask for anything; one may stand twice.
    special: [u8; 5],
}

/// What a byte of a cell asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// Quotes around the cell.
    Quotes,
    /// Quotes around the cell, and itself once more.
    Doubling,
    /// An escape before it.
    Escape,
}

/// The cells of RFC 4180.
pub static RFC_4180: CellForm =
    CellForm::new(Dialect { delimiter: b',', quote: Some(b'"'), escape: None });

/// The byte, or another where it is none.
const fn or(byte: Option<u8>, other: u8) -> u8 {
    match byte {
        Some(byte) => byte,
        None => other,
    }
}

impl CellForm {
    /// The form of cells that a reader of the dialect reads. Where the dialect has neither quotes
    /// nor escapes, usual quotes are better than a cell that breaks in two.
    #[must_use]
    pub const fn new(dialect: Dialect) -> CellForm {
        let Dialect { delimiter, quote, escape } = dialect;
        let quote = match (quote, escape) {
            (None, None) => Some(b'"'),
            _ => quote,
        };
        let mut needs = [Needs::Nothing; 256];
        if let Some(escape) = escape {
            needs[escape as usize] = Needs::Escape;
        }
        if let Some(quote) = quote {
            needs[b'\n' as usize] = Needs::Quotes;
            needs[b'\r' as usize] = Needs::Quotes;
            needs[delimiter as usize] = Needs::Quotes;
            needs[quote as usize] = Needs::Doubling;
        } else {
            needs[delimiter as usize] = Needs::Escape;
        }
        let special = [delimiter, or(quote, delimiter), or(escape, delimiter), b'\n', b'\r'];
        CellForm { delimiter, quote, escape, needs, special }
    }

    /// What stands between two cells.
    #[must_use]
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Appends a cell.
    #[inline]
    pub fn push(&self, out: &mut Vec<u8>, cell: &[u8]) {
        if self.is_plain(cell) {
            out.extend_from_slice(cell);
        } else {
            self.push_marked(out, cell);
        }
    }

    /// Whether no byte of the cell asks for anything. Sixteen are looked at together; the last
    /// sixteen may overlap those before them.
    #[inline]
    fn is_plain(&self, cell: &[u8]) -> bool {
        let Some(last) = cell.last_chunk::<16>() else {
            return cell.iter().all(|byte| self.needs[usize::from(*byte)] == Needs::Nothing);
        };
        let found = |part: &[u8; 16]| {
            let part = u8x16::from(*part);
            let found = self.special.map(|byte| part.simd_eq(u8x16::splat(byte)));
            found.into_iter().fold(u8x16::ZERO, |all, found| all | found)
        };
        let (all, _) = cell.as_chunks::<16>();
        all.iter().fold(found(last), |any, part| any | found(part)).to_bitmask() == 0
    }

    /// Appends a cell that holds something special.
    fn push_marked(&self, out: &mut Vec<u8>, cell: &[u8]) {
        match (self.quote, self.escape) {
            (Some(quote), None) => push_quoted(out, cell, quote),
            _ => self.push_escaped(out, cell),
        }
    }

    fn push_escaped(&self, out: &mut Vec<u8>, cell: &[u8]) {
        let needs = |byte: u8| self.needs[usize::from(byte)];
        let quoted = |byte: &u8| matches!(needs(*byte), Needs::Quotes | Needs::Doubling);
        let around = self.quote.filter(|_| cell.iter().any(quoted));
        out.extend(around);
        for &byte in cell {
            match needs(byte) {
                Needs::Nothing | Needs::Quotes => {}
                Needs::Doubling => out.push(byte),
                Needs::Escape => out.extend(self.escape),
            }
            out.push(byte);
        }
        out.extend(around);
    }
}

/// Appends a cell in quotes, those inside it doubled.
fn push_quoted(out: &mut Vec<u8>, mut cell: &[u8], quote: u8) {
    out.push(quote);
    while let Some(at) = memchr::memchr(quote, cell) {
        let (through_quote, rest) = cell.split_at(at + 1);
        out.extend_from_slice(through_quote);
        out.push(quote);
        cell = rest;
    }
    out.extend_from_slice(cell);
    out.push(quote);
}

/// A cell of RFC 4180.
#[must_use]
pub fn csv_cell(text: &str) -> String {
    let mut cell = Vec::with_capacity(text.len() + 2);
    RFC_4180.push(&mut cell, text.as_bytes());
    String::from_utf8(cell).expect("quotes leave UTF-8 as it is")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELLS: [&str; 9] =
        ["a", "x,y", "say \"hi\"", "", " z ", "line\nend", "\r", "é;ü", "it's ; 'so', \"there\""];

    fn line(form: &CellForm, cells: &[&str]) -> String {
        let mut line = Vec::new();
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                line.push(form.delimiter());
            }
            form.push(&mut line, cell.as_bytes());
        }
        String::from_utf8(line).expect("text stays text")
    }

    #[test]
    fn a_line_is_written_as_the_crate_csv_does_it() {
        for (delimiter, quote) in [(b',', b'"'), (b';', b'\''), (b'\t', b'"'), (b';', b',')] {
            let form = CellForm::new(Dialect { delimiter, quote: Some(quote), escape: None });
            let mut oracle = ::csv::WriterBuilder::new();
            let mut oracle = oracle.delimiter(delimiter).quote(quote).from_writer(Vec::new());
            oracle.write_record(CELLS).expect("memory");
            let oracle = String::from_utf8(oracle.into_inner().expect("memory")).expect("text");
            assert_eq!(line(&form, &CELLS) + "\n", oracle);
        }
    }

    #[test]
    fn escapes_stand_where_the_dialect_has_them() {
        let cells = ["a\\b", "x,\"y", "plain"];
        for (quote, escape, expected) in [
            (Some(b'"'), Some(b'\\'), r#"a\\b,"x,""y",plain"#),
            (None, Some(b'\\'), r#"a\\b,x\,"y,plain"#),
            (None, None, r#"a\b,"x,""y",plain"#),
        ] {
            let form = CellForm::new(Dialect { delimiter: b',', quote, escape });
            assert_eq!(line(&form, &cells), expected);
        }
    }
}
