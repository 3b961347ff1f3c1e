//! A number that mostly goes up by one, with its decimal digits at hand.

/// A number and its digits.
#[derive(Debug, Clone)]
pub(super) struct Decimal {
    number: u64,
    /// The digits from the first on; what stands behind them is of no meaning.
    digits: [u8; Decimal::DIGITS_MAX],
    length: usize,
}

impl Decimal {
    /// As many as a number can have, rounded up to what is copied at once.
    const DIGITS_MAX: usize = 24;

    /// 0.
    pub(super) fn new() -> Decimal {
        let mut digits = [0; Decimal::DIGITS_MAX];
        digits[0] = b'0';
        Decimal { number: 0, digits, length: 1 }
    }

    /// Becomes another number; the next one costs least.
    #[inline]
    pub(super) fn set(&mut self, number: u64) {
        let last = &mut self.digits[self.length - 1];
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
        let text = buffer.format(number).as_bytes();
        self.digits[..text.len()].copy_from_slice(text);
        self.length = text.len();
        self.number = number;
    }

    /// Appends the digits.
    #[inline]
    pub(super) fn push(&self, out: &mut Vec<u8>) {
        // As many bytes at once as are known beforehand are copied without a call.
        let end = out.len() + self.length;
        out.extend_from_slice(&self.digits);
        out.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_are_those_of_the_number_however_it_came_about() {
        let mut decimal = Decimal::new();
        let steps = (0..2000).chain([1, 1, 5, u64::MAX, 0, 99_999, 100_000, 100_001, 9, 10, 11]);
        for number in steps {
            decimal.set(number);
            let mut out = b"x".to_vec();
            decimal.push(&mut out);
            assert_eq!(out, format!("x{number}").into_bytes());
        }
    }
}
