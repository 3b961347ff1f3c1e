//! What to do next: commands that can be pasted, made of the one that was typed.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use rowcall::flow::Goal;
use rowcall::map::advice::shell_word;
use rowcall::text::printable;
use rowcall::write::contract::Contract;
use rowcall::write::summary::{SourceFacts, Summary};
use rowcall::write::upload::{UPLOAD_SCRIPT, base_url_variable};

/// Something that can be done next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// When, or what for.
    pub(crate) when: String,
    pub(crate) command: String,
}

/// What the steps follow from.
pub(crate) struct Run<'r> {
    pub(crate) goal: Goal,
    pub(crate) contract: Option<&'r Contract>,
    /// The platform as it was given: a name, or a file.
    pub(crate) to: Option<&'r str>,
    pub(crate) numbering_plan: Option<&'r Path>,
    pub(crate) out: Option<&'r Path>,
    /// The report page that was written alone.
    pub(crate) report: Option<&'r Path>,
    /// The last input, as it was typed; standard input cannot be read again.
    pub(crate) last_input: &'r Path,
    /// The words of the command line, without the program's name.
    pub(crate) typed: Vec<String>,
}

impl Run<'_> {
    /// The steps after a run with this outcome, what changes it most first.
    pub(crate) fn steps(&self, summary: &Summary) -> Vec<Step> {
        let mut steps = Vec::new();
        let refused = summary.counts.rejected + summary.counts.malformed;
        let can_repeat = self.last_input != Path::new("-");
        // Lists are read by the same flags; whoever gave some looks at them first.
        let may_try = can_repeat && summary.lists.is_empty();
        if let Some(hint) = summary.hints.first().filter(|_| may_try) {
            let mut words = self.typed.clone();
            let (flag, value) = hint.flag.split_once(' ').expect("a flag of ours has a value");
            set_flag(&mut words, flag, value);
            if let Some(out) = self.out {
                replace_out(&mut words, &free_name(out));
            }
            steps.push(step("to try what is suggested", &words));
        }
        match self.out {
            Some(out) if refused > 0 && can_repeat => steps.extend(self.mend(summary, out)),
            None if refused > 0 && can_repeat && self.report.is_none() => {
                let mut words = self.typed.clone();
                add(&mut words, ["-o", &free_name(Path::new("report"))]);
                steps.push(step("to see the rows", &words));
            }
            _ => {}
        }
        if self.goal == Goal::Check && refused == 0 && summary.counts.accepted > 0 && can_repeat {
            steps.push(self.prepare());
        }
        if let (Goal::Prepare, Some(out), Some(contract)) = (self.goal, self.out, self.contract)
            && summary.withheld.is_none()
            && summary.counts.accepted > 0
        {
            self.push_send(summary, out, contract, &mut steps);
        }
        steps
    }

    /// The run that writes what was found good.
    fn prepare(&self) -> Step {
        let mut words = self.typed.clone();
        if let Some(word) = words.iter_mut().find(|word| *word == "check") {
            "prepare".clone_into(word);
        }
        drop_flag(&mut words, "--report");
        drop_flag(&mut words, "--limit");
        let when = if self.to.is_some() {
            "to write the payload"
        } else {
            add(&mut words, ["--to", "PLATFORM"]);
            "to write the payload, for one of those that `rowcall platforms` lists"
        };
        replace_out(&mut words, &free_name(Path::new("out")));
        step(when, &words)
    }

    /// The same run again, with the rows that were mended; nothing where what is refused was mended
    /// already, and stands in the original as before. There is a file of rejects for each source.
    fn mend(&self, summary: &Summary, out: &Path) -> Option<Step> {
        // Where names repeat, a source's is numbered.
        let is_ours = |source: &&SourceFacts| {
            let name = source.source.split('#').next().unwrap_or_default();
            name.starts_with("rejects") && name.ends_with(".csv")
        };
        let ours = summary.sources.iter().filter(is_ours).count();
        let originals = summary.sources.len() - ours;
        // The last rejects of each original are those that were mended last.
        let left = if ours == 0 { originals } else { ours.min(originals.max(1)) };
        let files = summary.outputs.iter().map(|output| output.path.as_str());
        let files: Vec<&str> = files.filter(|path| path.starts_with("rejects")).collect();
        let files = files[files.len().saturating_sub(left)..].iter();
        let files = files.map(|path| out.join(path)).filter(|path| holds_rows(path));
        let files: Vec<String> = files.map(|path| path.display().to_string()).collect();
        if files.is_empty() {
            return None;
        }
        let mut words = self.typed.clone();
        let input = self.last_input.to_string_lossy();
        let at = words.iter().rposition(|word| *word == input).map_or(words.len(), |at| at + 1);
        let when = format!("when the rows in {} are mended", printable(&files.join(" and ")));
        words.splice(at..at, files);
        replace_out(&mut words, &free_name(out));
        Some(step(&when, &words))
    }

    /// How the payload is checked and sent, and its answers are joined.
    fn push_send(&self, summary: &Summary, out: &Path, contract: &Contract, steps: &mut Vec<Step>) {
        let folder = shell_word(&out.display().to_string());
        // A platform that is built in is named in the folder; a file of one's own is not.
        let own = self.to.filter(|to| to.ends_with(".toml"));
        let to = own.map_or(String::new(), |own| format!(" --to {}", shell_word(own)));
        let plan = self.numbering_plan.map_or(String::new(), |plan| {
            format!(" --numbering-plan {}", shell_word(&plan.display().to_string()))
        });
        let verify = format!("rowcall verify {folder}{to}{plan}");
        let is_there = summary.outputs.iter().any(|output| output.path == UPLOAD_SCRIPT);
        let Some(upload) = contract.upload.as_ref().filter(|_| is_there) else {
            let when = format!("to be sure of the payload, before {} imports it", contract.title);
            steps.push(Step { when, command: verify });
            return;
        };
        let base_url = upload.base_url.is_none().then(|| base_url_variable(&contract.name));
        let variables: Vec<String> = upload.variables().into_iter().chain(base_url).collect();
        let set = match &variables[..] {
            [] => String::new(),
            names => format!(", with {} in the environment", names.join(", ")),
        };
        let command = format!("{verify} && sh {folder}/{UPLOAD_SCRIPT}");
        steps.push(Step { when: format!("to send it{set}"), command });
        if contract.answers.is_some() {
            let reconciled = shell_word(&free_name(Path::new("reconciled")));
            let command = format!("rowcall reconcile {folder}{to} -o {reconciled}");
            steps.push(Step { when: "to see what became of each row then".to_owned(), command });
        }
    }
}

/// Whether a file of rows has more than its header; one that cannot be looked at may have.
fn holds_rows(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return true };
    BufReader::new(file).lines().take(2).count() > 1
}

fn step(when: &str, words: &[String]) -> Step {
    let words: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
    Step { when: when.to_owned(), command: format!("rowcall {}", words.join(" ")) }
}

/// Gives a flag another value, or adds it behind all where it was not typed.
fn set_flag(words: &mut Vec<String>, flag: &str, value: &str) {
    if let Some(at) = words.iter().position(|word| word == flag).filter(|at| at + 1 < words.len()) {
        words[at + 1] = value.to_owned();
        return;
    }
    let joined = format!("{flag}={value}");
    match words.iter_mut().find(|word| word.starts_with(&format!("{flag}="))) {
        Some(word) => *word = joined,
        None => add(words, [flag, value]),
    }
}

/// Adds a flag and its value, before what stands behind `--` for inputs.
fn add(words: &mut Vec<String>, more: [&str; 2]) {
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    words.splice(end..end, more.map(str::to_owned));
}

/// Takes a flag and its value away.
fn drop_flag(words: &mut Vec<String>, flag: &str) {
    let joined = format!("{flag}=");
    words.retain(|word| !word.starts_with(&joined));
    if let Some(at) = words.iter().position(|word| word == flag) {
        words.drain(at..words.len().min(at + 2));
    }
}

/// Gives the output folder another name; its flag has a letter, too.
fn replace_out(words: &mut Vec<String>, out: &str) {
    let is_joined = |word: &&mut String| word.starts_with("-o") && word.len() > 2;
    // As in `-qo out`.
    let ends_letters = |word: &String| {
        word.ends_with('o') && word.len() > 2 && word[1..].bytes().all(|it| it.is_ascii_lowercase())
    };
    let letters = words.iter().position(|word| word.starts_with('-') && ends_letters(word));
    if let Some(at) = letters.filter(|at| at + 1 < words.len()) {
        words[at + 1] = out.to_owned();
    } else if words.iter().any(|word| word == "-o") {
        set_flag(words, "-o", out);
    } else if let Some(word) = words.iter_mut().find(is_joined) {
        *word = format!("-o{out}");
    } else {
        set_flag(words, "--out", out);
    }
}

/// A name like this one under which there is nothing yet: `out2` beside `out`.
fn free_name(folder: &Path) -> String {
    let name = folder.display().to_string();
    if !folder.exists() {
        return name;
    }
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number: u32 = name[stem.len()..].parse().unwrap_or(1);
    let mut names = (number.saturating_add(1)..).map(|number| format!("{stem}{number}"));
    names.find(|name| !Path::new(name).exists()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_output_folder_is_replaced_however_it_was_typed() {
        for (typed, replaced) in [
            ("prepare a.csv -o out --to x", "prepare a.csv -o two --to x"),
            ("prepare a.csv --out out", "prepare a.csv --out two"),
            ("prepare a.csv --out=out", "prepare a.csv --out=two"),
            ("prepare a.csv -oout", "prepare a.csv -otwo"),
            ("prepare a.csv -qo out --to x", "prepare a.csv -qo two --to x"),
            ("prepare a.csv", "prepare a.csv --out two"),
        ] {
            let mut words = words(typed);
            replace_out(&mut words, "two");
            assert_eq!(words.join(" "), replaced);
        }
    }

    #[test]
    fn a_flag_that_was_typed_gets_another_value_where_it_stands() {
        for (typed, changed) in [
            ("check a.csv --region AE -q", "check a.csv --region IN -q"),
            ("check --region=AE a.csv", "check --region=IN a.csv"),
            ("check a.csv", "check a.csv --region IN"),
            ("check -- a.csv", "check --region IN -- a.csv"),
        ] {
            let mut words = words(typed);
            set_flag(&mut words, "--region", "IN");
            assert_eq!(words.join(" "), changed);
        }
    }

    #[test]
    fn a_flag_is_taken_away_with_its_value() {
        for typed in ["check a.csv --limit 5 -q", "check --limit=5 a.csv -q", "check a.csv -q"] {
            let mut words = words(typed);
            drop_flag(&mut words, "--limit");
            assert_eq!(words.join(" "), "check a.csv -q");
        }
    }

    #[test]
    fn a_free_name_counts_on() {
        let place = tempfile::tempdir().expect("a folder");
        let path = |name: &str| place.path().join(name);
        assert_eq!(free_name(&path("out")), path("out").display().to_string());
        for name in ["out", "out2"] {
            std::fs::create_dir(path(name)).expect("made");
        }
        assert_eq!(free_name(&path("out")), path("out3").display().to_string());
        assert_eq!(free_name(&path("out2")), path("out3").display().to_string());
    }
}
