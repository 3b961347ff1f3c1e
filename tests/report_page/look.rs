//! The page in a browser, as people meet it.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use serde_json::{Value, json};

use super::browser::Browser;
use super::{crm, hostile, two};

/// A phone, a tablet and a desk.
const WIDTHS: [u32; 3] = [390, 820, 1280];

/// Opens the page of an output in `place`.
fn open(browser: &Browser, place: &Path) {
    let path = place.join("out/report.html");
    browser.said();
    browser.requests();
    browser.open(&path);
    assert_eq!(browser.requests(), [format!("file://{}", path.display())], "requests");
}

/// Nothing was said by the console, nothing asked for, and nothing of a row was run.
fn assert_quiet(browser: &Browser) {
    assert_eq!(browser.said(), [] as [Value; 0]);
    assert_eq!(browser.requests(), [] as [String; 0]);
    assert_eq!(browser.run("return typeof pwned"), "undefined");
}

/// How many rows and groups of the problems can be seen.
fn seen(browser: &Browser) -> (u64, u64) {
    let script = "const seen = (all) => [...document.querySelectorAll(all)].filter((it) => it.checkVisibility()).length;
        return [seen('article.problem'), seen('article.problem tbody tr')]";
    let counts = browser.run(script);
    (counts[0].as_u64().expect("a number"), counts[1].as_u64().expect("a number"))
}

#[test]
fn rows_are_searched_filtered_opened_and_copied() {
    let Some(browser) = Browser::start() else { return };
    let place = crm();
    browser.look(1280, 900, "light");
    open(&browser, place.path());
    assert_eq!(seen(&browser), (15, 0), "all is closed in the beginning");
    browser.click("article.problem summary");
    assert_eq!(seen(&browser), (15, 14));
    browser.click("#close");
    assert_eq!(seen(&browser), (15, 0));
    browser.click("#open");
    assert_eq!(seen(&browser), (15, 112));
    browser.click("#close");

    browser.type_into("#text", "email address");
    let word = "return document.getElementById('said').textContent";
    let (groups, rows) = seen(&browser);
    assert!(groups >= 1 && (7..40).contains(&rows), "{groups} groups, {rows} rows");
    let said = browser.run(word);
    let said = said.as_str().expect("a text");
    assert!(said.starts_with(&format!("{rows} of 112 listed rows, in {groups} kind")), "{said}");
    browser.click("button[type=reset]");
    browser.wait("return document.getElementById('said').textContent.startsWith('112 of 112')");
    assert_eq!(seen(&browser), (15, 0), "what the search opened it closes");

    let issues = super::support::issues(&place.path().join("out"));
    let short = issues.iter().find(|issue| issue["code"] == "phone.too_short");
    let value = short.and_then(|issue| issue["value"].as_str()).expect("a value");
    browser.type_into("#text", value);
    let with = |issue: &&Value| issue["value"].as_str().is_some_and(|it| it.contains(value));
    let rows = issues.iter().filter(with).count() as u64;
    assert!(rows < 7, "not all rows of a group have {value}");
    assert_eq!(seen(&browser), (1, rows), "{value}");
    browser.click("button[type=reset]");
    browser.wait("return document.getElementById('said').textContent.startsWith('112 of 112')");

    for (select, value, groups, rows) in [
        ("level", "warning", 4, 0),
        ("code", "phone.missing", 1, 0),
        ("fate", "duplicate", 1, 7),
        ("column", "Email Address", 1, 7),
    ] {
        let script = format!(
            "const select = document.getElementById('{select}');
             select.value = '{value}'; select.dispatchEvent(new Event('change')); return select.value"
        );
        assert_eq!(browser.run(&script), value, "{select}");
        assert_eq!(seen(&browser), (groups, rows), "{select} = {value}");
        browser.click("button[type=reset]");
        browser.wait("return document.getElementById('said').textContent.startsWith('112 of 112')");
    }

    browser.type_into("#text", "phone.missing");
    assert_eq!(seen(&browser).0, 0, "a search is of rows");
    browser.click("button[type=reset]");
    browser.wait("return document.getElementById('said').textContent.startsWith('112 of 112')");
    let group = "article[id=\"phone.missing\"]";
    browser.click(&format!("{group} summary"));
    browser.click(&format!("{group} button.copy"));
    browser.wait("return document.getElementById('said').textContent === 'Copied: 7 row numbers'");
    browser.run("document.getElementById('text').focus()");
    browser.type_into("#text", "\u{e009}v");
    let pasted = browser.run("return document.getElementById('text').value");
    let missing = issues.iter().filter(|issue| issue["code"] == "phone.missing");
    let expected: Vec<String> = missing.map(|issue| issue["row"].to_string()).collect();
    assert_eq!(pasted, expected.join(", "), "what was copied can be pasted");
    assert_quiet(&browser);
}

#[test]
fn copied_rows_of_several_sources_are_told_apart_and_only_those_that_are_seen_are_copied() {
    let Some(browser) = Browser::start() else { return };
    let place = two();
    open(&browser, place.path());
    let group = "article[id=\"phone.too_short\"]";
    browser.click(&format!("{group} summary"));
    browser.click(&format!("{group} button.copy"));
    browser.wait("return document.getElementById('said').textContent === 'Copied: 3 row numbers'");
    let copied = "return document.getElementById('copied-text').value";
    assert_eq!(browser.run(copied), "a.csv: 2\nb.csv: 1, 4");
    browser.type_into("#text", "b.csv");
    browser.click(&format!("{group} button.copy"));
    browser.wait("return document.getElementById('said').textContent === 'Copied: 2 row numbers'");
    assert_eq!(browser.run(copied), "b.csv: 1, 4");
    assert_quiet(&browser);
}

#[test]
fn what_cannot_be_copied_is_selected_to_be_copied_by_hand() {
    let Some(browser) = Browser::start() else { return };
    let place = crm();
    open(&browser, place.path());
    browser.run(
        "navigator.clipboard.writeText = () => Promise.reject(new Error());
         document.execCommand = () => false",
    );
    browser.click("article.problem summary");
    browser.click("article.problem button.copy");
    browser.wait("return document.getElementById('said').textContent.startsWith('Not allowed')");
    let selected = browser.run("return document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)");
    assert!(selected.as_str().is_some_and(|text| text.split(", ").count() == 14), "{selected}");
    assert_quiet(&browser);
}

#[test]
fn hostile_cells_are_inert_and_stay_in_their_place() {
    let Some(browser) = Browser::start() else { return };
    let place = hostile();
    for width in WIDTHS {
        browser.look(width, 900, "dark");
        open(&browser, place.path());
        browser.click("#open");
        browser.run("document.querySelectorAll('details').forEach((it) => { it.open = true })");
        let script = "for (const it of document.querySelectorAll('main *')) {
              it.dispatchEvent(new Event('mouseover')); if (it.focus) it.focus();
            }
            return document.querySelectorAll('main :is(img, iframe, b, i, script, a[href^=http])').length";
        assert_eq!(browser.run(script), 0);
        let wide = browser.run("return document.documentElement.scrollWidth - innerWidth");
        assert!(wide.as_i64().is_some_and(|wide| wide <= 0), "{wide} pixels too wide at {width}");
        browser.type_into("#text", "<script>");
        assert!(seen(&browser).1 >= 1, "it is found as what it is");
        assert_quiet(&browser);
    }
}

#[test]
fn without_its_script_all_is_there_to_be_read() {
    let Some(browser) = Browser::start() else { return };
    let place = crm();
    browser.command("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    open(&browser, place.path());
    let text = browser.run("return document.body.innerText");
    let text = text.as_str().expect("a text");
    for part in [
        "1,000 rows = 902 accepted + 7 duplicate",
        "The phone number is missing.",
        "Search, filters and copying need the page's own script",
        "rowcall verify out",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("Search the listed rows"), "no controls that do nothing");
    browser.click("article.problem summary");
    assert_eq!(seen(&browser), (15, 14));
    assert_quiet(&browser);
}

/// The contrast of every text with what stands behind it, the least first: ratio, text.
const CONTRASTS: &str = "
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const numbers = (color) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = ([red, green, blue]) => {
      const part = (value) => { const it = value / 255; return it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4; };
      return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
    };
    const behind = (element) => {
      for (let it = element; it; it = it.parentElement) {
        const color = numbers(getComputedStyle(it).backgroundColor);
        if (color[3] === 255) return color;
      }
      return [255, 255, 255, 255];
    };
    const found = [];
    for (const element of document.querySelectorAll('body *')) {
      const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      const isField = element.matches('input, textarea, select');
      if (!(hasText || isField) || !element.checkVisibility() || element.matches('script, style, noscript')) continue;
      const [one, other] = [numbers(getComputedStyle(element).color), behind(element)].map(light);
      const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      found.push([ratio, element.textContent.slice(0, 40)]);
    }
    return found.sort((a, b) => a[0] - b[0]).slice(0, 3).concat([[99, String(found.length)]])";

/// The least contrast of a bar with what stands beside it.
const BARS: &str = "
    const light = (color) => {
      const [red, green, blue] = color.match(/[0-9.]+/g).map(Number);
      const part = (value) => { const it = value / 255; return it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4; };
      return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
    };
    const ground = light(getComputedStyle(document.body).backgroundColor);
    const bars = [...document.querySelectorAll('rect:not(.ground)')].map((it) => light(getComputedStyle(it).fill));
    return Math.min(...bars.map((bar) => (Math.max(bar, ground) + 0.05) / (Math.min(bar, ground) + 0.05)))";

#[test]
fn every_text_can_be_told_from_what_is_behind_it_in_light_and_dark() {
    let Some(browser) = Browser::start() else { return };
    let place = crm();
    for scheme in ["light", "dark"] {
        for width in WIDTHS {
            browser.look(width, 900, scheme);
            open(&browser, place.path());
            browser.run("document.querySelectorAll('details').forEach((it) => { it.open = true })");
            browser.run("document.getElementById('copied').hidden = false");
            let back = browser.run("return getComputedStyle(document.body).backgroundColor");
            let is_white = back == "rgb(255, 255, 255)";
            assert_eq!(is_white, scheme == "light", "the scheme is heeded: {back}");
            let found = browser.run(CONTRASTS);
            let least = found[0][0].as_f64().expect("a number");
            assert!(least >= 4.5, "{scheme} at {width}: {found}");
            let texts: u64 = found[3][1].as_str().and_then(|it| it.parse().ok()).expect("a number");
            assert!(texts > 500, "{texts} texts were looked at");
            let bars = browser.run(BARS).as_f64().expect("a number");
            assert!(bars >= 3.0, "{scheme}: a bar has a contrast of {bars}");
            let wide = browser.run("return document.documentElement.scrollWidth - innerWidth");
            assert!(
                wide.as_i64().is_some_and(|wide| wide <= 0),
                "{wide} pixels too wide at {width}"
            );
        }
    }
    assert_quiet(&browser);
}

#[test]
fn the_keyboard_reaches_everything_and_the_focus_can_be_seen() {
    let Some(browser) = Browser::start() else { return };
    let place = crm();
    browser.look(1280, 900, "light");
    open(&browser, place.path());
    let (tab, enter, space) = ("\u{e004}", "\u{e007}", " ");
    let focus = "const it = document.activeElement; const style = getComputedStyle(it);
        return [it.id || it.className || it.tagName, style.outlineStyle, parseFloat(style.outlineWidth)]";
    browser.press(tab);
    assert_eq!(browser.run(focus)[0], "skip");
    browser.press(enter);
    assert_eq!(browser.run("return location.hash"), "#result");
    let mut reached = Vec::new();
    for _ in 0..40 {
        browser.press(tab);
        let now = browser.run(focus);
        assert_ne!(now[1], "none", "the focus is not seen on {now}");
        assert!(now[2].as_f64().is_some_and(|width| width >= 2.0), "{now}");
        let name = now[0].as_str().expect("a name").to_owned();
        let is_summary = name == "SUMMARY";
        reached.push(name);
        if is_summary {
            break;
        }
    }
    for control in ["text", "level", "code", "column", "fate", "open", "close"] {
        assert!(reached.iter().any(|name| name == control), "{control} in {reached:?}");
    }
    browser.press(space);
    assert_eq!(seen(&browser), (15, 14));
    browser.press(tab);
    browser.press(enter);
    browser.wait("return document.getElementById('said').textContent.startsWith('Copied: 14')");
    assert_quiet(&browser);
}

#[test]
fn a_screen_reader_finds_names_headings_and_landmarks() {
    let Some(browser) = Browser::start() else { return };
    let place = crm();
    open(&browser, place.path());
    browser.run("document.querySelectorAll('details').forEach((it) => { it.open = true })");
    browser.command("Accessibility.enable", &json!({}));
    let tree = browser.command("Accessibility.getFullAXTree", &json!({}));
    let nodes: Vec<&Value> = tree["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .filter(|node| node["ignored"] != true)
        .collect();
    let of = |role: &str| nodes.iter().filter(|node| node["role"]["value"] == role).count();
    for (role, least) in [
        ("main", 1),
        ("banner", 1),
        ("navigation", 1),
        ("contentinfo", 1),
        ("search", 1),
        ("status", 1),
        ("searchbox", 1),
        ("region", 6),
        ("table", 20),
        ("columnheader", 100),
        ("heading", 20),
        ("image", 1),
        ("article", 15),
    ] {
        assert!(of(role) >= least, "{} of {role}", of(role));
    }
    let named = [
        "button",
        "link",
        "searchbox",
        "textbox",
        "combobox",
        "image",
        "table",
        "region",
        "heading",
        "DisclosureTriangle",
    ];
    for node in &nodes {
        let role = node["role"]["value"].as_str().unwrap_or_default();
        let name = node["name"]["value"].as_str().unwrap_or_default();
        let is_empty = named.contains(&role) && name.trim().is_empty();
        assert!(!is_empty, "a {role} without a name: {node}");
    }
    let levels = browser.run("return [...document.querySelectorAll('h1, h2, h3, h4')].map((it) => Number(it.tagName[1]))");
    let levels: Vec<u64> =
        levels.as_array().expect("a list").iter().filter_map(Value::as_u64).collect();
    assert_eq!(levels[0], 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    assert_eq!(browser.run("return document.documentElement.lang"), "en");
}

#[test]
fn on_paper_the_controls_are_gone_and_the_colours_are_light() {
    let Some(browser) = Browser::start() else { return };
    let place = crm();
    browser.look(1280, 900, "dark");
    open(&browser, place.path());
    browser.command("Emulation.setEmulatedMedia", &json!({"media": "print"}));
    let back = browser.run("return getComputedStyle(document.body).backgroundColor");
    assert_eq!(back, "rgb(255, 255, 255)");
    let shown = browser.run("return ['filters', 'said'].filter((id) => document.getElementById(id).checkVisibility()).length");
    assert_eq!(shown, 0);
    let text = browser.run("return document.body.innerText");
    assert!(
        text.as_str().is_some_and(|text| text.contains("The phone number is missing.")),
        "{text}"
    );
    let paper = browser.command("Page.printToPDF", &json!({}));
    assert!(paper["data"].as_str().is_some_and(|data| data.len() > 10_000));
}

/// Pictures of the page at three widths, light and dark, for whoever wants to look:
/// `ROWCALL_PICTURES=folder cargo test --test report_page pictures -- --ignored`.
#[test]
#[ignore = "makes pictures to look at"]
fn pictures() {
    let folder = std::env::var_os("ROWCALL_PICTURES").expect("ROWCALL_PICTURES names a folder");
    let Some(browser) = Browser::start() else { return };
    let place = crm();
    for scheme in ["light", "dark"] {
        for width in WIDTHS {
            browser.look(width, 900, scheme);
            open(&browser, place.path());
            for (part, top) in (0..).zip(["#result", "#next", "#problems", "#duplicates", "#seen"])
            {
                let script = format!(
                    "document.querySelector('article.problem details').open = true;
                     return Math.max(0, document.querySelector('{top}').offsetTop - 160)"
                );
                let top = browser.run(&script).as_u64().and_then(|top| u32::try_from(top).ok());
                let picture = browser.picture(top.expect("a number"), width, 1000);
                let picture = base64::prelude::BASE64_STANDARD.decode(picture).expect("base 64");
                let name = format!("{scheme}-{width}-{part}.png");
                fs::write(Path::new(&folder).join(name), picture).expect("written");
            }
        }
    }
}
