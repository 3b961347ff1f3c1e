//! The bytes that matter: where delimiters, quotes, escapes and line ends stand, found 64 bytes at
//! a time without a branch for each. What they mean is for the record reader to say.

use super::dialect::Dialect;

/// The offsets of delimiters, quotes, escapes and line ends, found 64 bytes at a time.
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

const BLOCK: usize = 64;

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
    /// One bit for each of the 64 bytes from `start` on that matters.
    fn mask_from(self, bytes: &[u8], start: usize) -> u64 {
        match bytes[start..].first_chunk::<BLOCK>() {
            Some(block) => self.mask_of_block(block),
            None => {
                let rest = &bytes[start..];
                let mut block = [0; BLOCK];
                block[..rest.len()].copy_from_slice(rest);
                self.mask_of_block(&block) & ((1 << rest.len()) - 1)
            }
        }
    }

    /// The branch is the same for every block, so that no escape costs next to nothing.
    #[inline]
    fn mask_of_block(self, block: &[u8; BLOCK]) -> u64 {
        match self.escape {
            None => mask_of([self.delimiter, self.quote, b'\n', b'\r'], block),
            Some(escape) => mask_of([self.delimiter, self.quote, b'\n', b'\r', escape], block),
        }
    }
}

/// Two plain loops that the compiler turns into vector code: compare bytes, gather bits.
#[inline]
fn mask_of<const N: usize>(wanted: [u8; N], block: &[u8; BLOCK]) -> u64 {
    let mut hits = [0u8; BLOCK];
    for (hit, &byte) in hits.iter_mut().zip(block) {
        *hit = wanted.iter().fold(0, |hit, &wanted| hit | u8::from(byte == wanted));
    }
    /// Moves bit 0 of byte k to bit 56 + k.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let mut mask = 0;
    for (at, eight) in hits.chunks_exact(8).enumerate() {
        let word = u64::from_le_bytes(eight.try_into().expect("chunks of 8"));
        mask |= (word.wrapping_mul(GATHER) >> 56) << (8 * at);
    }
    mask
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
}
