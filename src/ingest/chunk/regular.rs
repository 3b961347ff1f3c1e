//! The scan of what is regular, 64 bytes at a time.
//!
//! Where every quote is where quotes belong, whether a byte is inside quotes is told by the parity
//! of the quotes before it, doubled ones included: the first of two closes, the second opens
//! again. A block is regular if each quote that opens stands behind a byte that ends a cell or
//! behind a quote, and each that closes stands before such a byte. That is said for all 64 bytes
//! by a few operations on masks; at the first block of which it is not true the exact scan
//! (`scan`) takes over, and says what is there.

use super::scan::Scan;
use crate::ingest::ReadOptions;
use crate::ingest::dialect::Dialect;
use crate::ingest::structure::{BLOCK, Block, parity};

/// After so many blocks without a quote a search for the next one is faster.
const QUIET_BLOCKS: u32 = 8;

impl Scan {
    /// Passes over regular blocks, from `pos` on. Returns the offset up to which only the exact
    /// scan will do, or from which on it is the faster.
    pub(super) fn pass_regular(&mut self, bytes: &[u8], options: &ReadOptions) -> usize {
        let Dialect { delimiter, quote: Some(quote), escape: None } = options.dialect else {
            return usize::MAX;
        };
        let cell_bytes_max = options.limits.cell_bytes_max;
        if cell_bytes_max < BLOCK {
            return usize::MAX;
        }
        let Scan { pos: mut start, mut record_start, .. } = *self;
        let mut open = self.open.unwrap_or(start);
        // All bits: the byte before the block is inside quotes.
        let mut inside = if self.open.is_some() { u64::MAX } else { 0 };
        // One bit each, for the byte before the block: a quote may open behind it, it is a quote
        // that closes.
        let mut ends_before =
            u64::from(start == record_start || options.dialect.ends_cell(bytes[start - 1]));
        let mut closing_before = 0;
        let mut quiet = 0;
        // The block's last byte may be half of a CRLF: at least one byte must follow.
        while start + BLOCK < bytes.len() && quiet < QUIET_BLOCKS {
            let block = Block::from(bytes, start);
            let quotes = block.find([quote]);
            let line_ends = block.find([b'\n', b'\r']);
            let ends = quotes | line_ends | block.find([delimiter]);
            let after = parity(quotes) ^ inside;
            let (opening, closing) = (quotes & after, quotes & !after);
            let before_closing = closing << 1 | closing_before;
            let strays = opening & !(ends << 1 | ends_before) | before_closing & !ends;
            // A quote that closed may have been the first of two.
            let may_be_inside = inside | closing_before != 0;
            if strays != 0 || may_be_inside && start + BLOCK - open > cell_bytes_max {
                break;
            }
            if let Some(at) = last(opening & !before_closing) {
                open = start + at;
            }
            if let Some(at) = last(line_ends & !after) {
                record_start = start + at + 1;
            }
            inside = if after >> (BLOCK - 1) == 0 { 0 } else { u64::MAX };
            ends_before = ends >> (BLOCK - 1);
            closing_before = closing >> (BLOCK - 1);
            quiet = if quotes == 0 { quiet + 1 } else { 0 };
            start += BLOCK;
        }
        // A quote that closes may be the first of two, which is for the exact scan to see.
        let again = closing_before != 0;
        self.pos = start - usize::from(again);
        self.open = (again || inside != 0).then_some(open);
        self.record_start = record_start;
        if quiet < QUIET_BLOCKS { start + BLOCK } else { start }
    }
}

/// The index of the last bit.
fn last(mask: u64) -> Option<usize> {
    mask.checked_ilog2().map(|at| at as usize)
}
