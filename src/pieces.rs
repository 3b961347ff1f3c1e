//! Text looked at sixteen bytes at a time. Nearly every cell is so short that where its bytes of
//! some kind stand fits an integer, a bit for each byte.

use wide::u8x16;

/// A kind of bytes: all bits of those bytes that are of the kind.
pub(crate) type Mask = u8x16;

/// The longest text of which [`marks`] tells anything, in bytes.
pub(crate) const MARKED_BYTES_MAX: usize = 64;

/// Where in a text the bytes of some kinds stand: for each kind that `kinds` tells, a bit for each
/// byte, the first at the bottom. `None` where the text is too long.
#[must_use]
#[inline(always)]
pub(crate) fn marks<const N: usize>(
    text: &[u8],
    kinds: impl Fn(u8x16) -> [Mask; N],
) -> Option<[u64; N]> {
    let bits = |piece: &[u8; 16]| kinds(u8x16::from(*piece)).map(|it| u64::from(it.to_bitmask()));
    let Some(last) = text.last_chunk::<16>() else {
        let kept = (1 << text.len()) - 1;
        return Some(bits(&padded(text)).map(|it| it & kept));
    };
    if text.len() > MARKED_BYTES_MAX {
        return None;
    }
    let mut all = bits(last).map(|it| it << (text.len() - 16));
    for (at, piece) in text.as_chunks::<16>().0.iter().enumerate() {
        for (all, here) in all.iter_mut().zip(bits(piece)) {
            *all |= here << (16 * at);
        }
    }
    Some(all)
}

/// Those bytes that are from `first` to `last`.
#[must_use]
#[inline(always)]
pub(crate) fn within(bytes: u8x16, first: u8, last: u8) -> Mask {
    bytes.max(u8x16::splat(first)).min(u8x16::splat(last)).simd_eq(bytes)
}

/// Those bytes that are that one.
#[must_use]
#[inline(always)]
pub(crate) fn is(bytes: u8x16, byte: u8) -> Mask {
    bytes.simd_eq(u8x16::splat(byte))
}

/// A text of less than sixteen bytes, and zeros: put together of its first and its last bytes, which
/// may overlap, because a copy of just so many bytes takes longer.
#[must_use]
#[inline(always)]
pub(crate) fn padded(text: &[u8]) -> [u8; 16] {
    let word = |first: u64, last: u64, last_at: usize| first | last << (8 * last_at);
    let low = match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
                let last = u128::from(u64::from_le_bytes(*last)) << (8 * (text.len() - 8));
                return (u128::from(u64::from_le_bytes(*first)) | last).to_le_bytes();
            }
            let [first, last] = [first, last].map(|four| u64::from(u32::from_le_bytes(*four)));
            word(first, last, text.len() - 4)
        }
        _ => match *text {
            [first, .., last] => {
                let middle =
                    word(u64::from(first), u64::from(text[text.len() / 2]), text.len() / 2);
                word(middle, u64::from(last), text.len() - 1)
            }
            [only] => u64::from(only),
            [] => 0,
        },
    };
    u128::from(low).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_padded_with_zeros() {
        let text: Vec<u8> = (1..16).collect();
        for length in 0..16 {
            let mut whole = [0; 16];
            whole[..length].copy_from_slice(&text[..length]);
            assert_eq!(padded(&text[..length]), whole);
        }
    }

    #[test]
    fn every_byte_of_a_kind_is_marked_in_a_text_of_any_length() {
        for length in 0..70_u8 {
            for shift in 0..=255 - length {
                let text: Vec<u8> = (shift..shift + length).collect();
                let found = marks(&text, |it| [is(it, 0), is(it, 70), within(it, 60, 130)]);
                let of = |kind: &dyn Fn(u8) -> bool| {
                    let bits = text.iter().enumerate().filter(|(_, byte)| kind(**byte));
                    bits.fold(0_u64, |all, (at, _)| all | 1 << at)
                };
                let expected = (text.len() <= MARKED_BYTES_MAX).then(|| {
                    [of(&|it| it == 0), of(&|it| it == 70), of(&|it| (60..=130).contains(&it))]
                });
                assert_eq!(found, expected, "{text:?}");
            }
        }
    }
}
