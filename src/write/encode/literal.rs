//! Text of our own that is appended for every contact.

/// A text, in pieces of a length that is known beforehand: to append them and to cut what is too
/// much takes less time than to append just enough.
#[derive(Debug, Clone, Default)]
pub(super) struct Literal {
    pieces: Vec<[u8; Literal::PIECE]>,
    /// How many bytes of the pieces are the text.
    bytes: usize,
}

impl Literal {
    const PIECE: usize = 16;

    pub(super) fn new(text: &str) -> Literal {
        let piece = |part: &[u8]| {
            let mut piece = [0; Literal::PIECE];
            piece[..part.len()].copy_from_slice(part);
            piece
        };
        let pieces = text.as_bytes().chunks(Literal::PIECE).map(piece).collect();
        Literal { pieces, bytes: text.len() }
    }

    /// Appends the text.
    #[inline]
    pub(super) fn push(&self, out: &mut Vec<u8>) {
        let end = out.len() + self.bytes;
        for piece in &self.pieces {
            out.extend_from_slice(piece);
        }
        out.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_of_any_length_is_appended_whole() {
        for length in 0..50 {
            let text = "0123456789".repeat(5)[..length].to_owned();
            let mut out = b"before".to_vec();
            Literal::new(&text).push(&mut out);
            assert_eq!(out, format!("before{text}").as_bytes());
        }
    }
}
