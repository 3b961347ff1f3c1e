//! Compressed input, known by its first bytes: gzip of one or several members, zstd of one or
//! several frames. What comes out is bounded, and anything that is wrong with it ends the run.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

mod zstd;

use crate::error::LimitExceeded;
use zstd::Zstd;

/// How a source is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
}

impl Compression {
    /// The name in every report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
        }
    }

    /// How an input that begins with `sample` is compressed; `None`: not at all.
    #[must_use]
    pub fn detect(sample: &[u8]) -> Option<Compression> {
        match *sample {
            [0x1f, 0x8b, ..] => Some(Compression::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
                Some(Compression::Zstd)
            }
            _ => None,
        }
    }
}

/// How much may come out of compressed input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnpackLimits {
    /// Bytes that may come out.
    pub bytes_max: u64,
    /// Bytes that may come out for each that goes in.
    pub ratio_max: u64,
    /// The ratio counts once so many bytes have come out: a small file may be compressed as well as
    /// it likes.
    pub ratio_from: u64,
}

impl Default for UnpackLimits {
    fn default() -> UnpackLimits {
        UnpackLimits { bytes_max: 1 << 40, ratio_max: 1000, ratio_from: 64 << 20 }
    }
}

/// How many bytes are unpacked at once; the limits are looked at after each such block, so that
/// nothing depends on who reads how much.
const BLOCK_BYTES: usize = 64 << 10;

/// What an input is after it was unpacked, and how it was compressed.
///
/// # Errors
/// Where the input cannot be read.
pub(super) fn unpack(
    mut reader: Box<dyn Read + Send>,
    limits: UnpackLimits,
) -> io::Result<(Box<dyn Read + Send>, Option<Compression>)> {
    const MAGIC_BYTES: u64 = 4;
    let mut magic = Vec::new();
    reader.by_ref().take(MAGIC_BYTES).read_to_end(&mut magic)?;
    let compression = Compression::detect(&magic);
    let whole = io::Cursor::new(magic).chain(reader);
    let Some(kind) = compression else {
        return Ok((Box::new(whole), None));
    };
    let packed = Packed::new(Box::new(whole));
    let decoder = match kind {
        Compression::Gzip => Decoder::Gzip(Box::new(GzDecoder::new(packed))),
        Compression::Zstd => Decoder::Zstd(Box::new(Zstd::new(packed))),
    };
    let unpacked =
        Unpacked { decoder, limits, out: 0, used: 0, block: Vec::new(), given: 0, ended: false };
    Ok((Box::new(unpacked), compression))
}

/// The compressed bytes, in blocks that are always full, and how many of them were used.
struct Packed {
    reader: Box<dyn Read + Send>,
    block: Vec<u8>,
    used: usize,
    /// Bytes used of all blocks.
    total: u64,
    /// What the system said where it could not read, to be told from faults in the bytes.
    failed: bool,
}

impl Packed {
    fn new(reader: Box<dyn Read + Send>) -> Packed {
        Packed { reader, block: Vec::new(), used: 0, total: 0, failed: false }
    }

    fn at_end(&mut self) -> io::Result<bool> {
        Ok(self.fill_buf()?.is_empty())
    }
}

impl BufRead for Packed {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.used == self.block.len() {
            self.block.clear();
            self.used = 0;
            let read = self.reader.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut self.block);
            self.failed |= read.is_err();
            read?;
        }
        Ok(&self.block[self.used..])
    }

    fn consume(&mut self, bytes: usize) {
        self.used += bytes;
        self.total += bytes as u64;
    }
}

impl Read for Packed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.fill_buf()?;
        let got = rest.read(buffer)?;
        self.consume(got);
        Ok(got)
    }
}

enum Decoder {
    Gzip(Box<GzDecoder<Packed>>),
    Zstd(Box<Zstd>),
    /// After an error there is nothing more to read.
    Done,
}

/// The unpacked bytes.
struct Unpacked {
    decoder: Decoder,
    limits: UnpackLimits,
    /// Bytes that came out.
    out: u64,
    /// Bytes that went in.
    used: u64,
    block: Vec<u8>,
    given: usize,
    ended: bool,
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.block.len() && !self.ended {
            self.refill().inspect_err(|_| self.decoder = Decoder::Done)?;
        }
        let mut rest = &self.block[self.given..];
        let got = rest.read(buffer)?;
        self.given += got;
        Ok(got)
    }
}

impl Unpacked {
    /// Unpacks a block; only the last one is not full.
    fn refill(&mut self) -> io::Result<()> {
        self.block.resize(BLOCK_BYTES, 0);
        self.given = 0;
        let mut filled = 0;
        while filled < BLOCK_BYTES && !self.ended {
            let rest = &mut self.block[filled..];
            let got = match &mut self.decoder {
                Decoder::Gzip(_) => self.read_gzip(filled)?,
                Decoder::Zstd(zstd) => zstd.read(rest)?,
                Decoder::Done => 0,
            };
            self.ended = got == 0;
            filled += got;
        }
        self.block.truncate(filled);
        self.out += filled as u64;
        self.check_limits()
    }

    /// Reads on in the member, or in the next one where it has ended; 0 after the last.
    fn read_gzip(&mut self, filled: usize) -> io::Result<usize> {
        loop {
            let Decoder::Gzip(member) = &mut self.decoder else { return Ok(0) };
            let began = member.header().is_some();
            let got = match member.read(&mut self.block[filled..]) {
                Ok(got) => got,
                Err(cause) if member.get_ref().failed => return Err(cause),
                Err(cause) => return Err(gzip_fault(&cause, began || self.out == 0)),
            };
            if got > 0 {
                return Ok(got);
            }
            let Decoder::Gzip(member) = std::mem::replace(&mut self.decoder, Decoder::Done) else {
                return Ok(0);
            };
            let mut packed = member.into_inner();
            self.used = packed.total;
            let next = packed.fill_buf()?.first().copied();
            match next {
                None => return Ok(0),
                Some(0x1f) => self.decoder = Decoder::Gzip(Box::new(GzDecoder::new(packed))),
                Some(_) => return Err(garbage("gzip", packed.total)),
            }
        }
    }

    fn check_limits(&mut self) -> io::Result<()> {
        // At the end the last number stays.
        self.used = match &self.decoder {
            Decoder::Gzip(member) => member.get_ref().total,
            Decoder::Zstd(zstd) => zstd.packed.total,
            Decoder::Done => self.used,
        };
        let used = self.used;
        let UnpackLimits { bytes_max, ratio_max, ratio_from } = self.limits;
        if self.out > bytes_max {
            let what = format!("it unpacks to more than {bytes_max} bytes");
            return Err(LimitExceeded::reading(
                what,
                "raise --unpacked-bytes-max if that is right",
            ));
        }
        if self.out > ratio_from && self.out > used.saturating_mul(ratio_max) {
            let what = format!(
                "{used} bytes of it unpack to {}, more than {ratio_max} for each",
                self.out
            );
            return Err(LimitExceeded::reading(
                what,
                "raise --unpacked-ratio-max if that is right",
            ));
        }
        Ok(())
    }
}

fn fault(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

fn garbage(kind: &str, at: u64) -> io::Error {
    let unit = if kind == "gzip" { "member" } else { "frame" };
    fault(format!(
        "the {kind} data ends at byte {at} of the file, and what follows it is no {unit} of its own"
    ))
}

fn truncated(kind: &str) -> io::Error {
    fault(format!("the {kind} data is cut off; get the whole file"))
}

/// What is wrong with a gzip member, in our words.
fn gzip_fault(cause: &io::Error, began: bool) -> io::Error {
    match cause.kind() {
        io::ErrorKind::UnexpectedEof => truncated("gzip"),
        _ if !began => fault("what follows the last gzip member is no member of its own"),
        _ if cause.to_string().contains("checksum") => {
            fault("the checksum of the gzip data is wrong; get the file again")
        }
        _ => fault(format!("the gzip data is damaged: {cause}; get the file again")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut member = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        member.write_all(text).expect("memory");
        member.finish().expect("memory")
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
    }

    /// A reader that gives a byte at a time.
    struct Slow(io::Cursor<Vec<u8>>);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let one = buffer.len().min(1);
            self.0.read(&mut buffer[..one])
        }
    }

    fn unpacked(packed: Vec<u8>, limits: UnpackLimits) -> Result<Vec<u8>, String> {
        let slow = Box::new(Slow(io::Cursor::new(packed)));
        let mut out = Vec::new();
        let read = unpack(slow, limits).and_then(|(mut all, _)| all.read_to_end(&mut out));
        read.map(|_| out).map_err(|cause| cause.to_string())
    }

    #[test]
    fn members_and_frames_of_any_size_give_the_whole() {
        let text: Vec<u8> = (0..200_000u32).flat_map(u32::to_le_bytes).collect();
        for pack in [gzip, zstd] {
            for cut in [0, 1, 70_000, text.len()] {
                let packed = [pack(&text[..cut]), pack(b""), pack(&text[cut..])].concat();
                let out = unpacked(packed, UnpackLimits::default()).expect("whole");
                assert!(out == text, "cut at {cut}");
            }
        }
        assert_eq!(unpacked(b"a,b".to_vec(), UnpackLimits::default()), Ok(b"a,b".to_vec()));
    }

    #[test]
    fn every_cut_is_an_error_and_every_changed_byte_an_error_or_harmless() {
        let text = b"Name,Phone\nAnn,+971501234561\n".repeat(3);
        for pack in [gzip, zstd] {
            let packed = pack(&text);
            for cut in 4..packed.len() {
                let message = unpacked(packed[..cut].to_vec(), UnpackLimits::default());
                let message = message.expect_err("cut off");
                assert!(message.contains("cut off"), "{cut}: {message}");
            }
            for at in 4..packed.len() {
                for bit in 0..8 {
                    let mut damaged = packed.clone();
                    damaged[at] ^= 1 << bit;
                    // Flags and names in a header change nothing; what is read is never wrong.
                    if let Ok(out) = unpacked(damaged, UnpackLimits::default()) {
                        assert!(out == text, "byte {at}, bit {bit}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_limit_names_its_flag_and_small_files_have_no_ratio() {
        let packed = gzip(&vec![b'a'; 1 << 20]);
        let of = |bytes_max, ratio_max, ratio_from| {
            unpacked(packed.clone(), UnpackLimits { bytes_max, ratio_max, ratio_from })
        };
        assert!(of(1 << 20, 10, 1 << 20).is_ok());
        assert!(of((1 << 20) - 1, 10, 1 << 20).is_err_and(|e| e.contains("--unpacked-bytes-max")));
        assert!(of(1 << 20, 10, 1 << 19).is_err_and(|e| e.contains("--unpacked-ratio-max")));
    }
}
