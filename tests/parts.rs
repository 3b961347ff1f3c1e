//! A run in parts is the run on one machine, byte for byte. What an engine would find among the keys
//! is found here by plain sorting.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rowcall::error::Error;
use rowcall::flow::part::{Key, Known, Part, Placed, Sending, Tally, Whole};
use rowcall::flow::{Goal, Job, MaxRejects, Output, run};
use rowcall::ingest::Input;
use rowcall::ingest::ranges::{Run, RunReader, chain};
use rowcall::unique::{Differences, OnDuplicate, Relation};
use rowcall::write::contract::Contract;
use rowcall::write::outdir::{IfExists, OutputFacts};
use support::files_of;

/// A key with the ordinal of its row.
type Ordered = (u64, Key);

fn differences(one: &Key, other: &Key) -> Differences {
    let pairs = one.prints.iter().zip(other.prints).enumerate();
    Differences::from_bits(pairs.map(|(at, (a, b))| u8::from(*a != b) << at).sum())
}

/// What each row is because of another one, by the definition.
fn relations(policy: OnDuplicate, keys: &[Ordered]) -> BTreeMap<u64, Relation> {
    let mut subscribers: BTreeMap<u64, BTreeMap<u64, Vec<&Ordered>>> = BTreeMap::new();
    for key in keys {
        let phones = subscribers.entry(key.1.subscriber).or_default();
        phones.entry(key.1.phone).or_default().push(key);
    }
    let kept = |rows: &[&Ordered]| match policy {
        OnDuplicate::First | OnDuplicate::Merge => rows.first().map(|row| row.0),
        OnDuplicate::Last => rows.last().map(|row| row.0),
        OnDuplicate::Reject => rows.first().map(|row| row.0).filter(|_| rows.len() == 1),
    };
    let mut found = BTreeMap::new();
    for phones in subscribers.values() {
        let keepers =
            phones.iter().map(
                |(phone, rows)| {
                    if *phone == 0 { rows.first().map(|row| row.0) } else { kept(rows) }
                },
            );
        let base = keepers.flatten().min();
        for (phone, rows) in phones {
            for (at, (ordinal, key)) in rows.iter().map(|row| **row).enumerate() {
                let keeper = kept(rows).filter(|_| *phone != 0);
                let relation = match keeper {
                    Some(kept) if kept != ordinal => {
                        let other = rows.iter().find(|row| row.0 == kept).expect("it is there");
                        Relation::Keeps { kept, differs: differences(&key, &other.1) }
                    }
                    None if *phone != 0 => {
                        let (other, row) = rows[usize::from(at == 0)];
                        Relation::Repeats { other: *other, differs: differences(&key, row) }
                    }
                    _ => match base.filter(|base| *base != ordinal) {
                        Some(variant) => Relation::MayBeSame { variant },
                        None => continue,
                    },
                };
                found.insert(ordinal, relation);
            }
        }
    }
    found
}

/// Where a part is, and what of it is known.
struct Planned {
    part: Rc<Part>,
    source: u32,
    text: Vec<u8>,
    run: Run,
}

impl Planned {
    /// Gives the part's chunks to whoever works them.
    fn with_chunks<T>(&self, work: impl FnOnce(rowcall::flow::part::Chunks<'_>) -> T) -> T {
        let start = usize::try_from(self.run.start).expect("small");
        let (reading, rest) = (self.part.reading(), &self.text[start..]);
        let mut reader = RunReader::new(&reading, self.source, self.run, rest);
        work(&mut |chunk| reader.next_chunk(chunk))
    }
}

/// The parts of all sources, in ranges of `size` bytes.
fn plan(job: &Job, size: usize) -> Result<Vec<Planned>, Error> {
    let mut planned = Vec::new();
    for (source, input) in (0..).zip(&job.inputs) {
        let Input::File(path) = input else { unreachable!("the test names files") };
        let text = fs::read(path).expect("a fixture");
        let part = Rc::new(Part::open(job.clone(), source, text.clone())?);
        assert!(part.is_divisible());
        let (begin, length) = (part.header_bytes(), text.len() as u64);
        let rest = |at: u64| &text[usize::try_from(at).expect("small")..];
        let reading = part.reading();
        let starts = (begin..length.max(begin + 1)).step_by(size);
        let ranges = starts.map(|start| {
            let range = start..(start + size as u64).min(length);
            let runs = match start {
                _ if start == begin => reading.run(rest(start), range.clone()).map(|it| vec![it]),
                _ => reading.runs(rest, range.clone()),
            };
            runs.map(|runs| (range.end, runs))
        });
        let ranges = ranges.collect::<Result<Vec<_>, _>>()?;
        for run in chain(begin, &ranges, |range| reading.run(rest(range.start), range))? {
            planned.push(Planned { part: Rc::clone(&part), source, text: text.clone(), run });
        }
    }
    Ok(planned)
}

/// Runs the job in parts, and puts the folder together.
fn run_in_parts(job: &Job, size: usize, out: &Path) -> Result<(), Error> {
    let planned = plan(job, size)?;
    let mut keys: Vec<Ordered> = Vec::new();
    let mut ends = Vec::new();
    let mut known = Vec::new();
    for part in &planned {
        let first = known.iter().map(|known: &Known| known.keyed.rows).sum::<u64>();
        let take = &mut |key: Key| keys.push((first + key.row, key));
        let keyed = part.with_chunks(|chunks| part.part.keys(chunks, take))?;
        assert_eq!(keyed.rows, part.run.rows, "as planned");
        ends.push(first + keyed.rows);
        let (source, lines) = (part.source, part.run.lines);
        let (created_bytes, updated_bytes) = (Vec::new(), Vec::new());
        let (created, updated, repeated) = (0, 0, 0);
        known.push(Known {
            source,
            lines,
            keyed,
            created,
            updated,
            repeated,
            created_bytes,
            updated_bytes,
        });
    }
    let relations = relations(job.on_duplicate, &keys);
    for (ordinal, key) in &keys {
        let part = &mut known[ends.partition_point(|end| end <= ordinal)];
        match (relations.get(ordinal), key.sent) {
            (Some(Relation::Keeps { .. }), _) => {}
            (Some(Relation::Repeats { .. }), _) => part.repeated += 1,
            (_, Sending::Payload) => {
                part.created += 1;
                part.created_bytes.push(key.bytes);
            }
            (_, Sending::Updates) => {
                part.updated += 1;
                part.updated_bytes.push(key.bytes);
            }
            (_, Sending::Nowhere) => {}
        }
    }
    let heads = job.inputs.iter().map(|input| match input {
        Input::File(path) => fs::read(path).expect("a fixture"),
        Input::Stdin => unreachable!("the test names files"),
    });
    let whole = Whole::open(job.clone(), heads.collect())?;
    let (begins, first_ordinals) = whole.begins(&known);
    let private = tempfile::tempdir().expect("a folder");
    let mut together: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut tallies: Vec<Tally> = Vec::new();
    // The last part is written first: none needs another.
    for (at, part) in planned.iter().enumerate().rev() {
        let first = at.checked_sub(1).map_or(0, |before| ends[before]);
        let own = relations.range(first..ends[at]).map(|(at, relation)| (*at, *relation)).collect();
        let (source, begin, start) = (part.source, &begins[at], part.run.start);
        let placed = Placed { source, begin, first_ordinals: &first_ordinals, start };
        let folder = private.path().join(at.to_string());
        let (tally, _) =
            part.with_chunks(|chunks| part.part.write(&placed, own, chunks, &folder))?;
        tallies.insert(0, tally);
    }
    for at in 0..planned.len() {
        for (path, bytes) in files_of(&private.path().join(at.to_string())) {
            let file = together.entry(path.clone());
            file.or_insert_with(|| Whole::header(&path).to_vec()).extend(bytes);
        }
    }
    write_together(&whole, &tallies, together, out)
}

/// Writes the folder, and its summary.
fn write_together(
    whole: &Whole,
    tallies: &[Tally],
    mut together: BTreeMap<String, Vec<u8>>,
    out: &Path,
) -> Result<(), Error> {
    let (_, script) = whole.summary(tallies, facts(&together))?;
    together.extend(script.map(|script| ("upload.sh".to_owned(), script.into_bytes())));
    let (summary, _) = whole.summary(tallies, facts(&together))?;
    together.insert("summary.json".to_owned(), summary.to_json());
    for (path, bytes) in together {
        let path = out.join(path);
        fs::create_dir_all(path.parent().expect("inside")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }
    Ok(())
}

fn facts(files: &BTreeMap<String, Vec<u8>>) -> Vec<OutputFacts> {
    const ORDER: [&str; 7] =
        ["payload/", "updates/", "follow-up", "rows", "issues", "rejects", "duplicates"];
    let rank = |path: &str| ORDER.iter().position(|it| path.starts_with(it)).unwrap_or(ORDER.len());
    let mut all: Vec<(&String, &Vec<u8>)> = files.iter().collect();
    all.sort_by_key(|(path, _)| (rank(path), path.len(), *path));
    all.into_iter()
        .map(|(path, bytes)| OutputFacts {
            path: path.clone(),
            bytes: bytes.len() as u64,
            blake3: blake3::hash(bytes).to_hex().to_string(),
        })
        .collect()
}

/// The same job on one machine and in parts; returns the names of its files.
fn compare(job: &Job, sizes: &[usize]) -> Vec<String> {
    let private = tempfile::tempdir().expect("a folder");
    let folder = private.path().join("whole");
    let output = Output { folder: folder.clone(), if_exists: IfExists::Refuse };
    run(&Job { out: Some(output), ..job.clone() }, &()).expect("it runs");
    let expected = files_of(&folder);
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    for size in sizes {
        let folder = private.path().join(size.to_string());
        run_in_parts(job, *size, &folder).expect("it runs");
        let got = files_of(&folder);
        assert_eq!(names(&got), names(&expected), "{size} bytes");
        for (path, bytes) in &got {
            let (got, whole) = (String::from_utf8_lossy(bytes), &expected[path]);
            let (mut lines, whole) = (got.lines(), String::from_utf8_lossy(whole));
            for (number, line) in whole.lines().enumerate() {
                assert_eq!(lines.next(), Some(line), "{path}, line {number}, {size} bytes");
            }
            assert_eq!(bytes, &expected[path], "{path}, {size} bytes");
        }
    }
    names(&expected)
}

fn job(paths: &[&str], to: &str) -> Job {
    let inputs = paths.iter().map(|path| Input::File(PathBuf::from(path)));
    let contract = Some(Contract::find(to).expect("a platform"));
    let home = Some("AE".parse().expect("a region"));
    Job { home, contract, no_page: true, ..Job::new(Goal::Prepare, inputs.collect()) }
}

const CRM: &str = "fixtures/exports/crm/contacts.csv";

#[test]
fn an_export_in_parts_is_the_export_in_one_piece() {
    compare(&Job { batch_rows: Some(7), ..job(&[CRM], "superwaba") }, &[4096, 20_011, 1 << 30]);
}

#[test]
fn whichever_row_keeps_its_phone() {
    for on_duplicate in [OnDuplicate::Last, OnDuplicate::Reject] {
        compare(&Job { on_duplicate, ..job(&[CRM], "superwaba") }, &[3000, 1 << 30]);
    }
}

#[test]
fn several_sources_and_every_form_of_payload() {
    for to in ["superwaba", "wati", "wawp", "meta-audience"] {
        let job = Job { batch_rows: Some(50), ..job(&[CRM, CRM], to) };
        compare(&job, &[9000]);
    }
}

#[test]
fn files_have_as_many_bytes_as_they_may() {
    for to in ["superwaba", "hubspot", "meta-audience"] {
        for (batch_rows, batch_bytes) in [(None, Some(2000)), (Some(9), Some(1500))] {
            let job = Job { batch_rows, batch_bytes, ..job(&[CRM, CRM], to) };
            let names = compare(&job, &[9000]);
            assert!(names.iter().any(|name| name.starts_with("payload/000003")), "{names:?}");
        }
    }
    compare(&job(&[CRM], "hubspot"), &[9000]);
}

#[test]
fn a_payload_that_is_withheld_and_one_without_contacts() {
    let max_rejects = Some(MaxRejects::Count(0));
    compare(&Job { max_rejects, ..job(&[CRM], "superwaba") }, &[9000]);
    let private = tempfile::tempdir().expect("a folder");
    let path = private.path().join("a.csv");
    for text in ["Name,Phone\n", "Name,Phone\nAnn,1\n\nBob,2\n"] {
        fs::write(&path, text).expect("written");
        compare(&job(&[path.to_str().expect("text")], "superwaba"), &[5, 1 << 30]);
    }
}

#[test]
fn lists_are_heeded_and_updates_go_apart() {
    let private = tempfile::tempdir().expect("a folder");
    let folder = private.path().join("before");
    let output = Output { folder: folder.clone(), if_exists: IfExists::Refuse };
    run(&Job { out: Some(output), ..job(&[CRM], "superwaba") }, &()).expect("it runs");
    let ledger = files_of(&folder).remove("rows.csv").expect("a ledger");
    let ledger = String::from_utf8(ledger).expect("text");
    let phones: Vec<&str> =
        ledger.lines().filter_map(|line| line.split(',').find(|it| it.starts_with('+'))).collect();
    let list = |name: &str, head: &str, of: &dyn Fn(usize, &str) -> Option<String>| {
        let lines = phones.iter().enumerate().filter_map(|(at, phone)| of(at, phone));
        let path = private.path().join(name);
        fs::write(&path, head.to_owned() + &lines.collect::<String>()).expect("written");
        vec![path]
    };
    let suppress = list("stop.txt", "", &|at, it| (at % 7 == 0).then(|| format!("{it}\n")));
    let existing = list("known.csv", "id,name,phone\n", &|at, it| {
        (at % 3 == 0).then(|| format!("{at},Somebody {at},{it}\n"))
    });
    let mut apart = 0;
    for to in ["superwaba", "wati", "awalchat", "vobiz"] {
        let job = Job {
            suppress: suppress.clone(),
            existing: existing.clone(),
            batch_rows: Some(40),
            ..job(&[CRM], to)
        };
        compare(&Job { batch_bytes: Some(3000), ..job.clone() }, &[9000]);
        let names = compare(&job, &[9000]);
        apart += usize::from(names.iter().any(|name| name.starts_with("updates/00000")));
    }
    assert!(apart > 0, "a platform has updates that are requests of their own");
}

#[test]
fn what_takes_the_whole_input_in_one_place_is_refused() {
    let text = b"Name,Phone\n".to_vec();
    let merge = Job { on_duplicate: OnDuplicate::Merge, ..job(&["a.csv"], "superwaba") };
    let pictures = Job { avatar_folder: Some(PathBuf::from("/")), ..job(&["a.csv"], "wawp") };
    let page = Job { no_page: false, ..job(&["a.csv"], "wawp") };
    for (flag, job) in [
        ("--on-duplicate merge", merge),
        ("--limit", Job { rows_max: Some(1), ..job(&["a.csv"], "wawp") }),
        ("--avatar-dir", pictures),
        ("--no-page", page),
    ] {
        let refused = Part::open(job.clone(), 0, text.clone()).err().expect("refused").to_string();
        assert!(refused.contains(flag) && refused.contains("on one machine"), "{refused}");
        assert!(Whole::open(job, vec![text.clone()]).is_err());
    }
}
