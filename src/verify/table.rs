//! Bytes → records of CSV, strictly: what a program might read in two ways is a fault. Holds one
//! record at a time, of a bounded size.

use std::io::{self, BufRead};

use super::folder::ITEM_BYTES_MAX;

/// What gives a table its structure. Records end with a line feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) quote: Option<u8>,
    pub(super) escape: Option<u8>,
}

impl Dialect {
    /// That of RFC 4180, with line feeds.
    pub(super) const PLAIN: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), escape: None };
}

/// A table that is being read.
#[derive(Debug)]
pub(super) struct Table<R> {
    input: R,
    dialect: Dialect,
    /// The bytes that may mean something; all others are text, wherever they stand.
    has_meaning: [bool; 256],
    /// Lines that were read.
    lines: u64,
    /// The line on which the record begins, from 1.
    line: u64,
    text: Vec<u8>,
    /// Where each cell ends in the text.
    ends: Vec<usize>,
}

/// What a record is that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Its cells can be asked for.
    Record,
    /// It breaks a rule.
    Fault(&'static str),
}

/// Where the reader stands in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    CellStart,
    Unquoted,
    Quoted,
    /// After a quote in a quoted cell: it ended the cell, or another one follows.
    AfterQuote,
    /// A rule was broken; the rest of the line is passed over.
    Broken(&'static str),
}

impl<R: BufRead> Table<R> {
    pub(super) fn new(input: R, dialect: Dialect) -> Table<R> {
        let mut has_meaning = [false; 256];
        let signs = [Some(dialect.delimiter), dialect.quote, dialect.escape];
        for byte in signs.into_iter().flatten().chain(*b"\n\r") {
            has_meaning[usize::from(byte)] = true;
        }
        let (text, ends) = (Vec::new(), Vec::new());
        Table { input, dialect, has_meaning, lines: 0, line: 0, text, ends }
    }

    /// The line on which the record begins, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// How many cells the record has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell of the record; "" where it has none of this index.
    pub(super) fn cell(&self, index: usize) -> &str {
        let start = index.checked_sub(1).and_then(|at| self.ends.get(at)).map_or(0, |end| *end);
        let cell = self.ends.get(index).and_then(|end| self.text.get(start..*end));
        cell.and_then(|cell| std::str::from_utf8(cell).ok()).unwrap_or_default()
    }

    /// The cells of the record.
    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.cell(index))
    }

    /// Reads the next record; `None` at the end.
    pub(super) fn read(&mut self) -> io::Result<Option<Outcome>> {
        self.text.clear();
        self.ends.clear();
        self.line = self.lines + 1;
        let mut state = State::CellStart;
        let mut escaped = false;
        let mut bytes = 0u64;
        loop {
            let buffer = match self.input.fill_buf() {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if buffer.is_empty() {
                return Ok((bytes > 0).then_some(Outcome::Fault("the last line does not end")));
            }
            let mut used = 0;
            let mut ended = false;
            while used < buffer.len() && !ended {
                let (text, ends) = (&mut self.text, &mut self.ends);
                if matches!(state, State::Unquoted | State::Quoted) && !escaped {
                    let rest = &buffer[used..];
                    let end = rest.iter().position(|byte| self.has_meaning[usize::from(*byte)]);
                    let run = end.unwrap_or(rest.len());
                    text.extend_from_slice(&rest[..run]);
                    used += run;
                }
                let Some(&byte) = buffer.get(used) else { break };
                used += 1;
                self.lines += u64::from(byte == b'\n');
                (state, escaped, ended) = self.dialect.step(state, escaped, byte, text, ends);
            }
            bytes += used as u64;
            self.input.consume(used);
            if ended {
                return Ok(Some(self.outcome(state)));
            }
            if bytes > ITEM_BYTES_MAX {
                state = State::Broken("a record is longer than any can be");
                self.text.clear();
                self.ends.clear();
            }
        }
    }

    fn outcome(&self, state: State) -> Outcome {
        let fault = match state {
            State::Broken(fault) => Some(fault),
            // Cells are cut at ASCII bytes, so that all are text if the whole is.
            _ if std::str::from_utf8(&self.text).is_err() => Some("a line is no UTF-8"),
            _ => None,
        };
        fault.map_or(Outcome::Record, Outcome::Fault)
    }
}

impl Dialect {
    /// Takes one byte: the state after it, whether the next one is escaped, and whether the record
    /// ends here.
    fn step(
        self,
        state: State,
        escaped: bool,
        byte: u8,
        text: &mut Vec<u8>,
        ends: &mut Vec<usize>,
    ) -> (State, bool, bool) {
        let is_quote = Some(byte) == self.quote;
        if let State::Broken(_) = state {
            return (state, false, byte == b'\n');
        }
        if escaped {
            let taken = is_quote || byte == self.delimiter || Some(byte) == self.escape;
            if taken {
                // The escape itself was put there before it was known what follows.
                text.pop();
                text.push(byte);
                return (state, false, false);
            }
        }
        if Some(byte) == self.escape && state != State::AfterQuote {
            text.push(byte);
            let state = if state == State::CellStart { State::Unquoted } else { state };
            return (state, true, false);
        }
        match state {
            State::Quoted if is_quote => (State::AfterQuote, false, false),
            State::AfterQuote if is_quote => {
                text.push(byte);
                (State::Quoted, false, false)
            }
            State::Quoted => {
                text.push(byte);
                (State::Quoted, false, false)
            }
            State::CellStart if is_quote => (State::Quoted, false, false),
            _ if byte == b'\n' || byte == self.delimiter => {
                ends.push(text.len());
                (State::CellStart, false, byte == b'\n')
            }
            State::AfterQuote => (State::Broken("text follows a closing quote"), false, false),
            _ if is_quote => (State::Broken("a quote inside an unquoted cell"), false, false),
            _ if byte == b'\r' => (State::Broken("a bare carriage return"), false, false),
            _ => {
                text.push(byte);
                (State::Unquoted, false, false)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = Vec<Result<Vec<String>, &'static str>>;

    fn read(text: &[u8], dialect: Dialect) -> Read {
        let mut table = Table::new(text, dialect);
        let mut records = Vec::new();
        while let Some(outcome) = table.read().expect("memory") {
            records.push(match outcome {
                Outcome::Record => Ok(table.cells().map(str::to_owned).collect()),
                Outcome::Fault(fault) => Err(fault),
            });
        }
        records
    }

    #[test]
    fn what_the_crate_csv_writes_is_read_back() {
        for quote in [b'"', b'\''] {
            let rows = [&["a", "", "x,y"][..], &["say \"hi\"", "it's", "b\nc"], &["é", "\r", "''"]];
            let mut writer = csv::WriterBuilder::new().quote(quote).from_writer(Vec::new());
            rows.iter().for_each(|row| writer.write_record(*row).expect("memory"));
            let text = writer.into_inner().expect("memory");
            let dialect = Dialect { quote: Some(quote), ..Dialect::PLAIN };
            let back: Vec<_> = read(&text, dialect).into_iter().map(Result::unwrap).collect();
            assert_eq!(back, rows);
        }
    }

    #[test]
    fn what_breaks_a_rule_costs_its_line_and_no_other() {
        for (line, fault) in [
            (&b"a\"b,c\n"[..], "a quote inside an unquoted cell"),
            (b"\"a\"b,c\n", "text follows a closing quote"),
            (b"a,b\r\n", "a bare carriage return"),
            (b"\"a\"\r\n", "text follows a closing quote"),
            (b"a\xff\n", "a line is no UTF-8"),
        ] {
            let records = read(&[line, b"x,y\n"].concat(), Dialect::PLAIN);
            assert_eq!(records, [Err(fault), Ok(vec!["x".to_owned(), "y".to_owned()])]);
        }
        for cut in [&b"a,b"[..], b"\"a,b\n"] {
            assert_eq!(read(cut, Dialect::PLAIN), [Err("the last line does not end")]);
        }
    }

    #[test]
    fn an_escape_takes_what_means_something_as_text_and_is_text_before_all_else() {
        let plain = Dialect { delimiter: b'|', quote: None, escape: Some(b'\\') };
        let cells = |records: Read| records.into_iter().map(Result::unwrap).next().expect("one");
        assert_eq!(cells(read(b"a\\|b|\\\\|c\\d|\"\n", plain)), ["a|b", "\\", "c\\d", "\""]);
        let quoted = Dialect { quote: Some(b'"'), ..plain };
        assert_eq!(cells(read(b"\"a\\\"|\"\"\\\\\"|\\\\|\"\"\n", quoted)), ["a\"|\"\\", "\\", ""]);
    }
}
