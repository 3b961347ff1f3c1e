//! Columns for Python: the ledger and the problems of a run, and what is read of phones.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{Array, RecordBatch, StructArray};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use pyo3_arrow::ffi::{ArrayIterator, to_schema_pycapsule, to_stream_pycapsule};
use rowcall::error::Error;

use crate::errors::exception;

/// Columns in memory, which every library that knows the Arrow PyCapsule interface takes without
/// a copy: `pyarrow.table(t)`, `polars.DataFrame(t)`, `duckdb.from_arrow(t)`.
#[pyclass(frozen, module = "rowcall")]
pub(crate) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl Table {
    pub(crate) fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Table {
        Table { schema, batches }
    }
}

#[pymethods]
impl Table {
    /// The Arrow C stream of the batches.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let batches = self.batches.clone().into_iter();
        let arrays = batches.map(|batch| Ok(Arc::new(StructArray::from(batch)) as Arc<dyn Array>));
        let field = Field::new_struct("", self.schema.fields().clone(), false);
        let reader = ArrayIterator::new(arrays, Arc::new(field));
        Ok(to_stream_pycapsule(py, Box::new(reader), requested_schema)?)
    }

    /// The Arrow C schema.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        Ok(to_schema_pycapsule(py, self.schema.as_ref())?)
    }

    /// The names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The number of rows.
    #[getter]
    fn num_rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn __len__(&self) -> usize {
        self.num_rows()
    }

    fn __repr__(&self) -> String {
        let columns = self.column_names().join(", ");
        format!("<rowcall.Table of {} rows: {columns}>", self.num_rows())
    }
}

/// The file rows.csv of a folder, as columns.
#[pyfunction]
pub(crate) fn ledger_table(py: Python<'_>, path: PathBuf) -> PyResult<Table> {
    let schema = schema(&LEDGER);
    let read = || {
        let form = arrow_csv::ReaderBuilder::new(Arc::clone(&schema)).with_header(true);
        collect(form.build(open(&path)?)?)
    };
    let batches = py.detach(read).map_err(|cause| unreadable(&path, &cause))?;
    Ok(Table::new(schema, batches))
}

/// The file issues.jsonl of a folder, as columns.
#[pyfunction]
pub(crate) fn issues_table(py: Python<'_>, path: PathBuf) -> PyResult<Table> {
    let schema = issues_schema();
    let read = || {
        let form = arrow_json::ReaderBuilder::new(Arc::clone(&schema)).with_strict_mode(true);
        collect(form.build(BufReader::new(open(&path)?))?)
    };
    let batches = py.detach(read).map_err(|cause| unreadable(&path, &cause))?;
    Ok(Table::new(schema, batches))
}

fn open(path: &PathBuf) -> Result<impl Read + Seek, ArrowError> {
    Ok(File::open(path)?)
}

fn collect(
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
) -> Result<Vec<RecordBatch>, ArrowError> {
    batches.collect()
}

fn unreadable(path: &std::path::Path, cause: &ArrowError) -> PyErr {
    let (input, what) = (path.display().to_string(), format!("cannot be read: {cause}"));
    exception(&Error::Input { input, what })
}

fn schema(columns: &[(&str, DataType)]) -> SchemaRef {
    Arc::new(Schema::new(fields(columns)))
}

fn fields(columns: &[(&str, DataType)]) -> Fields {
    columns.iter().map(|(name, kind)| Field::new(*name, kind.clone(), true)).collect()
}

const LEDGER: [(&str, DataType); 12] = [
    ("source", DataType::Utf8),
    ("row", DataType::UInt64),
    ("line", DataType::UInt64),
    ("fate", DataType::Utf8),
    ("action", DataType::Utf8),
    ("phone", DataType::Utf8),
    ("region", DataType::Utf8),
    ("kind", DataType::Utf8),
    ("file", DataType::Utf8),
    ("index", DataType::UInt64),
    ("kept_source", DataType::Utf8),
    ("kept_row", DataType::UInt64),
];

fn issues_schema() -> SchemaRef {
    let list = |columns: &[(&str, DataType)]| {
        DataType::List(Arc::new(Field::new("item", DataType::Struct(fields(columns)), true)))
    };
    let texts = DataType::List(Arc::new(Field::new("item", DataType::Utf8, true)));
    let related = [
        ("source", DataType::Utf8),
        ("row", DataType::UInt64),
        ("role", DataType::Utf8),
        ("differs", texts),
    ];
    schema(&[
        ("row", DataType::UInt64),
        ("line", DataType::UInt64),
        ("byte", DataType::UInt64),
        ("length", DataType::UInt64),
        ("cell", DataType::Utf8),
        ("index", DataType::UInt64),
        ("column", DataType::Utf8),
        ("column_number", DataType::UInt64),
        ("field", DataType::Utf8),
        ("code", DataType::Utf8),
        ("category", DataType::Utf8),
        ("level", DataType::Utf8),
        ("fate", DataType::Utf8),
        ("phone", DataType::Utf8),
        ("value", DataType::Utf8),
        ("error", DataType::Utf8),
        (
            "suggestion",
            DataType::Struct(fields(&[("value", DataType::Utf8), ("confidence", DataType::Utf8)])),
        ),
        ("readings", list(&[("as", DataType::Utf8), ("phone", DataType::Utf8)])),
        ("related", list(&related)),
        ("source", DataType::Utf8),
        (
            "payload",
            DataType::Struct(fields(&[("file", DataType::Utf8), ("index", DataType::UInt64)])),
        ),
    ])
}
