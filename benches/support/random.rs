//! The generator of every benchmark's input.

/// A small seeded generator (xorshift).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number from 0 up to, and without, `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 16) % end as u64).expect("it is below a usize")
    }

    /// Appends a shape with its letters filled in: `X` is any digit, `N` is 2 to 9.
    pub(crate) fn fill(&mut self, shape: &str, text: &mut String) {
        text.extend(shape.chars().map(|mark| match mark {
            'X' => char::from(b"0123456789"[self.below(10)]),
            'N' => char::from(b"23456789"[self.below(8)]),
            digit => digit,
        }));
    }
}
