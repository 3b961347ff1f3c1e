//! JSON strings and integers, written by hand: byte for byte as `serde_json` does it, in half the
//! time.

use wide::u8x16;

/// Appends a decimal integer.
pub fn push_integer(out: &mut Vec<u8>, number: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// A JSON string with its quotes.
#[must_use]
pub fn json_string(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    push_json_string(&mut out, text);
    String::from_utf8(out).expect("escapes of UTF-8 are UTF-8")
}

/// Appends a JSON string with its quotes.
#[inline]
pub fn push_json_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    push_json_text(out, text);
    out.push(b'"');
}

/// Appends what stands between the quotes of a JSON string.
#[inline]
pub fn push_json_text(out: &mut Vec<u8>, text: &str) {
    if holds_escaped(text.as_bytes()) {
        push_with_escapes(out, text.as_bytes());
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

#[cold]
fn push_with_escapes(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut copied = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if needs_escape(byte) {
            out.extend_from_slice(&bytes[copied..at]);
            copied = at + 1;
            let (text, bytes) = escape(byte);
            out.extend_from_slice(&text[..bytes]);
        }
    }
    out.extend_from_slice(&bytes[copied..]);
}

/// Control characters, quotes and backslashes cannot stand in a JSON string as they are.
pub(super) fn needs_escape(byte: u8) -> bool {
    byte < b' ' || matches!(byte, b'"' | b'\\')
}

/// Whether a byte is there that needs an escape. Sixteen, eight or four bytes are looked at
/// together; the last ones may overlap those before them.
#[inline]
fn holds_escaped(bytes: &[u8]) -> bool {
    if let Some(last) = bytes.last_chunk::<16>() {
        let (all, _) = bytes.as_chunks::<16>();
        return all.iter().fold(escaped_of_16(last), |any, part| any | escaped_of_16(part)) != 0;
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        return escaped_of_8(*first) | escaped_of_8(*last) != 0;
    }
    if let (Some(&[a, b, c, d]), Some(&[e, f, g, h])) = (bytes.first_chunk(), bytes.last_chunk()) {
        return escaped_of_8([a, b, c, d, e, f, g, h]) != 0;
    }
    bytes.iter().any(|byte| needs_escape(*byte))
}

/// A bit for each byte that needs an escape.
#[inline(always)]
pub(super) fn escaped_of_16(bytes: &[u8; 16]) -> u32 {
    let bytes = u8x16::from(*bytes);
    let control = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
    let quote = bytes.simd_eq(u8x16::splat(b'"'));
    let backslash = bytes.simd_eq(u8x16::splat(b'\\'));
    (control | quote | backslash).to_bitmask()
}

/// Not 0 where one of the bytes needs an escape.
#[inline]
fn escaped_of_8(bytes: [u8; 8]) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const TOPS: u64 = u64::from_le_bytes([0x80; 8]);
    let word = u64::from_le_bytes(bytes);
    let below = |word: u64, least: u64| word.wrapping_sub(ONES * least) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, 0x20) | is(b'"') | is(b'\\')) & TOPS
}

/// The escape of a byte, and how many bytes of it are the escape.
pub(super) fn escape(byte: u8) -> ([u8; 6], usize) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            let [high, low] = [byte >> 4, byte & 0xf].map(|half| HEX[usize::from(half)]);
            return ([b'\\', b'u', b'0', b'0', high, low], 6);
        }
    };
    ([b'\\', short, 0, 0, 0, 0], 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_escaped_as_serde_json_does_it() {
        let all: String = (0..=0x2ff).filter_map(char::from_u32).collect();
        for text in ["", "plain", "\"\\/\n\r\t\u{8}\u{c}\u{0}\u{1f}\u{7f}", "é\u{2028}😀", &all]
        {
            let oracle = serde_json::to_string(text).expect("a string");
            assert_eq!(json_string(text), oracle);
        }
    }

    #[test]
    fn an_escape_is_found_at_every_place_of_a_text_of_any_length() {
        for length in 0..30 {
            for at in 0..length {
                for special in ["\"", "\\", "\u{1f}", "\0", " ", "!", "#", "[", "]", "\u{7f}"] {
                    for filler in ["a", " ", "!", "\u{7f}", "\""] {
                        let (before, after) = (filler.repeat(at), filler.repeat(length - at - 1));
                        let text = format!("{before}{special}{after}");
                        let oracle = serde_json::to_string(&text).expect("a string");
                        assert_eq!(json_string(&text), oracle);
                    }
                }
            }
        }
    }
}
