//! The Python module of rowcall, as far as it is not Python: it takes settings and columns, and
//! leaves what is to be done to the crate. Nothing is judged here.

use std::ffi::OsString;

use pyo3::prelude::*;

mod errors;
mod phones;
mod run;
mod spark;
mod table;

/// The native half of the module `rowcall`.
#[pymodule]
mod _rowcall {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::errors::{
        InputError, InternalError, LimitError, MismatchError, OutputError, RowcallError, UsageError,
    };
    #[pymodule_export]
    use super::main;
    #[pymodule_export]
    use super::phones::phones;
    #[pymodule_export]
    use super::run::{check, prepare};
    #[pymodule_export]
    use super::spark::{Blake3, Part, Whole, chain, flags};
    #[pymodule_export]
    use super::table::{Table, issues_table, ledger_table};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("numbering_plan", rowcall::phone::Plan::builtin().version())
    }
}

/// Runs the command `rowcall` with the arguments, of which the first is the program's name;
/// returns the exit code.
#[pyfunction]
fn main(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| rowcall_cli::run(arguments))
}
