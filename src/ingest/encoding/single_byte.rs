//! Encodings with one byte a character: a chunk is decoded as a whole, and where its bytes stand in
//! the text is told by counting.

use encoding_rs::Encoding;

use super::decode;
use crate::ingest::structure::{BLOCK, Block};

/// A chunk's text; its buffers are used again from chunk to chunk.
#[derive(Debug, Default)]
pub(in crate::ingest) struct Decoded {
    /// The encoding that `growth` speaks of.
    encoding: Option<&'static Encoding>,
    /// How many bytes longer than one the text of each byte from 0x80 on is.
    growth: Vec<usize>,
    text: String,
    shifts: Vec<Shift>,
}

/// A byte that is not ASCII.
#[derive(Debug, Clone, Copy)]
struct Shift {
    /// Its offset in the chunk.
    at: usize,
    /// How many bytes farther what follows it stands in the text.
    by: usize,
}

/// A chunk that is text as a whole.
#[derive(Debug)]
pub(in crate::ingest) struct Whole<'b> {
    /// The text.
    pub(in crate::ingest) text: &'b str,
    /// The bytes that are still to be passed, and how far what follows the last one is shifted.
    shifts: &'b [Shift],
    by: usize,
}

impl Decoded {
    /// The text of a chunk; `None` where the encoding has longer characters, or some byte is no
    /// text.
    pub(in crate::ingest) fn fill(
        &mut self,
        encoding: &'static Encoding,
        bytes: &[u8],
    ) -> Option<Whole<'_>> {
        if !encoding.is_single_byte() {
            return None;
        }
        decode(encoding, bytes, &mut self.text).ok()?;
        if self.encoding != Some(encoding) {
            let length = |byte| encoding.decode_without_bom_handling(&[byte]).0.len();
            self.growth = (0x80..=0xff).map(|byte| length(byte) - 1).collect();
            self.encoding = Some(encoding);
        }
        self.shifts.clear();
        let mut by = 0;
        for start in (0..bytes.len()).step_by(BLOCK) {
            let mut beyond_ascii = Block::from(bytes, start).beyond_ascii();
            while beyond_ascii != 0 {
                let at = start + beyond_ascii.trailing_zeros() as usize;
                by += self.growth[usize::from(bytes[at] & 0x7f)];
                self.shifts.push(Shift { at, by });
                beyond_ascii &= beyond_ascii - 1;
            }
        }
        Some(Whole { text: &self.text, shifts: &self.shifts, by: 0 })
    }
}

impl<'b> From<&'b str> for Whole<'b> {
    /// A chunk that is text as it stands.
    fn from(text: &'b str) -> Whole<'b> {
        Whole { text, shifts: &[], by: 0 }
    }
}

impl Whole<'_> {
    /// Whether the text is longer than the chunk.
    #[inline]
    pub(in crate::ingest) fn is_longer(&self) -> bool {
        self.by > 0 || !self.shifts.is_empty()
    }

    /// Where in the text the byte at offset `at` of the chunk stands. Offsets come in order.
    #[inline]
    pub(in crate::ingest) fn place(&mut self, at: usize) -> usize {
        while let [Shift { at: wide, by }, rest @ ..] = self.shifts
            && *wide < at
        {
            (self.by, self.shifts) = (*by, rest);
        }
        at + self.by
    }
}
