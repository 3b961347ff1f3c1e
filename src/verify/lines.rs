//! Bytes → the lines of a JSON Lines file, one at a time and of a bounded length.

use std::io::{self, BufRead};

use super::folder::ITEM_BYTES_MAX;

/// The lines of a file.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    line: u64,
    text: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Lines<R> {
        Lines { input, line: 0, text: Vec::new() }
    }

    /// The number of the line that was read, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The line that was read, without its line feed.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Reads the next line; `None` at the end. Where it breaks a rule, says which.
    pub(super) fn read(&mut self) -> io::Result<Option<Result<(), &'static str>>> {
        self.text.clear();
        self.line += 1;
        let mut bytes = 0;
        loop {
            let buffer = match self.input.fill_buf() {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if buffer.is_empty() {
                return Ok((bytes > 0).then_some(Err("the last line does not end")));
            }
            let end = memchr::memchr(b'\n', buffer);
            let used = end.map_or(buffer.len(), |at| at + 1);
            bytes += used as u64;
            // What is too long is passed over without being kept.
            if bytes <= ITEM_BYTES_MAX {
                self.text.extend_from_slice(&buffer[..end.unwrap_or(used)]);
            }
            self.input.consume(used);
            if end.is_some() {
                let kept = bytes <= ITEM_BYTES_MAX;
                return Ok(Some(if kept {
                    Ok(())
                } else {
                    Err("a line is longer than any can be")
                }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_from_one_and_the_last_one_must_end() {
        let mut lines = Lines::new(&b"a\n\nb"[..]);
        let mut read = Vec::new();
        while let Some(outcome) = lines.read().expect("memory") {
            read.push((lines.line(), outcome.map(|()| lines.text().to_vec())));
        }
        let last = Err("the last line does not end");
        assert_eq!(read, [(1, Ok(b"a".to_vec())), (2, Ok(Vec::new())), (3, last)]);
    }
}
