//! What people call encodings.

use super::{Encoding, Endian};

/// The labels that are suggested for one that nobody knows, and names from elsewhere with the
/// label that is meant.
const SUGGESTIONS: [(&str, &str); 48] = [
    ("utf-8", "utf-8"),
    ("utf-16", "utf-16"),
    ("utf-16le", "utf-16le"),
    ("utf-16be", "utf-16be"),
    ("utf-32", "utf-32"),
    ("utf-32le", "utf-32le"),
    ("utf-32be", "utf-32be"),
    ("ucs-4", "utf-32"),
    ("unicode", "utf-16"),
    ("ansi", "windows-1252"),
    ("windows-1250", "windows-1250"),
    ("windows-1251", "windows-1251"),
    ("windows-1252", "windows-1252"),
    ("windows-1253", "windows-1253"),
    ("windows-1254", "windows-1254"),
    ("windows-1255", "windows-1255"),
    ("windows-1256", "windows-1256"),
    ("windows-1257", "windows-1257"),
    ("windows-1258", "windows-1258"),
    ("windows-874", "windows-874"),
    ("iso-8859-1", "iso-8859-1"),
    ("iso-8859-2", "iso-8859-2"),
    ("iso-8859-3", "iso-8859-3"),
    ("iso-8859-4", "iso-8859-4"),
    ("iso-8859-5", "iso-8859-5"),
    ("iso-8859-6", "iso-8859-6"),
    ("iso-8859-7", "iso-8859-7"),
    ("iso-8859-8", "iso-8859-8"),
    ("iso-8859-9", "iso-8859-9"),
    ("iso-8859-15", "iso-8859-15"),
    ("latin9", "iso-8859-15"),
    ("latin-9", "iso-8859-15"),
    ("koi8-r", "koi8-r"),
    ("koi8-u", "koi8-u"),
    ("macintosh", "macintosh"),
    ("mac-roman", "macintosh"),
    ("shift_jis", "shift_jis"),
    ("cp932", "shift_jis"),
    ("euc-jp", "euc-jp"),
    ("gb18030", "gb18030"),
    ("gbk", "gbk"),
    ("cp936", "gbk"),
    ("big5", "big5"),
    ("cp950", "big5"),
    ("euc-kr", "euc-kr"),
    ("cp949", "euc-kr"),
    ("uhc", "euc-kr"),
    ("cp65001", "utf-8"),
];

/// The encoding that a label names.
pub(super) fn find(label: &str) -> Result<Encoding, String> {
    let folded = label.trim().to_ascii_lowercase();
    match folded.as_str() {
        "utf-32" | "utf32" | "utf-32le" | "utf32le" => return Ok(Encoding::Utf32(Endian::Little)),
        "utf-32be" | "utf32be" => return Ok(Encoding::Utf32(Endian::Big)),
        _ => {}
    }
    let known = encoding_rs::Encoding::for_label_no_replacement(folded.as_bytes());
    // What is left has states that reach over line ends, or is no encoding at all.
    let reads = |it: &&encoding_rs::Encoding| {
        *it != encoding_rs::ISO_2022_JP && *it != encoding_rs::X_USER_DEFINED
    };
    match known {
        Some(encoding) if reads(&encoding) => Ok(Encoding::of(encoding)),
        Some(encoding) => Err(format!(
            "{} is not read; convert it first, for example: iconv -f {label} -t UTF-8",
            encoding.name()
        )),
        None => {
            Err(format!("there is no encoding `{label}`; did you mean `{}`?", nearest(&folded)))
        }
    }
}

/// The label that looks most like this one.
fn nearest(label: &str) -> &'static str {
    let near = SUGGESTIONS.iter().min_by_key(|(name, _)| strsim::levenshtein(name, label));
    near.map_or("utf-8", |(_, meant)| meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_those_of_the_web_and_utf_32() {
        for (label, name) in [
            ("UTF-8", "UTF-8"),
            ("utf8", "UTF-8"),
            ("utf-16", "UTF-16LE"),
            ("UTF-32BE", "UTF-32BE"),
            ("latin1", "windows-1252"),
            ("cp1256", "windows-1256"),
            ("sjis", "Shift_JIS"),
            ("gb2312", "GBK"),
        ] {
            assert_eq!(find(label).map(Encoding::name), Ok(name), "{label}");
        }
    }

    #[test]
    fn an_unknown_label_is_an_error_that_names_the_likely_one() {
        for (label, meant) in
            [("utf9", "`utf-8`"), ("windows-125", "`windows-125"), ("CP932", "`shift_jis`")]
        {
            let message = find(label).expect_err("unknown");
            assert!(message.contains(meant), "{message}");
        }
        assert!(find("iso-2022-jp").expect_err("not read").contains("iconv"));
        assert!(find("hz-gb-2312").is_err());
    }

    #[test]
    fn every_suggestion_is_a_label() {
        for (_, meant) in SUGGESTIONS {
            assert!(find(meant).is_ok(), "{meant}");
        }
    }
}
