//! Any bytes as a platform's answers: they are refused, or every accepted row has one outcome. The
//! first byte chooses the platform, and whether it is one answer or lines of them.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;

use rowcall::error::Result;
use rowcall::flow::{Goal, Job, Output, run};
use rowcall::ingest::Input;
use rowcall::reconcile::{self, Listener, Row};
use rowcall::write::contract::Contract;
use rowcall::write::outdir::IfExists;
use tempfile::TempDir;

/// Platforms whose answers are of different forms.
const PLATFORMS: [&str; 5] = ["superwaba", "whatsbizapi", "wawp", "vobiz", "awalchat"];

/// So many contacts were sent.
const CONTACTS: u64 = 5;

thread_local! {
    static PLACE: RefCell<Option<TempDir>> = const { RefCell::new(None) };
}

/// Joins the bytes with what was sent.
pub(crate) fn check(bytes: &[u8]) {
    let Some((choice, text)) = bytes.split_first() else { return };
    let platform = PLATFORMS[usize::from(*choice >> 1) % PLATFORMS.len()];
    PLACE.with_borrow_mut(|place| {
        let place = place.get_or_insert_with(prepared);
        let name = if choice & 1 == 0 { "answer.json" } else { "answers.jsonl" };
        let path = place.path().join(name);
        fs::write(&path, text).expect("written");
        let mut job = reconcile::Job {
            folder: place.path().join(platform),
            answers: vec![path],
            to: None,
            out: None,
            if_exists: IfExists::Refuse,
        };
        if choice & 1 == 0 {
            let file = fs::read_dir(job.folder.join("payload"))
                .expect("a payload")
                .next()
                .expect("a file")
                .expect("an entry");
            let file = file.file_name().into_string().expect("a name");
            job.answers = vec![PathBuf::from(format!(
                "payload/{file}={}",
                place.path().join(name).display()
            ))];
        }
        let mut heard = Heard(0);
        match reconcile::run(&job, &mut heard) {
            Ok(summary) => {
                let parts: u64 = summary.counts.parts().iter().map(|(_, count)| count).sum();
                assert_eq!((heard.0, parts), (CONTACTS, CONTACTS));
            }
            Err(error) => assert!([2, 4, 6, 7].contains(&error.exit_code()), "{error}"),
        }
    });
}

/// How many rows were heard of.
struct Heard(u64);

impl Listener for Heard {
    fn row(&mut self, _: Row<'_>) -> Result<()> {
        self.0 += 1;
        Ok(())
    }
}

/// A folder with what was prepared for each platform.
fn prepared() -> TempDir {
    let place = tempfile::tempdir().expect("a folder");
    let input = place.path().join("a.csv");
    let rows: String = (0..CONTACTS).map(|at| format!("Ann,+97150123456{at},AE\n")).collect();
    fs::write(&input, format!("Name,Phone,Country\n{rows}")).expect("written");
    for platform in PLATFORMS {
        let out = Output { folder: place.path().join(platform), if_exists: IfExists::Refuse };
        let job = Job {
            contract: Some(Contract::find(platform).expect("built in")),
            out: Some(out),
            ..Job::new(Goal::Prepare, vec![Input::File(input.clone())])
        };
        assert_eq!(run(&job, &()).expect("it ends").counts.accepted, CONTACTS);
    }
    place
}
