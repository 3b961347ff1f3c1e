//! A number that mostly goes up by one, with its decimal digits at hand.

use super::encode::page::Page;

/// A number, its digits, and what always stands behind them.
#[derive(Debug, Clone)]
pub(super) struct Decimal {
    number: u64,
    /// The digits from the first on and what stands behind them; the rest is of no meaning.
    text: [u8; Decimal::BYTES_MAX],
    digits: usize,
    behind: &'static [u8],
}

impl Decimal {
    /// As many as a number can have, and four more.
    const BYTES_MAX: usize = 24;

    /// 0, and at most four bytes behind it.
    pub(super) fn new(behind: &'static [u8]) -> Decimal {
        let mut decimal = Decimal { number: 0, text: [0; Decimal::BYTES_MAX], digits: 0, behind };
        decimal.write(0);
        decimal
    }

    /// Becomes another number; the next one costs least.
    #[inline]
    pub(super) fn set(&mut self, number: u64) {
        let last = &mut self.text[self.digits - 1];
        if self.number.checked_add(1) == Some(number) && *last < b'9' {
            *last += 1;
            self.number = number;
        } else if number != self.number {
            self.write(number);
        }
    }

    #[inline(never)]
    fn write(&mut self, number: u64) {
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(number).as_bytes();
        let (text, rest) = self.text.split_at_mut(digits.len());
        text.copy_from_slice(digits);
        rest[..self.behind.len()].copy_from_slice(self.behind);
        self.digits = digits.len();
        self.number = number;
    }

    /// Writes the digits and what stands behind them.
    #[inline(always)]
    pub(super) fn put(&self, page: &mut Page<'_>) {
        page.put_part(&self.text, self.digits + self.behind.len());
    }
}

#[cfg(test)]
mod tests {
    use super::super::encode::page::append;
    use super::*;

    #[test]
    fn the_digits_are_those_of_the_number_however_it_came_about() {
        let mut decimal = Decimal::new(b",;.\n");
        let steps = (0..2000).chain([1, 1, 5, u64::MAX, 0, 99_999, 100_000, 100_001, 9, 10, 11]);
        for number in steps {
            decimal.set(number);
            let mut out = b"x".to_vec();
            append(&mut out, 24, |page| decimal.put(page));
            assert_eq!(out, format!("x{number},;.\n").into_bytes());
        }
    }
}
