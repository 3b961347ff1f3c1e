//! A stream in any encoding → UTF-8, strictly: each byte that cannot be decoded becomes one byte
//! 0xFF, which no UTF-8 holds, so that the reader rejects the row that it stands in.
//!
//! What came of how many bytes need not be remembered: a character's length in the source follows
//! from the character. A sequence of bytes for which it does not, because the encoding itself would
//! write the character in another length, counts as one that cannot be decoded.

use std::io::{self, Read};

use encoding_rs::{BIG5, GB18030, GBK, SHIFT_JIS};

use super::{Encoding, Endian, decode};

/// What stands for a byte that cannot be decoded.
const BAD: u8 = 0xff;

/// How many bytes are transcoded at once.
const PIECE_BYTES: usize = 64 << 10;

/// A reader of UTF-8 over a reader of something else.
pub(crate) struct Transcoder<R> {
    reader: R,
    from: Encoding,
    /// What was read and could not be transcoded yet.
    input: Vec<u8>,
    ended: bool,
    output: Vec<u8>,
    /// How much of the output was given.
    given: usize,
}

impl<R: Read> Transcoder<R> {
    /// A transcoder whose source begins at the start of a character.
    pub(crate) fn new(reader: R, from: Encoding) -> Transcoder<R> {
        Transcoder { reader, from, input: Vec::new(), ended: false, output: Vec::new(), given: 0 }
    }

    /// Transcodes the next piece. Pieces are the same however the reader delivers its bytes.
    fn refill(&mut self) -> io::Result<()> {
        self.output.clear();
        self.given = 0;
        while self.output.is_empty() && !(self.ended && self.input.is_empty()) {
            let missing = (PIECE_BYTES - self.input.len()) as u64;
            let got = self.reader.by_ref().take(missing).read_to_end(&mut self.input)?;
            self.ended = (got as u64) < missing;
            let used = transcode(self.from, &self.input, self.ended, &mut self.output);
            self.input.drain(..used);
        }
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.output.len() {
            self.refill()?;
        }
        let mut rest = &self.output[self.given..];
        let got = rest.read(buffer)?;
        self.given += got;
        Ok(got)
    }
}

/// Appends the text of `input` to `out` and returns how much of the input was used: all of it
/// where it has `ended`, else perhaps not the last few bytes.
pub(crate) fn transcode(from: Encoding, input: &[u8], ended: bool, out: &mut Vec<u8>) -> usize {
    match from {
        Encoding::Utf8 => {
            out.extend_from_slice(input);
            input.len()
        }
        Encoding::Utf16(endian) => transcode_utf16(endian, input, ended, out),
        Encoding::Utf32(endian) => transcode_utf32(endian, input, ended, out),
        Encoding::Legacy(encoding) => transcode_legacy(encoding, input, ended, out),
    }
}

fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

fn push_bad(out: &mut Vec<u8>, bytes: usize) {
    out.resize(out.len() + bytes, BAD);
}

fn transcode_utf16(endian: Endian, input: &[u8], ended: bool, out: &mut Vec<u8>) -> usize {
    let unit = |at: usize| {
        let two = *input[at..].first_chunk()?;
        Some(match endian {
            Endian::Little => u16::from_le_bytes(two),
            Endian::Big => u16::from_be_bytes(two),
        })
    };
    let mut at = 0;
    while let Some(first) = unit(at) {
        let second = unit(at + 2);
        if (0xd800..0xdc00).contains(&first) && second.is_none() && !ended {
            return at;
        }
        let pair = [first, second.unwrap_or(0)];
        match char::decode_utf16(pair).next() {
            Some(Ok(c)) => {
                push(out, c);
                at += 2 * c.len_utf16();
            }
            _ => {
                push_bad(out, 2);
                at += 2;
            }
        }
    }
    finish(input, at, ended, out)
}

fn transcode_utf32(endian: Endian, input: &[u8], ended: bool, out: &mut Vec<u8>) -> usize {
    let mut at = 0;
    while let Some(four) = input[at..].first_chunk() {
        let number = match endian {
            Endian::Little => u32::from_le_bytes(*four),
            Endian::Big => u32::from_be_bytes(*four),
        };
        match char::from_u32(number) {
            Some(c) => push(out, c),
            None => push_bad(out, 4),
        }
        at += 4;
    }
    finish(input, at, ended, out)
}

/// What is left of the input is less than a unit.
fn finish(input: &[u8], at: usize, ended: bool, out: &mut Vec<u8>) -> usize {
    if ended {
        push_bad(out, input.len() - at);
        return input.len();
    }
    at
}

/// A byte below this is never the tail of a character.
const TAILS_FROM: u8 = 0x30;

/// Mostly whole pieces are well formed; where one is not, its lines are tried, and then the
/// characters of a line that is not.
fn transcode_legacy(
    encoding: &'static encoding_rs::Encoding,
    input: &[u8],
    ended: bool,
    out: &mut Vec<u8>,
) -> usize {
    /// Bytes of a character at most.
    const CHARACTER_MAX: usize = 4;
    let mut text = String::new();
    let last = input.iter().rposition(|byte| *byte < TAILS_FROM);
    let piece = match last {
        _ if ended => input,
        Some(last) => &input[..=last],
        None => {
            let end = input.len().saturating_sub(CHARACTER_MAX);
            return by_character(encoding, input, end, &mut text, out);
        }
    };
    if is_exact(encoding, piece, &mut text) {
        out.extend_from_slice(text.as_bytes());
        return piece.len();
    }
    for line in piece.split_inclusive(|byte| *byte == b'\n' || *byte == b'\r') {
        if is_exact(encoding, line, &mut text) {
            out.extend_from_slice(text.as_bytes());
        } else {
            by_character(encoding, line, line.len(), &mut text, out);
        }
    }
    piece.len()
}

/// Whether the bytes are text whose length in the source follows from it.
fn is_exact(encoding: &'static encoding_rs::Encoding, bytes: &[u8], text: &mut String) -> bool {
    // Of all that can be too long or too short, the euro alone is too short.
    let chinese = encoding == GB18030 || encoding == GBK;
    decode(encoding, bytes, text).is_ok()
        && source_length(Encoding::Legacy(encoding), text.as_bytes()) == bytes.len() as u64
        && !(chinese && text.contains('€'))
}

/// Transcodes the characters that begin before `end`, and returns where the last of them ends.
fn by_character(
    encoding: &'static encoding_rs::Encoding,
    input: &[u8],
    end: usize,
    text: &mut String,
    out: &mut Vec<u8>,
) -> usize {
    let mut at = 0;
    while at < end {
        let decodes = |length: &usize, text: &mut String| {
            let bytes = input.get(at..at + length);
            bytes.is_some_and(|bytes| decode(encoding, bytes, text).is_ok())
        };
        let length = [1, 2, 4].into_iter().find(|length| decodes(length, text));
        let own = source_length(Encoding::Legacy(encoding), text.as_bytes());
        match length {
            Some(length) if own == length as u64 => out.extend_from_slice(text.as_bytes()),
            Some(length) => push_bad(out, length),
            None => push_bad(out, 1),
        }
        at += length.unwrap_or(1);
    }
    at
}

/// How many bytes of a source in this encoding became these bytes of UTF-8 and 0xFF.
pub(super) fn source_length(encoding: Encoding, bytes: &[u8]) -> u64 {
    match encoding {
        Encoding::Utf8 => bytes.len() as u64,
        Encoding::Utf16(_) => sum(bytes, [2, 2, 4]),
        Encoding::Utf32(_) => sum(bytes, [4, 4, 4]),
        Encoding::Legacy(encoding) => bytes
            .utf8_chunks()
            .map(|chunk| {
                let text: u64 = chunk.valid().chars().map(|c| legacy_length(encoding, c)).sum();
                text + chunk.invalid().len() as u64
            })
            .sum(),
    }
}

/// The sum over characters by their first byte: ASCII, of two or three bytes, of four.
fn sum(bytes: &[u8], [ascii, middle, four]: [u64; 3]) -> u64 {
    let length = |byte: &u8| match byte {
        0..0x80 => ascii,
        0x80..0xc0 => 0,
        0xc0..0xf0 => middle,
        0xf0..BAD => four,
        &BAD => 1,
    };
    bytes.iter().map(length).sum()
}

/// The bytes of a character in one of the encodings that have characters of several bytes.
fn legacy_length(encoding: &'static encoding_rs::Encoding, c: char) -> u64 {
    match c {
        c if c.is_ascii() => 1,
        // Half-width katakana, and the byte 0x80.
        '\u{80}' | '\u{ff61}'..='\u{ff9f}' if encoding == SHIFT_JIS => 1,
        // The second of the two characters that some pairs of bytes stand for.
        '\u{304}' | '\u{30c}' if encoding == BIG5 => 0,
        '€' if encoding == GBK => 1,
        c if encoding == GB18030 || encoding == GBK => {
            let mut bytes = [0; 8];
            let text = c.encode_utf8(&mut [0; 4]).to_owned();
            let mut encoder = GB18030.new_encoder();
            let (_, _, length) =
                encoder.encode_from_utf8_without_replacement(&text, &mut bytes, true);
            length as u64
        }
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(label: &str, input: &[u8]) -> Vec<u8> {
        let from = Encoding::from_label(label).expect("a label");
        let mut out = Vec::new();
        Transcoder::new(input, from).read_to_end(&mut out).expect("memory");
        assert_eq!(source_length(from, &out), input.len() as u64, "{label} {out:x?}");
        out
    }

    #[test]
    fn what_cannot_be_decoded_is_one_byte_for_each() {
        assert_eq!(all("utf-16le", b"a\0\x3d\xd8\x00\xdeb\0"), "a\u{1f600}b".as_bytes());
        assert_eq!(all("utf-16le", b"a\0\x3d\xd8b\0x"), b"a\xff\xffb\xff");
        assert_eq!(all("utf-16be", b"\xd8\x3d"), b"\xff\xff");
        assert_eq!(
            all("utf-32be", b"\0\x01\xf6\0\0\x11\0\0\0"),
            b"\xf0\x9f\x98\x80\xff\xff\xff\xff\xff"
        );
        assert_eq!(
            all("shift_jis", b"\x93\xfa|\x93\xff\n\x83"),
            "日|\u{fffd}"
                .as_bytes()
                .iter()
                .take(4)
                .copied()
                .chain([0xff, 0xff, b'\n', 0xff])
                .collect::<Vec<u8>>()
        );
        assert_eq!(
            all("gb18030", b"a\x80\x84\x31\x95\x33"),
            [b"a\xff", "\u{feff}".as_bytes()].concat()
        );
        assert_eq!(all("gbk", b"\x80"), "€".as_bytes());
    }

    #[test]
    fn every_pair_of_bytes_has_the_length_that_follows_from_its_text() {
        for label in ["shift_jis", "big5", "euc-kr", "gb18030", "gbk"] {
            for first in 0x80..=0xff {
                for second in 0..=0xff {
                    all(label, &[b'a', first, second, b'|', b'z']);
                }
            }
        }
    }

    #[test]
    fn text_is_the_same_wherever_a_piece_of_it_ends() {
        for shift in 0..5 {
            // No byte below 0x30 in sight, so that the pieces end inside characters.
            let text = format!("{}{}\n", "a".repeat(shift), "あい日本語".repeat(9000));
            let (bytes, _, _) = SHIFT_JIS.encode(&text);
            assert_eq!(all("shift_jis", &bytes), text.as_bytes());
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(all("utf-16le", &wide), text.as_bytes());
        }
    }
}
