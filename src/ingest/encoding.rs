//! The text encoding of a source: what it is called, how it is found, and how its bytes become
//! text.
//!
//! Where it is safe, a source is split as it is and its cells are decoded later, by the workers:
//! in UTF-8, in every single-byte encoding, and in the multi-byte ones where no byte of the dialect
//! can be the tail of a character. Everything else is transcoded to UTF-8 as it is read
//! (`transcode`).

use std::borrow::Cow;

use encoding_rs::{BIG5, EUC_KR, GB18030, GBK, SHIFT_JIS, UTF_16BE, UTF_16LE};

mod evidence;
mod labels;
pub(super) mod single_byte;
pub(super) mod transcode;

use super::dialect::Dialect;
use transcode::source_length;

/// The order of the bytes of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endian {
    /// The low byte first.
    Little,
    /// The high byte first.
    Big,
}

/// A text encoding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// UTF-16.
    Utf16(Endian),
    /// UTF-32.
    Utf32(Endian),
    /// One of the encodings from before Unicode; ASCII means itself in it.
    Legacy(&'static encoding_rs::Encoding),
}

/// What a chunk's bytes are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// UTF-8, as it stands in the source.
    #[default]
    Utf8,
    /// As they stand in the source, whose encoding this is; each cell is decoded by itself.
    Cells(&'static encoding_rs::Encoding),
    /// UTF-8 that was made of a source in this encoding. A byte that could not be decoded is one
    /// byte 0xFF.
    Transcoded(Encoding),
}

/// A byte order mark and the encoding that it says. UTF-32LE stands before UTF-16LE, whose mark
/// is the beginning of its own.
const MARKS: [(&[u8], Encoding); 5] = [
    (b"\xef\xbb\xbf", Encoding::Utf8),
    (b"\xff\xfe\x00\x00", Encoding::Utf32(Endian::Little)),
    (b"\x00\x00\xfe\xff", Encoding::Utf32(Endian::Big)),
    (b"\xff\xfe", Encoding::Utf16(Endian::Little)),
    (b"\xfe\xff", Encoding::Utf16(Endian::Big)),
];

impl Encoding {
    /// The encoding that a WHATWG label names, or `utf-32`, `utf-32le` or `utf-32be`.
    ///
    /// # Errors
    /// A sentence that says which label may be meant.
    pub fn from_label(label: &str) -> Result<Encoding, String> {
        labels::find(label)
    }

    /// The name in every report, as WHATWG writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16(Endian::Little) => "UTF-16LE",
            Encoding::Utf16(Endian::Big) => "UTF-16BE",
            Encoding::Utf32(Endian::Little) => "UTF-32LE",
            Encoding::Utf32(Endian::Big) => "UTF-32BE",
            Encoding::Legacy(encoding) => encoding.name(),
        }
    }

    /// The encoding that a byte order mark at the start of `sample` says, and the mark's length.
    #[must_use]
    pub fn from_mark(sample: &[u8]) -> Option<(Encoding, usize)> {
        let found = MARKS.iter().find(|(mark, _)| sample.starts_with(mark));
        found.map(|(mark, encoding)| (*encoding, mark.len()))
    }

    /// The likely encoding of a source that begins with `sample`, without a byte order mark.
    #[must_use]
    pub fn detect(sample: &[u8]) -> (Encoding, &'static str) {
        evidence::detect(sample)
    }

    /// Whether a source that begins with `sample` is surely in another encoding, whoever says that it is
    /// in this one. Only of UTF-8 its form tells so much.
    #[must_use]
    pub fn is_doubtful(self, sample: &[u8]) -> bool {
        matches!(self, Encoding::Legacy(_)) && evidence::is_surely_utf8(sample)
    }

    /// How a source in this encoding is read.
    #[must_use]
    pub fn form(self, dialect: Dialect) -> Form {
        let Encoding::Legacy(encoding) = self else {
            return if self == Encoding::Utf8 { Form::Utf8 } else { Form::Transcoded(self) };
        };
        let Dialect { delimiter, quote, escape } = dialect;
        let bytes = [Some(delimiter), quote, escape];
        let safe = !bytes.into_iter().flatten().any(|byte| may_be_tail(encoding, byte));
        if safe { Form::Cells(encoding) } else { Form::Transcoded(self) }
    }

    fn of(encoding: &'static encoding_rs::Encoding) -> Encoding {
        match encoding {
            it if it == encoding_rs::UTF_8 => Encoding::Utf8,
            it if it == UTF_16LE => Encoding::Utf16(Endian::Little),
            it if it == UTF_16BE => Encoding::Utf16(Endian::Big),
            legacy => Encoding::Legacy(legacy),
        }
    }
}

/// Whether an ASCII byte may be part of a character that is longer than one byte.
fn may_be_tail(encoding: &'static encoding_rs::Encoding, byte: u8) -> bool {
    let letters = (0x40..0x7f).contains(&byte);
    match encoding {
        it if it == GB18030 || it == GBK => letters || byte.is_ascii_digit(),
        it if it == SHIFT_JIS || it == BIG5 || it == EUC_KR => letters,
        _ => false,
    }
}

impl Form {
    /// How many bytes these are in the source.
    #[must_use]
    pub fn source_length(self, bytes: &[u8]) -> u64 {
        match self {
            Form::Utf8 | Form::Cells(_) => bytes.len() as u64,
            Form::Transcoded(encoding) => source_length(encoding, bytes),
        }
    }

    /// The last offset up to `at` that is not inside a character that was transcoded.
    #[must_use]
    pub fn boundary(self, bytes: &[u8], at: usize) -> usize {
        let Form::Transcoded(_) = self else { return at };
        let inside = |at: &usize| bytes.get(*at).is_some_and(|byte| byte & 0xc0 == 0x80);
        (0..=at).rev().find(|at| !inside(at)).unwrap_or(0)
    }

    /// The bytes as text, with replacement characters where they are none: for reports alone.
    #[must_use]
    pub fn decode_lossily(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Form::Utf8 | Form::Transcoded(_) => String::from_utf8_lossy(bytes),
            Form::Cells(encoding) => encoding.decode_without_bom_handling(bytes).0,
        }
    }
}

/// Decodes into `out`, which is cleared first.
///
/// # Errors
/// The offset of the first byte that is no text.
pub(super) fn decode(
    encoding: &'static encoding_rs::Encoding,
    bytes: &[u8],
    out: &mut String,
) -> Result<(), usize> {
    out.clear();
    append_decoded(encoding, bytes, out)
}

/// Appends what `bytes` say to `out`.
///
/// # Errors
/// The offset of the first byte that is no text.
pub(super) fn append_decoded(
    encoding: &'static encoding_rs::Encoding,
    bytes: &[u8],
    out: &mut String,
) -> Result<(), usize> {
    // Most text is ASCII, which this borrows at a fraction of what a decoder costs.
    if bytes.is_ascii() {
        out.push_str(&encoding_rs::mem::decode_latin1(bytes));
        return Ok(());
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    out.reserve(room.expect("a cell has a limit"));
    let (result, read) = decoder.decode_to_string_without_replacement(bytes, out, true);
    match result {
        encoding_rs::DecoderResult::Malformed(length, after) => {
            Err(read.saturating_sub(usize::from(length) + usize::from(after)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_says_the_encoding_and_the_longer_mark_wins() {
        let name = |sample: &[u8]| Encoding::from_mark(sample).map(|(it, n)| (it.name(), n));
        assert_eq!(name(b"\xef\xbb\xbfa"), Some(("UTF-8", 3)));
        assert_eq!(name(b"\xff\xfe\0\0"), Some(("UTF-32LE", 4)));
        assert_eq!(name(b"\xff\xfea\0"), Some(("UTF-16LE", 2)));
        assert_eq!(name(b"\0\0\xfe\xff"), Some(("UTF-32BE", 4)));
        assert_eq!(name(b"\xfe\xff\0a"), Some(("UTF-16BE", 2)));
        assert_eq!(name(b"Name"), None);
    }

    #[test]
    fn bytes_are_split_as_they_are_where_no_character_can_hold_a_byte_of_the_dialect() {
        let form = |label: &str, delimiter, escape| {
            let dialect = Dialect { delimiter, escape, ..Dialect::default() };
            Encoding::from_label(label).expect("a label").form(dialect)
        };
        for label in ["windows-1256", "iso-8859-2", "shift_jis", "gb18030", "big5", "euc-kr"] {
            for delimiter in [b',', b';', b'\t'] {
                assert!(matches!(form(label, delimiter, None), Form::Cells(_)), "{label}");
            }
        }
        for label in ["shift_jis", "gbk", "big5", "euc-kr"] {
            assert!(matches!(form(label, b'|', None), Form::Transcoded(_)), "{label}");
            assert!(matches!(form(label, b',', Some(b'\\')), Form::Transcoded(_)), "{label}");
        }
        assert!(matches!(form("euc-jp", b'|', None), Form::Cells(_)));
        assert!(matches!(form("windows-1252", b'|', Some(b'\\')), Form::Cells(_)));
        assert!(matches!(form("gb18030", b'1', None), Form::Transcoded(_)));
    }

    #[test]
    fn a_byte_that_is_no_text_is_named_by_its_offset() {
        let mut out = String::new();
        assert_eq!(decode(SHIFT_JIS, b"ab\x93\xfa\x96\x7b", &mut out), Ok(()));
        assert_eq!(out, "ab\u{65e5}\u{672c}");
        assert_eq!(decode(SHIFT_JIS, b"ab\x93\xfa\xff,", &mut out), Err(4));
        assert_eq!(decode(SHIFT_JIS, b"ab\x93", &mut out), Err(2));
        assert_eq!(decode(GB18030, b"a\x81 b", &mut out), Err(1));
    }
}
