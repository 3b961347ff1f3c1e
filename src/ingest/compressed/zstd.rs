//! zstd: frames one after the other, some of which hold no data.

use std::io::{self, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::{Packed, fault, garbage, truncated};
use crate::error::LimitExceeded;

/// Memory that a zstd frame may ask for; the same as of the program zstd.
const WINDOW_BYTES_MAX: u64 = 128 << 20;

/// Frames of zstd, one after the other.
pub(super) struct Zstd {
    pub(super) packed: Packed,
    decoder: FrameDecoder,
    /// A frame is open.
    open: bool,
    /// Some frame was.
    any: bool,
}

impl Zstd {
    pub(super) fn new(packed: Packed) -> Zstd {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW_BYTES_MAX);
        Zstd { packed, decoder, open: false, any: false }
    }

    /// Reads on in the frame, or in the next one where it has ended; 0 after the last.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.open && !self.open_frame()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                let decoded = self.decoder.decode_blocks(&mut self.packed, one);
                decoded.map_err(|cause| self.fault(&cause))?;
            }
            let got = self.decoder.read(buffer)?;
            if got > 0 {
                return Ok(got);
            }
            self.open = false;
            let stored = self.decoder.get_checksum_from_data();
            if stored.is_some() && stored != self.decoder.get_calculated_checksum() {
                return Err(fault("the checksum of the zstd data is wrong; get the file again"));
            }
        }
    }

    /// Begins the next frame, passing over those that hold no data; `false` at the end.
    fn open_frame(&mut self) -> io::Result<bool> {
        while !self.packed.at_end()? {
            let start = self.packed.total;
            match self.decoder.reset(&mut self.packed) {
                Ok(()) => {
                    (self.open, self.any) = (true, true);
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(cause)) => match cause {
                    ReadFrameHeaderError::SkipFrame { length, .. } => self.skip(length)?,
                    ReadFrameHeaderError::BadMagicNumber(_) => return Err(garbage("zstd", start)),
                    ReadFrameHeaderError::MagicNumberReadError(_) if self.any => {
                        return Err(garbage("zstd", start));
                    }
                    other => {
                        return Err(self.fault(&FrameDecoderError::ReadFrameHeaderError(other)));
                    }
                },
                Err(cause) => return Err(self.fault(&cause)),
            }
        }
        Ok(false)
    }

    fn skip(&mut self, length: u32) -> io::Result<()> {
        let skipped = io::copy(&mut self.packed.by_ref().take(length.into()), &mut io::sink())?;
        if skipped < length.into() { Err(truncated("zstd")) } else { Ok(()) }
    }

    /// What is wrong with a frame, in our words.
    fn fault(&mut self, cause: &FrameDecoderError) -> io::Error {
        match cause {
            _ if self.packed.failed => fault(cause.to_string()),
            FrameDecoderError::WindowSizeTooBig { requested, max } => LimitExceeded::reading(
                format!("its zstd window needs {requested} bytes of memory, more than {max}"),
                "unpack it first: zstd -dc --long=31 FILE | rowcall … -",
            ),
            FrameDecoderError::DictNotProvided { .. } => fault(
                "it was compressed with a zstd dictionary; unpack it first: \
                 zstd -dc -D DICTIONARY FILE | rowcall … -",
            ),
            _ if matches!(self.packed.at_end(), Ok(true)) => truncated("zstd"),
            _ => fault(format!("the zstd data is damaged: {cause}; get the file again")),
        }
    }
}
