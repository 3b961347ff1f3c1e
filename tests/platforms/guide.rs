//! The pages of the guide, word for word: files are what the page shows, every command runs in
//! order, and what is shown below a command is what it says. `ROWCALL_BLESS=1 cargo test --test
//! platforms guide` writes anew what the commands say.
//!
//! A block ` ```csv NAME ` (or json, toml, text) is a file; ` ```sh ` is run; ` ```text ` behind it
//! is what it says; `<!-- exit 3 -->` before it is its exit code, 0 otherwise.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::documents::{self, Arrivals, CREDENTIALS};
use crate::http::Server;
use crate::script::is_missing;
use crate::support::scratch;

/// A block between fences.
struct Block {
    /// What stands behind the opening fence.
    info: String,
    /// Its lines, by number from 0: the first, and the one of the closing fence.
    lines: std::ops::Range<usize>,
}

impl Block {
    fn text(&self, lines: &[String]) -> String {
        lines[self.lines.clone()].iter().flat_map(|line| [line, "\n"]).collect()
    }
}

fn blocks(lines: &[String]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in lines.iter().enumerate() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(info), None) => open = Some((number + 1, info.to_owned())),
            (Some(_), Some((first, info))) => blocks.push(Block { info, lines: first..number }),
            (None, still) => open = still,
        }
    }
    blocks
}

/// Where commands run: a folder, and servers that stand for the platforms.
struct Stage {
    folder: tempfile::TempDir,
    path: OsString,
    servers: Vec<(&'static str, Server)>,
    /// What the program says of where it sends to, and what it would say to a user.
    urls: [(String, &'static str); 1],
}

impl Stage {
    fn new() -> Stage {
        let program = Path::new(env!("CARGO_BIN_EXE_rowcall")).parent().expect("a folder");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(program.to_owned()).chain(std::env::split_paths(&path));
        let servers = [
            ("SUPERWABA", documents::superwaba(&Arrivals::default(), 1_000_000)),
            ("WHATSBIZAPI", documents::whatsbizapi(&Arrivals::default())),
            ("WAWP", documents::wawp(&Arrivals::default())),
            ("VOBIZ", documents::vobiz(&Arrivals::default())),
            ("AWALCHAT", documents::awalchat(&Arrivals::default())),
        ];
        let servers: Vec<(&str, Server)> =
            servers.into_iter().map(|(name, it)| (name, Server::start(it))).collect();
        let superwaba = (servers[0].1.url(), "https://app.superwaba.com");
        Stage {
            folder: scratch(),
            path: std::env::join_paths(folders).expect("a path"),
            servers,
            urls: [superwaba],
        }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("written");
    }

    /// Runs a block of commands as one script; returns its exit code and all that was said.
    fn run(&self, script: &str) -> (i32, String) {
        let urls = self.servers.iter().map(|(name, it)| (format!("{name}_BASE_URL"), it.url()));
        let output = Command::new("sh")
            .args(["-ec", &format!("exec 2>&1\n{script}")])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", &self.path)
            .env("LANG", "C.UTF-8")
            .envs(CREDENTIALS)
            .envs(urls)
            .env("ROWCALL_PACE_SECONDS", "0")
            .stdin(Stdio::null())
            .output()
            .expect("sh starts");
        let mut said = String::from_utf8(output.stdout).expect("text");
        for (url, shown) in &self.urls {
            said = said.replace(url, shown);
        }
        // A byte order mark shows nothing.
        said = said.replace('\u{feff}', "");
        (output.status.code().expect("no signal"), said)
    }
}

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The exit code that a page names before the line, if it does.
fn exit_before(lines: &[String], line: usize) -> i32 {
    let named = line.checked_sub(2).and_then(|at| lines.get(at)).map_or("", String::as_str);
    let code = named.strip_prefix("<!-- exit ").and_then(|rest| rest.strip_suffix(" -->"));
    code.map_or(0, |code| code.parse().expect("a number"))
}

/// Runs a page, or the part of it below a heading; where it is blessed, what the commands say is
/// put into it.
fn follow(path: &Path, heading: Option<&str>) {
    let text = fs::read_to_string(path).expect("a page");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let is_blessed = std::env::var_os("ROWCALL_BLESS").is_some();
    let stage = Stage::new();
    let first = heading.map_or(0, |heading| {
        lines.iter().position(|line| line == heading).expect("the page has the heading")
    });
    let is_next = |line: &String| heading.is_some() && line.starts_with("## ");
    let last = lines.iter().skip(first + 1).position(is_next).map_or(lines.len(), |at| at + first);
    let blocks = blocks(&lines);
    let blocks: Vec<Block> =
        blocks.into_iter().filter(|it| (first..=last).contains(&it.lines.start)).collect();
    // From the end of the page to its beginning, so that numbers of lines stay what they are.
    let mut news: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        match block.info.split_once(' ') {
            Some((_, name)) => stage.write(name, &block.text(&lines)),
            None if block.info == "sh" => {
                let script = block.text(&lines);
                let (code, said) = stage.run(&script);
                let expected = exit_before(&lines, block.lines.start);
                assert_eq!(code, expected, "{}: {script}\n{said}", path.display());
                let shown = blocks
                    .get(at + 1)
                    .filter(|next| next.info == "text" && next.lines.start == block.lines.end + 3);
                match shown {
                    Some(shown) if is_blessed => news.push((shown.lines.clone(), said)),
                    Some(shown) => assert_eq!(shown.text(&lines), said, "{}", path.display()),
                    None => {}
                }
            }
            None => {}
        }
    }
    if is_blessed {
        let mut lines = lines;
        for (range, said) in news.into_iter().rev() {
            lines.splice(range, said.lines().map(str::to_owned));
        }
        fs::write(path, lines.join("\n") + "\n").expect("blessed");
    }
}

#[test]
fn the_pages_of_the_guide_can_be_followed_and_say_what_happens() {
    if is_missing("curl") || is_missing("openssl") {
        return;
    }
    for name in ["clean", "upload", "mend", "sync", "platform"] {
        follow(&page(&format!("docs/guide/{name}.md")), None);
    }
    follow(&page("README.md"), Some("## Before and after"));
}

#[test]
fn the_guide_lists_each_of_its_pages() {
    let list = fs::read_to_string(page("docs/guide/README.md")).expect("the list");
    for entry in fs::read_dir(page("docs/guide")).expect("the guide") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        assert!(name == "README.md" || list.contains(&format!("({name})")), "{name}");
    }
}
