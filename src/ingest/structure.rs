//! The bytes that matter, found 64 bytes at a time without a branch for each: where delimiters,
//! quotes, escapes and line ends stand, whose meaning is for the record reader to say; and, where
//! quotes stand only where they belong, where cells end.

use wide::u8x16;

use super::dialect::Dialect;

/// The offsets of delimiters, quotes, escapes and line ends, found 64 bytes at a time.
#[derive(Clone)]
pub(super) struct Structure<'b> {
    bytes: &'b [u8],
    wanted: Wanted,
    /// Offset of the block that `mask` speaks of.
    block: usize,
    /// A bit for each byte of the block that is still to be given.
    mask: u64,
}

/// The bytes to find, beside those of line ends. They go by value, so that the offsets and masks
/// beside them can stay in registers.
#[derive(Clone, Copy)]
struct Wanted {
    delimiter: u8,
    /// The quote, or LF again where there is none.
    quote: u8,
    escape: Option<u8>,
}

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 64;

impl<'b> Structure<'b> {
    pub(super) fn new(bytes: &'b [u8], dialect: Dialect) -> Structure<'b> {
        let quote = dialect.quote.unwrap_or(b'\n');
        let Dialect { delimiter, quote: _, escape } = dialect;
        let wanted = Wanted { delimiter, quote, escape };
        Structure { bytes, wanted, block: 0, mask: wanted.mask_from(bytes, 0) }
    }

    /// The next offset.
    #[inline]
    pub(super) fn next(&mut self) -> Option<usize> {
        while self.mask == 0 {
            self.block += BLOCK;
            if self.block >= self.bytes.len() {
                self.block = self.bytes.len().next_multiple_of(BLOCK);
                return None;
            }
            self.mask = self.wanted.mask_from(self.bytes, self.block);
        }
        let at = self.block + self.mask.trailing_zeros() as usize;
        self.mask &= self.mask - 1;
        Some(at)
    }

    /// Passes over everything before offset `to`, which is not before what was given last.
    #[inline]
    pub(super) fn skip_to(&mut self, to: usize) {
        if to >= self.block + BLOCK {
            self.block = to - to % BLOCK;
            self.mask = if self.block < self.bytes.len() {
                self.wanted.mask_from(self.bytes, self.block)
            } else {
                0
            };
        }
        if to > self.block {
            self.mask &= u64::MAX << (to - self.block);
        }
    }
}

impl Wanted {
    /// One bit for each of the 64 bytes from `start` on that matters. The branch is the same for
    /// every block, so that no escape costs next to nothing.
    fn mask_from(self, bytes: &[u8], start: usize) -> u64 {
        let block = Block::from(bytes, start);
        let wanted = [self.delimiter, self.quote, b'\n', b'\r'];
        match self.escape {
            None => block.find(wanted),
            Some(escape) => block.find(wanted) | block.find([escape]),
        }
    }
}

/// Where cells end, found 64 bytes at a time, in records whose quotes stand only where quotes belong,
/// as the splitter says of all but the malformed lines: then a byte is inside quotes where the number
/// of quotes before it is odd.
#[derive(Clone)]
pub(super) struct CellEnds<'b> {
    bytes: &'b [u8],
    delimiter: u8,
    quote: Option<u8>,
    /// Offset of the block that the masks speak of.
    block: usize,
    /// A bit for each cell end of the block that is still to be given.
    ends: u64,
    /// A bit for each line end inside quotes and for each second of two quotes there, behind what was
    /// given.
    special: u64,
    /// All bits, where the byte before the next block is inside quotes.
    inside: u64,
    /// The lowest bit, where that byte is a quote that closes.
    closing: u64,
}

impl<'b> CellEnds<'b> {
    /// From the first byte on, where a record begins. `None` where the dialect has an escape.
    pub(super) fn new(bytes: &'b [u8], dialect: Dialect) -> Option<CellEnds<'b>> {
        let Dialect { delimiter, quote, escape: None } = dialect else { return None };
        let (block, ends, special, inside, closing) = Default::default();
        let mut found = CellEnds { bytes, delimiter, quote, block, ends, special, inside, closing };
        found.start_at(0);
        Some(found)
    }

    /// Goes on at the offset `start`, where a record begins.
    pub(super) fn start_at(&mut self, start: usize) {
        (self.block, self.inside, self.closing) = (start, 0, 0);
        self.look();
    }

    /// The offset of the next delimiter or line end outside quotes, which may be the end of all; and
    /// whether a line end or two quotes in a row stand inside quotes before it, behind the one that was
    /// given last.
    #[inline(always)]
    pub(super) fn next(&mut self) -> (usize, bool) {
        let mut is_special = false;
        while self.ends == 0 {
            is_special |= self.special != 0;
            self.block += BLOCK;
            if self.block >= self.bytes.len() {
                (self.block, self.special) = (self.bytes.len(), 0);
                return (self.bytes.len(), is_special);
            }
            self.look();
        }
        let end = self.ends & self.ends.wrapping_neg();
        self.ends ^= end;
        if self.special != 0 {
            is_special |= self.special & (end - 1) != 0;
            self.special &= !(end - 1);
        }
        (self.block + end.trailing_zeros() as usize, is_special)
    }

    /// Looks at the block.
    #[inline(always)]
    fn look(&mut self) {
        let block = Block::from(self.bytes, self.block);
        let quotes = self.quote.map_or(0, |quote| block.find([quote]));
        let line_ends = block.find([b'\n', b'\r']);
        let after = parity(quotes) ^ self.inside;
        let (opening, closing) = (quotes & after, quotes & !after);
        self.ends = (line_ends | block.find([self.delimiter])) & !after;
        self.special = opening & (closing << 1 | self.closing) | line_ends & after;
        self.inside = if after >> (BLOCK - 1) == 0 { 0 } else { u64::MAX };
        self.closing = closing >> (BLOCK - 1);
    }
}

/// Each bit is the parity of the bits of `mask` up to it.
pub(super) fn parity(mut mask: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        mask ^= mask << shift;
    }
    mask
}

/// 64 bytes, to be compared at once.
#[derive(Clone, Copy)]
pub(super) struct Block {
    parts: [u8x16; 4],
    /// A bit for each byte that there is.
    there: u64,
}

impl Block {
    /// The bytes from `start` on, as far as there are any.
    #[inline]
    pub(super) fn from(bytes: &[u8], start: usize) -> Block {
        match bytes[start..].first_chunk::<BLOCK>() {
            Some(block) => Block::whole(block),
            None => {
                let rest = &bytes[start..];
                let mut block = [0; BLOCK];
                block[..rest.len()].copy_from_slice(rest);
                Block { there: (1 << rest.len()) - 1, ..Block::whole(&block) }
            }
        }
    }

    #[inline]
    fn whole(block: &[u8; BLOCK]) -> Block {
        let (parts, _) = block.as_chunks::<16>();
        let part = |at: usize| u8x16::from(parts[at]);
        Block { parts: [part(0), part(1), part(2), part(3)], there: u64::MAX }
    }

    /// One bit for each byte that is not ASCII.
    #[inline]
    pub(super) fn beyond_ascii(self) -> u64 {
        self.gather(self.parts)
    }

    /// One bit for each byte that is one of those wanted.
    #[inline]
    pub(super) fn find<const N: usize>(self, wanted: [u8; N]) -> u64 {
        let hits = self.parts.map(|part| {
            let hits = wanted.map(|byte| part.simd_eq(u8x16::splat(byte)));
            hits.into_iter().fold(u8x16::ZERO, |all, hits| all | hits)
        });
        self.gather(hits)
    }

    /// The highest bit of each byte, of those that there are.
    #[inline]
    fn gather(self, parts: [u8x16; 4]) -> u64 {
        let [first, second, third, fourth] = parts.map(|part| u64::from(part.to_bitmask()));
        (first | second << 16 | third << 32 | fourth << 48) & self.there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_that_matters_is_given_once_and_in_order() {
        for (escape, wanted) in [(None, &b",\"\n\r"[..]), (Some(b'a'), b",\"\n\ra")] {
            every_byte_is_given(Dialect { escape, ..Dialect::default() }, wanted);
        }
    }

    fn every_byte_is_given(dialect: Dialect, wanted: &[u8]) {
        for length in [0, 1, 63, 64, 65, 127, 128, 200] {
            let bytes: Vec<u8> = (0..length).map(|at| b"ab,\"c\nd\r\xc3"[at * 7 % 9]).collect();
            let expected: Vec<usize> =
                (0..length).filter(|at| wanted.contains(&bytes[*at])).collect();
            for skipped in 0..=length {
                let mut structure = Structure::new(&bytes, dialect);
                structure.skip_to(skipped);
                let got: Vec<usize> = std::iter::from_fn(|| structure.next()).collect();
                let rest: Vec<usize> =
                    expected.iter().copied().filter(|at| *at >= skipped).collect();
                assert_eq!(got, rest, "{length} bytes from {skipped}");
            }
        }
    }

    /// Where cells end, byte by byte, and whether a line end or two quotes stood inside quotes before.
    fn cell_ends(bytes: &[u8], start: usize, quote: Option<u8>) -> Vec<(usize, bool)> {
        let (mut found, mut is_inside, mut is_special) = (Vec::new(), false, false);
        for (at, byte) in bytes.iter().enumerate().skip(start) {
            if Some(*byte) == quote {
                let closed_before = at > start && Some(bytes[at - 1]) == quote && !is_inside;
                is_inside = !is_inside;
                is_special |= is_inside && closed_before;
            } else if is_inside {
                is_special |= Dialect::ends_line(*byte);
            } else if Dialect::default().ends_cell(*byte) {
                found.push((at, is_special));
                is_special = false;
            }
        }
        found.push((bytes.len(), is_special));
        found
    }

    #[test]
    fn cells_end_at_delimiters_and_line_ends_outside_quotes() {
        for length in 0..300 {
            let bytes: Vec<u8> =
                (0..length).map(|at| b"a,\"b\"\"\nc\",d\r\n"[at * 3 % 13]).collect();
            for quote in [Some(b'"'), None] {
                let dialect = Dialect { quote, ..Dialect::default() };
                let mut ends = CellEnds::new(&bytes, dialect).expect("without an escape");
                for start in [0, length / 3, length] {
                    ends.start_at(start);
                    let expected = cell_ends(&bytes, start, quote);
                    let got: Vec<_> = expected.iter().map(|_| ends.next()).collect();
                    assert_eq!(got, expected, "{length} bytes from {start}, quote {quote:?}");
                }
            }
        }
        let dialect = Dialect { escape: Some(b'\\'), ..Dialect::default() };
        assert!(CellEnds::new(b"a", dialect).is_none());
    }
}
