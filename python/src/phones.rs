//! A column of phones as people write them → columns with what they are.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use pyo3::prelude::*;
use pyo3_arrow::input::AnyArray;
use rowcall::normalize::phone::findings;
use rowcall::phone::{Region, read};
use rowcall::problem::Level;
use rowcall_cli::embedded::{self, PhoneSettings};

use crate::errors::{exception, usage};
use crate::run::table;
use crate::table::Table;

/// How many cells are read before Ctrl-C is heard.
const BATCH_CELLS: usize = 1 << 16;

/// Reads a column of phones; `settings` are flags of `rowcall explain` as JSON.
#[pyfunction]
pub(crate) fn phones(py: Python<'_>, column: AnyArray, settings: &str) -> PyResult<Table> {
    let settings = embedded::phones(&table(settings)?).map_err(|error| exception(&error))?;
    let mut batches = Vec::new();
    for array in column.into_reader()? {
        let array = array.map_err(|cause| usage(format!("the column cannot be read: {cause}")))?;
        for start in (0..array.len()).step_by(BATCH_CELLS) {
            let cells = array.slice(start, BATCH_CELLS.min(array.len() - start));
            let judged = py.detach(|| judge(&cells, &settings));
            batches.push(judged.map_err(|cause| usage(format!("no column of phones: {cause}")))?);
            py.check_signals()?;
        }
    }
    Ok(Table::new(schema(), batches))
}

fn schema() -> SchemaRef {
    let text = |name| Field::new(name, DataType::Utf8, true);
    let valid = Field::new("valid", DataType::Boolean, false);
    Arc::new(Schema::new(vec![text("e164"), valid, text("kind"), text("region"), text("code")]))
}

/// What each cell of a column is. A cell without a value is an empty one.
fn judge(array: &ArrayRef, settings: &PhoneSettings) -> Result<RecordBatch, ArrowError> {
    let mut judged = Judged::with_capacity(array.len(), settings);
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().for_each(|it| judged.push(it)),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().for_each(|it| judged.push(it)),
        DataType::Utf8View => array.as_string_view().iter().for_each(|it| judged.push(it)),
        // A frame of one column, as relations and frames hand it out.
        DataType::Struct(fields) if fields.len() == 1 => {
            return judge(array.as_struct().column(0), settings);
        }
        _ => return judge(&cast(array, &DataType::Utf8View)?, settings),
    }
    judged.finish()
}

/// The columns that come out.
struct Judged<'s> {
    settings: &'s PhoneSettings,
    e164: StringBuilder,
    valid: BooleanBuilder,
    kind: StringBuilder,
    region: StringBuilder,
    code: StringBuilder,
}

impl Judged<'_> {
    fn with_capacity(rows: usize, settings: &PhoneSettings) -> Judged<'_> {
        let texts = |bytes: usize| StringBuilder::with_capacity(rows, rows * bytes);
        Judged {
            settings,
            e164: texts(13),
            valid: BooleanBuilder::with_capacity(rows),
            kind: texts(8),
            region: texts(2),
            code: texts(0),
        }
    }

    fn push(&mut self, cell: Option<&str>) {
        let PhoneSettings { plan, home, rules } = self.settings;
        let reading = read(plan, cell.unwrap_or_default(), *home, rules.read);
        let found = findings(&reading, *home, rules);
        let refused = found.iter().any(|finding| finding.code.level() == Level::Error);
        self.code.append_option(found.first().map(|finding| finding.code.as_str()));
        let number = reading.verdict.as_ref().ok().filter(|_| !refused);
        self.valid.append_value(number.is_some());
        self.e164.append_option(number.map(|found| found.phone.to_string()));
        self.kind.append_option(number.map(|found| found.number.kind().as_str()));
        let region = number.and_then(|found| found.number.region());
        self.region.append_option(region.as_ref().map(Region::as_str));
    }

    fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.e164.finish()),
            Arc::new(self.valid.finish()),
            Arc::new(self.kind.finish()),
            Arc::new(self.region.finish()),
            Arc::new(self.code.finish()),
        ];
        RecordBatch::try_new(schema(), columns)
    }
}
