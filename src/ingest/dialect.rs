//! How records and cells are told apart in one source.

/// The bytes that give a CSV its structure. Records end at LF, CRLF or CR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// What stands between two cells.
    pub delimiter: u8,
    /// What encloses a cell that holds a delimiter or a line end; doubled inside it.
    /// `None`: quotes are text.
    pub quote: Option<u8>,
    /// What takes a quote, a delimiter or itself as text where it stands before it.
    /// `None`: no byte does.
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
}
