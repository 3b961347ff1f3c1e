//! How records and cells are told apart in one source.

/// The bytes that give a CSV its structure. Records end at LF, CRLF or CR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// What stands between two cells.
    pub delimiter: u8,
    /// What encloses a cell that holds a delimiter or a line end; doubled inside it.
    /// `None`: quotes are text.
    pub quote: Option<u8>,
    /// What takes the byte after it as text where that is the quote, the delimiter or itself,
    /// inside and outside quotes alike; before any other byte it is text. It has no power over
    /// line ends. `None`: no byte does.
    pub escape: Option<u8>,
}

impl Default for Dialect {
    fn default() -> Dialect {
        Dialect { delimiter: b',', quote: Some(b'"'), escape: None }
    }
}

impl Dialect {
    /// Whether a record ends at this byte.
    #[must_use]
    pub fn ends_line(byte: u8) -> bool {
        byte == b'\n' || byte == b'\r'
    }

    /// Whether a cell ends at this byte, outside quotes.
    #[must_use]
    pub fn ends_cell(self, byte: u8) -> bool {
        byte == self.delimiter || Self::ends_line(byte)
    }

    /// Whether a record may have this byte and yet hold nothing.
    #[must_use]
    #[inline]
    pub fn may_be_blank(self, byte: u8) -> bool {
        byte == self.delimiter || Some(byte) == self.quote || byte.is_ascii_whitespace()
    }

    /// Whether the escape, where it stands before this byte, takes it as text.
    #[must_use]
    pub fn is_escapable(self, byte: u8) -> bool {
        Some(byte) == self.quote || byte == self.delimiter || Some(byte) == self.escape
    }

    /// Whether the byte at `at`, a quote or a delimiter, is text because of an escape before it.
    /// Escapes pair off from the first of a run on, whatever the quotes before it say; and a run
    /// stands in one line, so that `bytes` may begin at any line.
    #[must_use]
    #[inline]
    pub fn is_escaped(self, bytes: &[u8], at: usize) -> bool {
        let Some(escape) = self.escape else { return false };
        let run = bytes[..at].iter().rev().take_while(|byte| **byte == escape).count();
        run % 2 == 1
    }
}
