//! A contact as a line of CSV: RFC 4180, UTF-8, a comma between cells, and nothing put before a
//! cell for the sake of spreadsheets.

use super::value::Value;
use crate::contact::Contact;
use crate::map::{Columns, Draft};
use crate::normalize::tags::TagIds;
use crate::write::cell::RFC_4180;
use crate::write::contract::Contract;

/// How a contact is written, prepared once.
#[derive(Debug, Clone)]
pub(super) struct CsvRow {
    columns: Vec<Column>,
}

#[derive(Debug, Clone)]
struct Column {
    name: String,
    cell: Cell,
}

#[derive(Debug, Clone)]
enum Cell {
    Value(Value),
    /// A column of the source, by its index.
    Original(usize),
}

impl CsvRow {
    pub(super) fn new(
        contract: &Contract,
        columns: &Columns,
        params: &[usize],
        ids: Option<&TagIds>,
    ) -> CsvRow {
        let mut row = CsvRow { columns: Vec::new() };
        let original = |at: usize| (columns.param_name(at), Cell::Original(at));
        if contract.payload.original_columns {
            columns.originals().into_iter().map(original).for_each(|column| row.add(column));
        }
        for known in &contract.fields {
            row.add((known.key.clone(), Cell::Value(Value::of(known, contract, ids))));
        }
        if contract.params.is_some() {
            params.iter().copied().map(original).for_each(|column| row.add(column));
        }
        row
    }

    /// Adds a column; where one of its name is there, a number makes the name its own.
    fn add(&mut self, (name, cell): (String, Cell)) {
        let is_free = |name: &String| self.columns.iter().all(|column| column.name != *name);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let name = std::iter::once(name.clone()).chain(numbered).find(is_free);
        self.columns.push(Column { name: name.expect("numbers do not end"), cell });
    }

    /// The header with its line end.
    pub(super) fn header(&self) -> String {
        let mut line = Vec::new();
        for (index, column) in self.columns.iter().enumerate() {
            push_cell(index, &column.name, &mut line);
        }
        line.push(b'\n');
        String::from_utf8(line).expect("quotes leave UTF-8 as it is")
    }

    /// Appends the contact without a line end.
    pub(super) fn push(&self, contact: &Contact<'_>, draft: &Draft<'_>, out: &mut Vec<u8>) {
        for (index, column) in self.columns.iter().enumerate() {
            match &column.cell {
                Cell::Original(at) => push_cell(index, draft.cell(*at), out),
                Cell::Value(value) => push_cell(index, &value.text(contact), out),
            }
        }
    }
}

/// Appends the cell at `index` of a line, in quotes where it needs them.
pub(in crate::write) fn push_cell(index: usize, text: &str, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(RFC_4180.delimiter());
    }
    RFC_4180.push(out, text.as_bytes());
}
