//! Settings → a run, in a thread of its own, while this one listens for Ctrl-C.

use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;
use rowcall::error::Error;
use rowcall::flow::{self, Goal, Job, Watch};
use rowcall::write::summary::Summary;
use toml::Table;

use crate::errors::{exception, usage};

/// How long Ctrl-C may go unheard.
const PATIENCE: Duration = Duration::from_millis(50);

/// SIGINT, which is what Python's own Ctrl-C comes from.
const INTERRUPT: u8 = 2;

/// Runs `prepare` on the files; `settings` are its flags as JSON. Returns summary.json.
#[pyfunction]
pub(crate) fn prepare(py: Python<'_>, paths: Vec<OsString>, settings: &str) -> PyResult<String> {
    run_goal(py, Goal::Prepare, &paths, settings)
}

/// Runs `check` on the files; `settings` are its flags as JSON. Returns summary.json.
#[pyfunction]
pub(crate) fn check(py: Python<'_>, paths: Vec<OsString>, settings: &str) -> PyResult<String> {
    run_goal(py, Goal::Check, &paths, settings)
}

fn run_goal(py: Python<'_>, goal: Goal, paths: &[OsString], settings: &str) -> PyResult<String> {
    let settings = table(settings)?;
    let job = rowcall_cli::embedded::job(goal, paths, &settings).map_err(|it| exception(&it))?;
    let summary = run_heeding_signals(py, job)?;
    Ok(String::from_utf8(summary.to_json()).expect("JSON is UTF-8"))
}

/// Settings as Python gives them.
pub(crate) fn table(settings: &str) -> PyResult<Table> {
    serde_json::from_str(settings).map_err(|cause| usage(format!("settings: {cause}")))
}

/// Hears from the thread that holds the interpreter that the run is to end.
struct Asked(Arc<AtomicBool>);

impl Watch for Asked {
    fn cancelled(&self) -> Option<u8> {
        self.0.load(Ordering::Relaxed).then_some(INTERRUPT)
    }
}

/// Runs the job with the interpreter free for others. An exception that a signal's handler raises,
/// such as `KeyboardInterrupt`, ends the run and is raised when it has ended.
fn run_heeding_signals(py: Python<'_>, job: Job) -> PyResult<Summary> {
    let asked = Arc::new(AtomicBool::new(false));
    let watch = Asked(Arc::clone(&asked));
    let (say, mut done) = sync_channel(1);
    thread::spawn(move || {
        // Somebody listens until the run has ended.
        let _ = say.send(flow::run(&job, &watch));
    });
    let mut raised = None;
    let ended = loop {
        let done = &mut done;
        match py.detach(move || done.recv_timeout(PATIENCE)) {
            Ok(ended) => break ended,
            Err(RecvTimeoutError::Disconnected) => {
                break Err(Error::Internal("the run panicked".to_owned()));
            }
            Err(RecvTimeoutError::Timeout) if raised.is_none() => {
                raised = py.check_signals().err();
                asked.store(raised.is_some(), Ordering::Relaxed);
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    };
    match (ended, raised) {
        // What was asked for too late did not stop the run, and still is to be heard of.
        (_, Some(raised)) => Err(raised),
        (ended, None) => ended.map_err(|error| exception(&error)),
    }
}
