//! Where a contact is written, or another line of which there are many. Pieces of a length that is
//! known beforehand are copied and what is too much is written over, which takes less time than to
//! copy just enough; so there is room for a piece behind all that is written.

use super::json::{escape, escaped_of_16, needs_escape};
use crate::pieces::padded;

/// The longest piece that is copied whole.
const PIECE: usize = 32;

/// How much is copied at once out of a buffer that goes on.
const WINDOW: usize = 64;

/// Appends what `write` writes. `room` is how many bytes that is likely to be.
#[inline]
pub(in crate::write) fn append(
    out: &mut Vec<u8>,
    room: usize,
    mut write: impl FnMut(&mut Page<'_>),
) {
    let start = out.len();
    let mut room = room + PIECE;
    loop {
        out.resize(start + room, 0);
        let mut page = Page::on(&mut out[start..]);
        write(&mut page);
        let written = page.at;
        if written + PIECE <= room {
            out.truncate(start + written);
            return;
        }
        // There was too little room, and now it is known how much it takes.
        room = written + PIECE;
    }
}

/// Room for what is written. What does not fit is counted and not written.
pub(in crate::write) struct Page<'o> {
    bytes: &'o mut [u8],
    at: usize,
}

impl<'o> Page<'o> {
    /// Room in so many bytes, of which none is written.
    #[inline(always)]
    pub(in crate::write) fn on(bytes: &'o mut [u8]) -> Page<'o> {
        Page { bytes, at: 0 }
    }

    /// How many bytes are written.
    #[inline(always)]
    pub(in crate::write) fn len(&self) -> usize {
        self.at
    }

    /// Goes back to where so many bytes were written.
    #[inline(always)]
    pub(super) fn truncate(&mut self, len: usize) {
        self.at = len;
    }

    /// Writes over the byte at a place.
    #[inline(always)]
    pub(super) fn set(&mut self, at: usize, byte: u8) {
        if let Some(place) = self.bytes.get_mut(at) {
            *place = byte;
        }
    }

    /// Writes the first so many bytes of a piece.
    #[inline(always)]
    pub(in crate::write) fn put_part<const N: usize>(&mut self, piece: &[u8; N], len: usize) {
        const { assert!(N <= PIECE, "no room is kept for so long a piece") };
        let rest = self.bytes.get_mut(self.at..);
        if let Some(place) = rest.and_then(|rest| rest.first_chunk_mut()) {
            *place = *piece;
        }
        self.at += len;
    }

    /// Writes a piece.
    #[inline(always)]
    pub(in crate::write) fn put<const N: usize>(&mut self, piece: &[u8; N]) {
        self.put_part(piece, N);
    }

    /// Writes bytes of any number.
    #[inline(never)]
    pub(in crate::write) fn put_all(&mut self, bytes: &[u8]) {
        if let Some(place) = self.bytes.get_mut(self.at..self.at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
        self.at += bytes.len();
    }

    /// Writes a text of our own.
    #[inline(always)]
    pub(in crate::write) fn put_literal(&mut self, literal: &Literal) {
        self.put_part(&literal.first, literal.bytes.min(PIECE));
        // Few are longer than that.
        if literal.bytes > PIECE {
            self.put_all(&literal.rest);
        }
    }

    /// Writes a text that mostly has no more than 32 bytes.
    #[inline(always)]
    pub(in crate::write) fn put_short(&mut self, text: &str) {
        let bytes = text.as_bytes();
        match (bytes.first_chunk::<16>(), bytes.last_chunk::<16>()) {
            (Some(first), Some(last)) if bytes.len() <= 32 => {
                // The last ones may be written over those before them.
                let end = self.at + bytes.len();
                self.put(first);
                self.at = end - last.len();
                self.put(last);
            }
            (Some(_), _) => self.put_all(bytes),
            (None, _) => self.put_part(&padded(bytes), bytes.len()),
        }
    }

    /// Writes a text that stands in a buffer before and behind which other ones stand: mostly a copy of
    /// more than it has is taken from there.
    #[inline(always)]
    pub(in crate::write) fn put_slice(&mut self, buffer: &[u8], from: usize, to: usize) {
        let long = buffer.get(from..).and_then(|rest| rest.first_chunk::<WINDOW>());
        let place = self.bytes.get_mut(self.at..).and_then(|rest| rest.first_chunk_mut());
        match (long, place) {
            (Some(long), Some(place)) if to - from <= WINDOW => {
                *place = *long;
                self.at += to - from;
            }
            _ => self.put_all(&buffer[from..to]),
        }
    }

    /// Writes what stands between the quotes of a JSON string, as
    /// [`push_json_text`](super::push_json_text) appends it.
    #[inline(always)]
    pub(super) fn put_json_text(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let before = self.at;
        let escaped = if bytes.len() < 16 {
            let piece = padded(bytes);
            self.put_part(&piece, bytes.len());
            escaped_of_16(&piece) & ((1 << bytes.len()) - 1)
        } else {
            self.put_long(bytes)
        };
        if escaped != 0 {
            self.at = before;
            self.put_with_escapes(bytes);
        }
    }

    /// Writes 16 bytes or more; not 0 where one of them needs an escape. The last 16 may be written
    /// over those before them.
    #[inline(never)]
    fn put_long(&mut self, bytes: &[u8]) -> u32 {
        let end = self.at + bytes.len();
        let mut escaped = 0;
        for piece in bytes.as_chunks::<16>().0 {
            self.put(piece);
            escaped |= escaped_of_16(piece);
        }
        if let Some(last) = bytes.last_chunk::<16>() {
            self.at = end - last.len();
            self.put(last);
            escaped |= escaped_of_16(last);
        }
        escaped
    }

    #[cold]
    fn put_with_escapes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if needs_escape(byte) {
                let (text, len) = escape(byte);
                self.put_part(&text, len);
            } else {
                self.put(&[byte]);
            }
        }
    }
}

/// Text of our own that is written many times.
#[derive(Debug, Clone, Default)]
pub(in crate::write) struct Literal {
    first: [u8; PIECE],
    /// What does not fit there.
    rest: Vec<u8>,
    /// How many bytes there are in all.
    bytes: usize,
}

impl Literal {
    pub(in crate::write) fn new(text: &str) -> Literal {
        let (first, rest) = text.as_bytes().split_at(text.len().min(PIECE));
        let mut literal = Literal { bytes: text.len(), rest: rest.to_vec(), first: [0; PIECE] };
        literal.first[..first.len()].copy_from_slice(first);
        literal
    }

    pub(in crate::write) fn len(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::super::push_json_text;
    use super::*;

    /// What is written, however much room there was thought to be.
    fn written(write: impl Fn(&mut Page<'_>)) -> Vec<u8> {
        let mut all = [0, 5, 1000].map(|room| {
            let mut out = b"before".to_vec();
            append(&mut out, room, &write);
            assert!(out.starts_with(b"before"));
            out.split_off(6)
        });
        assert!(all[0] == all[1] && all[0] == all[2]);
        std::mem::take(&mut all[0])
    }

    #[test]
    fn a_literal_of_any_length_is_written_whole() {
        for length in 0..100 {
            let text = &"0123456789".repeat(10)[..length];
            let literal = Literal::new(text);
            assert_eq!(written(|page| page.put_literal(&literal)), text.as_bytes());
        }
    }

    #[test]
    fn a_text_is_written_as_it_is_appended() {
        for length in 0..50 {
            for at in 0..=length {
                for special in ["", "\"", "\\", "\u{1f}", "\0", "\n", " ", "!", "[", "\u{7f}", "é"]
                {
                    let text = format!("{}{special}{}", "a".repeat(at), "ü".repeat(length - at));
                    let mut appended = Vec::new();
                    push_json_text(&mut appended, &text);
                    let page = written(|page| {
                        page.put_json_text(&text);
                        page.put(b"\"");
                    });
                    assert_eq!(page, [&appended[..], b"\""].concat(), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn what_was_written_can_be_taken_back_and_written_over() {
        let page = written(|page| {
            page.put_all(b",one");
            let before = page.len();
            page.put(b",two");
            page.truncate(before);
            page.set(0, b'{');
            page.put(b"}");
        });
        assert_eq!(page, b"{one}");
    }
}
