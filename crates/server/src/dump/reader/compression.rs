//! Compressed dumps: what they are is told by their first bytes, and how large they may become is bounded.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use lzma_rust2::{LzmaReader, XzReader};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::text::{Fault, split_head};

/// The decoders of xz and lzma may take this much memory, in KiB: twice what `xz -9` needs.
/// The bound of zstd is its usual one, 128 MiB.
const MAX_MEMORY_KIB: u32 = 128 << 10;

/// What compresses better than this, and is larger than [`FREE`], is a bomb. Dumps of the most uniform
/// tables stay far below it.
const MAX_RATIO: u64 = 500;
const FREE: u64 = 64 << 20;

#[derive(Clone, Copy)]
enum Compression {
    Gzip,
    Bzip2,
    Xz,
    Lzma,
    Zstd,
}

impl Compression {
    fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, ..] => Some(Self::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            // The usual properties, and a dictionary of at least 4 KiB: what every encoder writes.
            [0x5d, 0, _, _, _, _, _, _, _, _, _, _, _, ..] => Some(Self::Lzma),
            // A frame, or one that is to be skipped.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Lzma => "lzma",
            Self::Zstd => "zstd",
        }
    }

    fn decoder<'a>(self, source: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(source)),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(source)),
            Self::Xz => Box::new(XzReader::new_mem_limit(source, true, MAX_MEMORY_KIB)),
            Self::Lzma => Box::new(LzmaReader::new_mem_limit(source, MAX_MEMORY_KIB, None)?),
            Self::Zstd => Box::new(Zstd::new(source)),
        })
    }
}

/// The text of a file, compressed or not.
pub(super) fn decompress<'a>(source: Box<dyn Read + 'a>) -> Result<Box<dyn Read + 'a>, Fault> {
    let (head, source) = split_head(BufReader::with_capacity(1 << 16, source))?;
    let compression = Compression::of(&head);
    if head.starts_with(b"PK\x03\x04") {
        return Err(Fault::of_file("the file is a zip archive: unpack it first"));
    }
    let source = Cursor::new(head).chain(source);
    let Some(compression) = compression else {
        return Ok(Box::new(source));
    };
    let consumed = Consumed::default();
    let counted = Counted {
        source,
        consumed: consumed.clone(),
    };
    let decoder = compression.decoder(counted);
    let decoder = decoder.map_err(|error| told(compression, &consumed, &error))?;
    let guarded = Guarded {
        decoder,
        compression,
        consumed,
        produced: 0,
    };
    let (head, rest) = split_head(guarded)?;
    if Compression::of(&head).is_some() {
        return Err(Fault::of_file("the file is compressed twice"));
    }
    Ok(Box::new(Cursor::new(head).chain(rest)))
}

/// What a decoder has taken.
#[derive(Clone, Default)]
struct Consumed {
    bytes: Rc<Cell<u64>>,
    /// It asked for more than there is.
    ended: Rc<Cell<bool>>,
}

struct Counted<R> {
    source: R,
    consumed: Consumed,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        let Consumed { bytes, ended } = &self.consumed;
        bytes.set(bytes.get() + count as u64);
        ended.set(ended.get() || count == 0);
        Ok(count)
    }
}

/// A decoder with plain messages that ends a bomb.
struct Guarded<'a> {
    decoder: Box<dyn Read + 'a>,
    compression: Compression,
    consumed: Consumed,
    produced: u64,
}

impl Read for Guarded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let outcome = self.decoder.read(buffer);
        let count = outcome.map_err(|error| told(self.compression, &self.consumed, &error))?;
        self.produced += count as u64;
        if self.produced > FREE && self.produced / MAX_RATIO > self.consumed.bytes.get() {
            let reason = format!(
                "the {} data becomes more than {MAX_RATIO} times as large: unpack it first if it is no attack",
                self.compression.name()
            );
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
        }
        Ok(count)
    }
}

fn told(compression: Compression, consumed: &Consumed, error: &io::Error) -> io::Error {
    let name = compression.name();
    if consumed.ended.get() {
        io::Error::other(format!("the {name} data is cut off"))
    } else {
        io::Error::other(format!("the {name} data is damaged: {error}"))
    }
}

/// All frames of zstd data, and their checksums.
struct Zstd<R: Read> {
    source: BufReader<R>,
    decoder: FrameDecoder,
    is_in_frame: bool,
}

impl<R: Read> Zstd<R> {
    fn new(source: R) -> Self {
        Self {
            source: BufReader::new(source),
            decoder: FrameDecoder::new(),
            is_in_frame: false,
        }
    }

    fn begin_frame(&mut self) -> io::Result<()> {
        match self.decoder.reset(&mut self.source) {
            Ok(()) => self.is_in_frame = true,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let mut skipped = self.source.by_ref().take(length.into());
                io::copy(&mut skipped, &mut io::sink())?;
            }
            Err(error) => return Err(io::Error::other(error)),
        }
        Ok(())
    }

    fn end_frame(&mut self) -> io::Result<()> {
        self.is_in_frame = false;
        let told = self.decoder.get_checksum_from_data();
        if told.is_some() && told != self.decoder.get_calculated_checksum() {
            return Err(io::Error::other("its checksum is wrong"));
        }
        Ok(())
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.is_in_frame {
                if self.source.fill_buf()?.is_empty() {
                    return Ok(0);
                }
                self.begin_frame()?;
                continue;
            }
            let count = self.decoder.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            if self.decoder.is_finished() {
                self.end_frame()?;
            } else {
                let blocks = BlockDecodingStrategy::UptoBlocks(1);
                let decoded = self.decoder.decode_blocks(&mut self.source, blocks);
                decoded.map_err(io::Error::other)?;
            }
        }
    }
}
