//! Which encoding the first bytes of a source speak for, where no byte order mark says it.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use super::{Encoding, Endian};

/// Bytes that are no UTF-8 are taken for damage, and not for another encoding, where so many
/// well-formed characters of several bytes stand beside each.
const GOOD_FOR_EACH_BAD: usize = 8;

/// The likely encoding: UTF-16 or UTF-32 by the pattern of NULs, UTF-8 where it is well formed
/// but for a few bytes, else what a detector of legacy encodings says.
pub(super) fn detect(sample: &[u8]) -> Encoding {
    if let Some(encoding) = wide(sample) {
        return encoding;
    }
    let (good, bad) = utf8_tally(sample);
    if bad == 0 || good >= bad * GOOD_FOR_EACH_BAD {
        return Encoding::Utf8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    Encoding::of(detector.guess(None, Utf8Detection::Deny))
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

/// How many characters of several bytes are well-formed UTF-8, and how many places are not. A
/// character that the end of the sample cuts is neither.
fn utf8_tally(sample: &[u8]) -> (usize, usize) {
    let (mut good, mut bad) = (0, 0);
    let mut rest = sample;
    loop {
        let (text, error) = match std::str::from_utf8(rest) {
            Ok(text) => (text.as_bytes(), None),
            Err(error) => (&rest[..error.valid_up_to()], error.error_len()),
        };
        good += text.iter().filter(|byte| **byte >= 0xc0).count();
        let Some(length) = error else { return (good, bad) };
        bad += 1;
        rest = &rest[text.len() + length..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(sample: &[u8]) -> &'static str {
        detect(sample).name()
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
