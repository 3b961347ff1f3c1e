//! `follow-up.csv`: what the rows state and no import can set, such as consent where only an update
//! of a single contact sets it. It is a list for whoever does that, and is not sent.

use crate::error::Result;
use crate::problem::Place;

use super::cell::csv_cell;
use super::encode::push_integer;
use super::outdir::{OutDir, OutFile, OutputFacts};

/// The file's name.
pub const FOLLOW_UP: &str = "follow-up.csv";

/// The header of the file.
pub const HEADER: &[u8] = b"source,row,phone,id,field,value\n";

/// Writes the list; without a line there is no file.
#[derive(Debug)]
pub struct FollowUp {
    /// The sources' names as cells.
    sources: Vec<String>,
    /// What the file begins with.
    header: &'static [u8],
    file: Option<OutFile>,
}

impl FollowUp {
    /// No line yet.
    #[must_use]
    pub fn new(sources: &[String]) -> FollowUp {
        let sources = sources.iter().map(|name| csv_cell(name)).collect();
        FollowUp { sources, header: HEADER, file: None }
    }

    /// No line yet of a part that comes behind the header.
    #[must_use]
    pub fn continued(sources: &[String]) -> FollowUp {
        FollowUp { header: b"", ..FollowUp::new(sources) }
    }

    /// Writes the line of a row, which a worker has begun with the phone; nothing where it is
    /// empty.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(&mut self, place: &Place, line: &[u8], out: &mut OutDir) -> Result<()> {
        if line.is_empty() {
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let mut file = out.create_file(FOLLOW_UP)?;
                file.append(self.header)?;
                none.insert(file)
            }
        };
        let buffer = file.buffer();
        buffer.extend_from_slice(self.sources[place.source as usize].as_bytes());
        buffer.push(b',');
        push_integer(buffer, place.row);
        buffer.push(b',');
        buffer.extend_from_slice(line);
        buffer.push(b'\n');
        file.flush_if_full()
    }

    /// Ends the file, if there is one.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn finish(self) -> Result<Option<OutputFacts>> {
        self.file.map(OutFile::finish).transpose()
    }
}
