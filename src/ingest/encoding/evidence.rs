//! Which encoding the first bytes of a source speak for, where no byte order mark says it.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_JP, EUC_KR, GBK, SHIFT_JIS};

use super::{Encoding, Endian};

/// Of so many lines that are right in an encoding, one may be wrong.
const RIGHT_FOR_EACH_WRONG: usize = 5;

/// The likely encoding, and why: UTF-16 or UTF-32 by the pattern of NULs, UTF-8 where most lines
/// are well formed, else what a detector of legacy encodings says of the lines that are not ASCII.
/// What is wrong in one line never speaks for another encoding of all others.
pub(super) fn detect(sample: &[u8]) -> (Encoding, &'static str) {
    if let Some(encoding) = wide(sample) {
        return (encoding, "NUL bytes stand at the same place in every unit");
    }
    let lines = telling_lines(sample);
    let right = lines.iter().filter(|line| is_utf8(line)).count();
    match (right, lines.len() - right) {
        (0, 0) => return (Encoding::Utf8, "all bytes are ASCII"),
        (_, 0) => return (Encoding::Utf8, "every line is well-formed UTF-8"),
        // A line of another encoding is well-formed UTF-8 by rare chance only.
        (right, wrong) if right >= wrong => {
            return (Encoding::Utf8, "most lines are well-formed UTF-8, and the others are not");
        }
        _ => {}
    }
    let guessed = guess(lines.iter().copied());
    let found = if guessed.is_single_byte() { damaged(&lines).unwrap_or(guessed) } else { guessed };
    (
        Encoding::of(found),
        "its letters are likely in this encoding; look at them, or give --encoding",
    )
}

/// Whether all lines that are not ASCII are well-formed UTF-8, which text in an encoding from before
/// Unicode is by rare chance only.
pub(super) fn is_surely_utf8(sample: &[u8]) -> bool {
    let lines = telling_lines(sample);
    !lines.is_empty() && lines.iter().all(|line| is_utf8(line))
}

/// The lines that are not ASCII. The last one may be cut off by the end of the sample, and is left
/// out where others tell enough.
fn telling_lines(sample: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut start = 0;
    for end in memchr::memchr2_iter(b'\r', b'\n', sample) {
        let line = &sample[start..end];
        if !line.is_ascii() {
            lines.push(line);
        }
        start = end + 1;
    }
    let last = &sample[start..];
    if lines.is_empty() && !last.is_ascii() {
        lines.push(last);
    }
    lines
}

/// Whether a line is UTF-8 as far as it goes.
fn is_utf8(line: &[u8]) -> bool {
    std::str::from_utf8(line).map_or_else(|error| error.error_len().is_none(), |_| true)
}

fn guess<'l>(lines: impl Iterator<Item = &'l [u8]>) -> &'static encoding_rs::Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for line in lines {
        detector.feed(line, false);
        detector.feed(b"\n", false);
    }
    detector.feed(b"", true);
    detector.guess(None, Utf8Detection::Deny)
}

/// The encoding of several bytes a character in which nearly all lines are right, and for which
/// these speak: a detector gives it up at the first byte that is wrong.
fn damaged(lines: &[&[u8]]) -> Option<&'static encoding_rs::Encoding> {
    let mut best: Option<(usize, &'static encoding_rs::Encoding)> = None;
    for encoding in [SHIFT_JIS, EUC_KR, GBK, BIG5, EUC_JP] {
        let is_right = |line: &&&[u8]| {
            encoding.decode_without_bom_handling_and_without_replacement(line).is_some()
        };
        let right: Vec<&[u8]> = lines.iter().filter(is_right).copied().collect();
        let wrong = lines.len() - right.len();
        let few = wrong <= (right.len() / RIGHT_FOR_EACH_WRONG).max(1);
        let more = best.is_none_or(|(most, _)| right.len() > most);
        if few && more && !right.is_empty() && guess(right.iter().copied()) == encoding {
            best = Some((right.len(), encoding));
        }
    }
    best.map(|(_, encoding)| encoding)
}

/// UTF-16 and UTF-32 hold NULs wherever ASCII stands, as delimiters, digits and line ends do, and
/// at the same place in every unit; other text holds none.
fn wide(sample: &[u8]) -> Option<Encoding> {
    let mut nuls = [0usize; 4];
    for four in sample.chunks_exact(4) {
        for (count, byte) in nuls.iter_mut().zip(four) {
            *count += usize::from(*byte == 0);
        }
    }
    let fours = sample.len() / 4;
    if fours == 0 {
        return None;
    }
    // Of 100 units, the fewest and the most that may have a NUL at a place.
    let always = |at: usize| nuls[at] * 100 >= fours * 99;
    let often = |at: usize| nuls[at] * 100 >= fours * 5;
    let seldom = |at: usize, other: usize| nuls[at] * 4 <= nuls[other];
    if always(3) && often(2) && seldom(0, 3) {
        Some(Encoding::Utf32(Endian::Little))
    } else if always(0) && often(1) && seldom(3, 0) {
        Some(Encoding::Utf32(Endian::Big))
    } else if often(1) && often(3) && seldom(0, 1) && seldom(2, 3) {
        Some(Encoding::Utf16(Endian::Little))
    } else if often(0) && often(2) && seldom(1, 0) && seldom(3, 2) {
        Some(Encoding::Utf16(Endian::Big))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(sample: &[u8]) -> &'static str {
        detect(sample).0.name()
    }

    #[test]
    fn ascii_and_well_formed_text_is_utf_8_even_where_the_sample_cuts_a_character() {
        assert_eq!(name(b""), "UTF-8");
        assert_eq!(name(b"Name,Phone\nAnn,1\n"), "UTF-8");
        assert_eq!(name("José,1\n".as_bytes()), "UTF-8");
        assert_eq!(name(&"José".as_bytes()[..4]), "UTF-8");
    }

    #[test]
    fn a_few_bad_bytes_beside_many_good_characters_are_damage() {
        let good = "Müller,José,Núñez\n".repeat(5);
        let damaged = [good.as_bytes(), b"Jos\xe9\n"].concat();
        assert_eq!(name(&damaged), "UTF-8");
        let other = "Müller,José,Núñez\n".replace('\u{fc}', "x");
        let latin: Vec<u8> = other.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        assert_eq!(name(&latin), "windows-1252");
    }

    #[test]
    fn one_line_that_is_wrong_costs_no_other_line_its_encoding() {
        let utf8 = format!("{}Jürgen,1\n{}", "Ann,1\n".repeat(500), "Bob,2\n".repeat(500));
        assert_eq!(name(&[utf8.as_bytes(), b"Jos\xe9,3\n"].concat()), "UTF-8");
        for (encoding, text) in [
            (encoding_rs::SHIFT_JIS, "山田太郎,東京都,鈴木花子\n佐藤一郎,大阪府,髙橋さん\n"),
            (encoding_rs::GBK, "张伟,北京市,老客户\n王芳,上海市,新客户\n"),
            (encoding_rs::BIG5, "陳大文,臺北市,客戶\n林小姐,高雄市,聯絡人\n"),
            (encoding_rs::EUC_KR, "김철수,서울시,고객\n이영희,부산시,친구\n"),
        ] {
            let (bytes, _, _) = encoding.encode(text);
            let lines = bytes.repeat(30);
            let name = |sample: &[u8]| name(sample).replace("gb18030", "GBK");
            assert_eq!(name(&lines), encoding.name());
            assert_eq!(name(&[&lines[..], b"A\x81,1\n"].concat()), encoding.name());
            // The end of a sample may cut a character.
            assert_eq!(name(&lines[..lines.len() - 3]), encoding.name());
            let cut = [&lines[..], &bytes[..1]].concat();
            assert_eq!(name(&cut), encoding.name());
        }
    }

    #[test]
    fn wide_text_is_known_by_its_nuls_in_any_script() {
        for text in ["Name,Phone\r\nAnn,+971501234561\r\n", "名前,Phone\n一丁,+81312345678\nĀĀ,1\n"]
        {
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert_eq!((name(&little), name(&big)), ("UTF-16LE", "UTF-16BE"));
            let little: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
            let big: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
            assert_eq!((name(&little), name(&big)), ("UTF-32LE", "UTF-32BE"));
        }
        assert_eq!(name(b"Name,Phone\nA\0nn,12345678\nBob,12345678\nBob,12345678\n"), "UTF-8");
    }
}
