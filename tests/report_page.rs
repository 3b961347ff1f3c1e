//! The report page: what stands in it, and how it behaves in a browser.

mod support;

#[path = "report_page/browser.rs"]
mod browser;
#[path = "report_page/look.rs"]
mod look;
#[path = "report_page/most.rs"]
mod most;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use sha2::{Digest, Sha256};
use support::{files_of, fixtures, rowcall, scratch, stderr, summary};

/// A folder with the export of 1,000 rows and its output.
pub fn crm() -> tempfile::TempDir {
    let place = scratch();
    fs::copy(fixtures().join("exports/crm/contacts.csv"), place.path().join("contacts.csv"))
        .expect("copied");
    prepare(place.path(), &["contacts.csv", "--to", "superwaba", "--region", "AE"]);
    place
}

/// Runs `prepare` there, into `out`.
fn prepare(place: &Path, arguments: &[&str]) {
    let output = rowcall(place, &[&["prepare"], arguments, &["-o", "out"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

fn page(place: &Path) -> String {
    fs::read_to_string(place.join("out/report.html")).expect("the page")
}

/// The texts between two others, one after the other.
fn all_between<'p>(page: &'p str, from: &'p str, to: &'p str) -> impl Iterator<Item = &'p str> {
    let to_end = move |rest: &'p str| rest.split_once(to).map(|(text, _)| text);
    page.split(from).skip(1).filter_map(to_end)
}

/// What somebody types who wants to be remembered. Each `pwned` tells that it was run.
const HOSTILE: &str = "Name,Phone,Email,Country,Note\n\
    Ann,+971501234561,ann@x.co,AE,first\n\
    <script>pwned=1</script>,<script>pwned=2</script>,<img src=x onerror=pwned=3>,AE,\
    </script><script>pwned=4</script>\n\
    \"\"\"><img src=x onerror=\"\"pwned=5\"\">\",+97150\u{202e}654321,\u{202e}x@y\u{202c},\u{2066}evil\u{2069},{{ 7*7 }}\n\
    Ann,0501234561,<iframe src=javascript:pwned=6>,AE,\"<b onmouseover=\"\"pwned=7\"\">second</b>\"\n\
    LONG,LONG,LONG@x.co,LONG,LONG\n\
    Dee,+541123456789,,AR,<svg onload=pwned=8>\n\
    Dee,+5491123456789,,{{ 7*7 }},' onfocus='pwned=9' autofocus='\n\
    &lt;script&gt;,12,<a href=\"http://127.0.0.1:9/\">,&amp;,-->\n";

/// A folder with rows that want to do harm, and its output.
pub fn hostile() -> tempfile::TempDir {
    let place = scratch();
    let text = HOSTILE.replace("LONG", &"long\u{202e}<i>".repeat(1000));
    fs::write(place.path().join("<b>&'\u{202e}.csv"), text).expect("written");
    prepare(place.path(), &["<b>&'\u{202e}.csv", "--to", "superwaba", "--region", "AE"]);
    place
}

#[test]
fn the_page_asks_nobody_for_anything_and_its_policy_holds_its_own_hashes() {
    let place = crm();
    let page = page(place.path());
    assert!(!page.contains("http:") && !page.contains("https:"), "an address");
    for word in [" src=", " style=", " onclick", "url(", "@import", "<link", "<img", "<iframe"] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(all_between(&page, "href=\"", "\"").all(|to| to.starts_with('#')), "a link elsewhere");
    let policy = all_between(&page, "Content-Security-Policy\" content=\"", "\"").next();
    let hash = |from: &str, to: &str| {
        let text = all_between(&page, from, to).next().expect("it is there");
        format!("'sha256-{}'", base64::prelude::BASE64_STANDARD.encode(Sha256::digest(text)))
    };
    let (script, style) = (hash("<script>", "</script>"), hash("<style>", "</style>"));
    let expected = format!(
        "default-src 'none'; script-src {script}; style-src {style}; base-uri 'none'; form-action \
         'none'"
    );
    assert_eq!(policy, Some(expected.as_str()));
}

#[test]
fn the_page_says_what_the_summary_and_the_issues_say() {
    let place = crm();
    let page = page(place.path());
    let summary = summary(&place.path().join("out"));
    let facts = all_between(&page, "id=\"facts\">", "</script>").next().expect("facts");
    let facts: serde_json::Value = serde_json::from_str(facts).expect("JSON");
    for key in ["rowcall", "command", "counts", "problems"] {
        assert_eq!(facts[key], summary[key], "{key}");
    }
    for (code, count) in summary["problems"].as_object().expect("problems") {
        let begin = format!("id=\"{code}\"");
        let group = all_between(&page, &begin, "</article>").next();
        let rows: Vec<&str> = all_between(group.expect("a group"), "<tr><td>", "\n").collect();
        assert_eq!(rows.len() as u64, count.as_u64().expect("a number"), "{code}");
        let listed: Vec<String> =
            rows.iter().map(|row| row.split("<td").next().expect("a row").to_owned()).collect();
        let issues = support::issues(&place.path().join("out"));
        let of_code = issues.iter().filter(|issue| issue["code"] == code.as_str());
        let expected: Vec<String> = of_code.map(|issue| issue["row"].to_string()).collect();
        assert_eq!(listed, expected, "{code}");
    }
    for words in ["it is so in this known export", "its header says so", "kept: row ", "<mark>"] {
        let is_there = page.contains(words);
        assert!(is_there || words.contains("known export"), "{words}");
    }
}

#[test]
fn nothing_that_a_row_says_becomes_markup_and_long_values_are_cut() {
    let (hostile, plain) = (hostile(), crm());
    let (hostile, plain) = (page(hostile.path()), page(plain.path()));
    let tags = |page: &str| -> BTreeSet<String> {
        let body = page.split("<body>").nth(1).expect("a body");
        let name = |tag: &str| tag.split([' ', '>', '\n']).next().unwrap_or_default().to_owned();
        body.split("<script>").next().expect("before").split('<').skip(1).map(name).collect()
    };
    let known = tags(&plain);
    assert!(tags(&hostile).is_subset(&known), "{:?}", tags(&hostile));
    let bidi = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!hostile.contains(bidi) && hostile.contains("\\u{202e}"), "bidi controls");
    assert!(hostile.contains("{{ 7*7 }}") && !hostile.contains("49<td>"), "a template in a cell");
    let longest =
        hostile.split(['>', '<']).filter(|text| text.contains("long")).map(str::len).max();
    // 200 characters, escaped.
    assert!(longest.is_some_and(|longest| longest < 1300), "{longest:?}");
    assert_eq!(all_between(&hostile, "<script", ">").count(), 2);
}

/// Each row has four problems, so that there are a million of them.
#[test]
fn a_million_problems_make_a_page_of_a_bounded_size_that_says_what_it_lacks() {
    const ROWS: usize = 250_000;
    let place = scratch();
    let mut text = "Name,Phone,Email,Country,Opt-in\n".to_owned();
    text.push_str(&"Ann,12,no-mail,Nowhere,perhaps\n".repeat(ROWS));
    fs::write(place.path().join("a.csv"), text).expect("written");
    prepare(place.path(), &["a.csv", "--to", "superwaba", "--region", "AE"]);
    let problems = summary(&place.path().join("out"))["problems"].clone();
    let all: u64 = problems
        .as_object()
        .expect("problems")
        .values()
        .filter_map(serde_json::Value::as_u64)
        .sum();
    assert!(all >= 1_000_000, "{all} problems");
    let page = page(place.path());
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    assert!(page.contains("The first 200 of 250,000"), "how many are listed");
    assert!(page.contains("249,800 more stand in <code>issues.jsonl</code>"), "where the rest is");
    assert!(page.contains("Rows\n1–250,000"), "in which rows");
    assert!(page.contains("This page has at most 5 MB."), "how large it may be");
}

#[test]
fn a_page_alone_has_no_folder_beside_it_and_appears_whole_or_not_at_all() {
    let place = scratch();
    fs::write(place.path().join("a.csv"), "Name,Phone\nAnn,+971501234561\nBob,12\n")
        .expect("written");
    let check = |more: &[&str]| rowcall(place.path(), &[&["check", "a.csv"], more].concat());
    let output = check(&["--report", "r.html"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert_eq!(files_of(place.path()).keys().collect::<Vec<_>>(), ["a.csv", "r.html"]);
    let path = place.path().join("r.html");
    let page = fs::read_to_string(&path).expect("the page");
    assert!(page.contains("2 rows = 1 accepted + 1 rejected"), "the counts");
    assert!(page.contains("rowcall check a.csv --report report-2.html"), "how to go on");
    assert!(!page.contains("issues.jsonl") && page.contains("<code>-o DIR</code>"), "the rest");
    let mode = fs::metadata(&path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);

    let refused = |more: &[&str], word: &str| {
        let before = files_of(place.path());
        let output = check(more);
        assert_eq!(output.status.code(), Some(5), "{more:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(word), "{more:?}: {}", stderr(&output));
        assert!(files_of(place.path()) == before, "{more:?}");
    };
    refused(&["--report", "r.html"], "--force");
    refused(&["--report", "a.csv", "--force"], "is no report page of rowcall");
    refused(&["--report", "nowhere/r.html"], "is no folder");
    refused(&["--report", "/proc/r.html"], "/proc/r.html");
    refused(&["--report", "-"], "is no name for a file");
    let output = check(&["--report", "r.html", "--force", "--region", "AE"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(fs::read_to_string(&path).expect("the page") != page, "it is a new one");
    let output = check(&["--report", "both.html", "-o", "out"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let inside = check(&["--report", "out/r.html", "-o", "out", "--force"]);
    assert_eq!(inside.status.code(), Some(2), "{}", stderr(&inside));
    let (alone, inside) = (
        files_of(place.path())["both.html"].len(),
        files_of(place.path())["out/report.html"].len(),
    );
    assert!(alone > 10_000 && inside > 10_000);
}

/// The commands that the page names, with one of its words replaced by another.
fn commands(page: &str) -> Vec<String> {
    let plain = |text: &str| {
        let pairs =
            [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/")];
        pairs
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
            .replace("&amp;", "&")
    };
    all_between(page, "<pre tabindex=\"0\"><code>", "</code></pre>").map(plain).collect()
}

#[test]
fn the_commands_of_a_page_run_as_they_stand_with_what_was_asked_for() {
    let program = Path::new(env!("CARGO_BIN_EXE_rowcall")).parent().expect("a folder").display();
    let path = format!("{program}:{}", std::env::var("PATH").unwrap_or_default());
    for (name, options) in [
        ("a.csv", &["--region", "AE"][..]),
        (
            "it's; odd $(x).csv",
            &["--set", "tags=it's $HOME", "--map", "name=Full Name", "--digits", "national"],
        ),
        (
            "b.csv",
            &[
                "--require-opt-in",
                "--max-rejects",
                "90%",
                "--missing-name",
                "A \"B\"",
                "--params",
                "none",
            ],
        ),
        (
            "c.csv",
            &[
                "--delimiter",
                ",",
                "--quote",
                "\"",
                "--header",
                "--encoding",
                "utf-8",
                "--cell-bytes-max",
                "9000",
            ],
        ),
        (
            "d.csv",
            &[
                "--batch-size",
                "1",
                "--batch-bytes",
                "9000",
                "--kinds",
                "not:pager",
                "--regions",
                "AE,IN",
            ],
        ),
        (
            "e.csv",
            &[
                "--suppress",
                "stop list.txt",
                "--ragged",
                "pad",
                "--preset",
                "none",
                "--vanity",
                "--multi",
                "reject",
            ],
        ),
    ] {
        let place = scratch();
        let text =
            "Full Name,Phone,Opt-in\nAnn,+971501234561,yes\nBob,12,yes\nCy,+919887610933,yes\n";
        fs::write(place.path().join(name), text).expect("written");
        fs::write(place.path().join("stop list.txt"), "+971501234569\n").expect("written");
        prepare(place.path(), &[&[name, "--to", "superwaba"], options].concat());
        let commands = commands(&page(place.path()));
        let again =
            commands.iter().find(|command| command.contains("rejects.csv")).expect("it is there");
        let output = Command::new("sh")
            .args(["-c", again])
            .current_dir(place.path())
            .env_clear()
            .env("PATH", &path)
            .output()
            .expect("sh runs");
        assert_eq!(output.status.code(), Some(0), "{again}\n{}", stderr(&output));
        let (before, after) =
            (summary(&place.path().join("out")), summary(&place.path().join("out-2")));
        assert_eq!(before["settings"], after["settings"], "{again}");
        assert_eq!(before["lists"], after["lists"], "{again}");
        assert_eq!(before["sources"][0], after["sources"][0], "{again}");
    }
}

/// A folder with what two files with rows of one another make.
pub fn two() -> tempfile::TempDir {
    let place = scratch();
    let rows = "Ann,+971501234561,x\nBob,12,\nCy,+541123456789,\n";
    fs::write(place.path().join("a.csv"), format!("Name,Phone,Note\n{rows}")).expect("written");
    let rows = "13,Bob\n0501234561,Anne\n+5491123456789,Cyd\n14,Dee\n";
    fs::write(place.path().join("b.csv"), format!("Phone,Name\n{rows}")).expect("written");
    prepare(place.path(), &["a.csv", "b.csv", "--to", "superwaba", "--region", "AE"]);
    place
}

#[test]
fn rows_of_several_sources_are_told_apart() {
    let place = two();
    let page = page(place.path());
    let group = all_between(&page, "id=\"phone.too_short\"", "</article>").next().expect("a group");
    for part in [
        "<span dir=\"auto\">a.csv</span>: 2; \n<span dir=\"auto\">b.csv</span>: 1 · 4",
        "<tr><td>a.csv<td>2<td>3<td>Phone<td>12<td>",
        "<tr><td>b.csv<td>4<td>5<td>Phone<td>14<td>",
    ] {
        assert!(group.contains(part), "{part} in {group}");
    }
    let pair = all_between(&page, "<article class=\"pair\">", "</article>").next().expect("a pair");
    for part in [
        "kept: a.csv, row 1",
        "left out: b.csv, row 2",
        "differs in name, params",
        "<mark>Ann</mark>",
        "<mark>Anne</mark>",
        "<mark>x</mark>",
        "<span class=\"soft\">empty</span>",
        "Phone <span class=\"soft small\">(comes to the same)</span>",
    ] {
        assert!(pair.contains(part), "{part} in {pair}");
    }
    let variants = all_between(&page, "<section id=\"variants\"", "</section>").next();
    let variants = variants.expect("possible variants");
    assert!(variants.contains("earlier: a.csv, row 3") && variants.contains("later: b.csv, row 3"));
    assert!(page.contains("<code>duplicates-*.csv</code>"), "the files of duplicates");
    assert!(commands(&page).iter().any(|it| it.contains(" out/rejects-*.csv ")), "of rejects");
}

#[test]
fn a_pipe_gives_the_same_page_as_the_file_but_for_its_name() {
    let place = scratch();
    let rows: String =
        (0..400).map(|row| format!("N{},+9715012345{:02},x{row}\n", row % 70, row % 50)).collect();
    fs::write(place.path().join("stdin"), format!("Name,Phone,Note\n{rows}")).expect("written");
    prepare(place.path(), &["stdin", "--to", "superwaba"]);
    let command =
        "exec \"$0\" prepare - --to superwaba -o piped --threads 3 --chunk-bytes 100 < stdin";
    let output = Command::new("sh")
        .args(["-c", command, env!("CARGO_BIN_EXE_rowcall")])
        .current_dir(place.path())
        .output()
        .expect("sh runs");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let files = files_of(place.path());
    assert!(files["out/report.html"] == files["piped/report.html"]);
    assert!(
        String::from_utf8_lossy(&files["out/report.html"])
            .contains("150 of 350 are shown side by side")
    );
}
