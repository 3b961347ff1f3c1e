//! Kinds of pairs of bytes that stand side by side, told in one pass over a text, with no branch for
//! a byte. It is for ordinary text: what looks ordinary by its bytes needs no reading of characters.

/// A kind of pair: from what to what the first byte is, then the second.
pub(super) type Kind = [u8; 4];

/// Up to 16 kinds of pairs.
pub(super) struct Pairs {
    /// For each byte, a bit for each kind that it may be the first of; above them, the same for the
    /// second.
    bytes: [u32; 256],
}

impl Pairs {
    /// Each kind has a bit of its own, which it may share with those that have the same first bytes.
    pub(super) const fn new(kinds: &[(u16, Kind)]) -> Pairs {
        let mut pairs = Pairs { bytes: [0; 256] };
        let mut at = 0;
        while at < 256 * kinds.len() {
            let byte = at % 256;
            let (bit, [first_from, first_to, second_from, second_to]) = kinds[at / 256];
            if first_from as usize <= byte && byte <= first_to as usize {
                pairs.bytes[byte] |= bit as u32;
            }
            if second_from as usize <= byte && byte <= second_to as usize {
                pairs.bytes[byte] |= (bit as u32) << 16;
            }
            at += 1;
        }
        pairs
    }

    /// The bits of all kinds of pairs that stand in a text behind the byte `before`.
    #[inline]
    pub(super) fn seen(&self, before: u8, text: &[u8]) -> u16 {
        let mut first = self.bytes[usize::from(before)];
        let mut seen = 0;
        let mut look = |byte: u8| {
            let here = self.bytes[usize::from(byte)];
            seen |= first & here >> 16;
            first = here;
        };
        // Four at a time, because counting them costs half as much as looking at them.
        let (fours, rest) = text.as_chunks::<4>();
        fours.iter().for_each(|four| four.iter().for_each(|byte| look(*byte)));
        rest.iter().for_each(|byte| look(*byte));
        seen as u16
    }
}
