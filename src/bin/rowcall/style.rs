//! How text looks on the terminal that it goes to: in colour or not, with signs beyond ASCII or
//! not, and how wide. Nothing of it changes what is said.

use std::env;
use std::io::IsTerminal;

use anstyle::{AnsiColor, Style as Paint};
use clap::ValueEnum;

use rowcall::problem::Level;

/// Whether colours are wished for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWish {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`.
    Auto,
    Always,
    Never,
}

/// How text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    color: bool,
    unicode: bool,
    /// Columns of the terminal; none where lines are not to be broken.
    width: Option<usize>,
}

/// Wider lines are hard to read.
const WIDTH_MAX: usize = 100;

/// Narrower ones are no lines.
const WIDTH_MIN: usize = 40;

pub(crate) const GOOD: Paint = AnsiColor::Green.on_default();
pub(crate) const WARNING: Paint = AnsiColor::Yellow.on_default();
pub(crate) const BAD: Paint = AnsiColor::Red.on_default();
pub(crate) const NAME: Paint = Paint::new().bold();
pub(crate) const COMMAND: Paint = AnsiColor::Cyan.on_default();
pub(crate) const ASIDE: Paint = Paint::new().dimmed();

/// The colour of a level.
pub(crate) fn of_level(level: Level) -> Paint {
    match level {
        Level::Error => BAD,
        Level::Warning => WARNING,
        Level::Info => Paint::new(),
    }
}

impl Style {
    /// For text that goes to `stream`.
    pub(crate) fn of(stream: &(impl IsTerminal + std::os::fd::AsFd), wish: ColorWish) -> Style {
        let on_terminal = stream.is_terminal();
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = match wish {
            ColorWish::Always => true,
            ColorWish::Never => false,
            ColorWish::Auto => on_terminal && !is_set("NO_COLOR") && !is_dumb,
        };
        // Elsewhere lines are whole, unless somebody says how long they may be.
        let columns = || env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let size = on_terminal.then(|| terminal_size::terminal_size_of(stream)).flatten();
        let width = size.map(|(width, _)| usize::from(width.0)).or_else(columns);
        let width = width.map(|width| width.clamp(WIDTH_MIN, WIDTH_MAX));
        Style { color, unicode: speaks_unicode(|name| env::var(name).ok()), width }
    }

    /// The text in a colour, where there are colours.
    pub(crate) fn paint(&self, paint: Paint, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("{paint}{text}{paint:#}")
        } else {
            text.to_owned()
        }
    }

    /// One of two signs for the same: beyond ASCII, or in it.
    pub(crate) fn sign(&self, unicode: &'static str, plain: &'static str) -> &'static str {
        if self.unicode { unicode } else { plain }
    }

    /// What leads to what is to be done.
    pub(crate) fn arrow(&self) -> &'static str {
        self.sign("→", "->")
    }

    /// The text with its lines broken where the terminal is narrower; what is broken off stands a
    /// little further in.
    pub(crate) fn broken(&self, text: &str) -> String {
        let Some(width) = self.width else { return text.to_owned() };
        let mut broken = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            let words = line.trim();
            let indent = &line[..line.len() - line.trim_start().len()];
            // What is to be copied stays whole.
            let is_code = words.starts_with(['{', '=']) || words.contains(" --");
            if words.is_empty() || is_code || line.trim_end().chars().count() <= width {
                broken.push_str(line);
                continue;
            }
            let lines = self.lines(indent, &format!("{indent}    "), words);
            broken.push_str(&lines.join("\n"));
            broken.push_str(&line[line.trim_end().len()..]);
        }
        broken
    }

    /// The text in lines that fit the terminal, each behind its indent and without its end; the
    /// first line's indent may hold a sign.
    pub(crate) fn lines(&self, first: &str, rest: &str, text: &str) -> Vec<String> {
        let Some(width) = self.width else { return vec![format!("{first}{text}")] };
        let options = textwrap::Options::new(width).initial_indent(first).subsequent_indent(rest);
        // A flag is one word, whatever hyphens are in it.
        let options = options.word_splitter(textwrap::WordSplitter::NoHyphenation);
        textwrap::wrap(text, options.break_words(false)).into_iter().map(Into::into).collect()
    }
}

/// Whether the locale's encoding is UTF-8.
fn speaks_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable);
    let first = set.into_iter().find(|value| !value.is_empty());
    first.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_of_the_locale_that_is_set_decides() {
        let locale = |set: &'static [(&str, &str)]| {
            speaks_unicode(|name| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(locale(&[("LANG", "en_GB.UTF-8")]));
        assert!(locale(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
        assert!(!locale(&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")]));
        assert!(!locale(&[]));
    }

    #[test]
    fn lines_are_broken_at_words_and_only_on_a_terminal() {
        let text = "one two three four five six seven eight";
        let narrow = Style { color: false, unicode: false, width: Some(20) };
        assert_eq!(
            narrow.lines("-> ", "   ", text),
            ["-> one two three", "   four five six", "   seven eight"]
        );
        let endless = Style { width: None, ..narrow };
        assert_eq!(endless.lines("-> ", "   ", text), [format!("-> {text}")]);
    }

    #[test]
    fn only_lines_that_do_not_fit_are_broken() {
        let narrow = Style { color: false, unicode: false, width: Some(20) };
        let text = "\n  short   one\n  one two three four five\n";
        assert_eq!(narrow.broken(text), "\n  short   one\n  one two three four\n      five\n");
        assert_eq!(Style { width: None, ..narrow }.broken(text), text);
    }

    #[test]
    fn without_colours_nothing_is_added() {
        let plain = Style { color: false, unicode: false, width: None };
        assert_eq!(plain.paint(BAD, "x"), "x");
        let colored = Style { color: true, ..plain };
        assert_eq!(colored.paint(BAD, "x"), "\u{1b}[31mx\u{1b}[0m");
    }
}
