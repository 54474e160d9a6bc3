//! The text of a dump: where one is in it, and how much of it a record may take.

use std::fmt::Display;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::str;

use memchr::{memchr_iter, memrchr};

/// A record may be this large, in bytes of text.
const MAX_RECORD: usize = 16 << 20;

/// Why a dump is refused, and where.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) line: Option<u64>,
    pub(super) column: Option<u64>,
    pub(super) reason: String,
}

impl Fault {
    /// A fault of the file as a whole.
    pub(super) fn of_file(reason: impl Display) -> Self {
        Self {
            line: None,
            column: None,
            // It may quote a name of any length.
            reason: reason.to_string().chars().take(250).collect(),
        }
    }

    pub(super) fn at(line: u64, reason: impl Display) -> Self {
        Self {
            line: Some(line),
            ..Self::of_file(reason)
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::of_file(error)
    }
}

/// The text of a dump without the byte order mark.
pub(super) struct Text<'a> {
    source: BufReader<Box<dyn Read + 'a>>,
    line: u64,
    column: u64,
    /// How many bytes the current record may still take.
    left: usize,
}

impl<'a> Text<'a> {
    pub(super) fn new(source: Box<dyn Read + 'a>) -> Result<Self, Fault> {
        let (mut head, source) = split_head(source)?;
        let is_wide = matches!(*head, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
            || matches!(*head, [0, second, ..] if second != 0)
            || matches!(*head, [first, 0, ..] if first != 0);
        if is_wide {
            return Err(Fault::of_file("the text is UTF-16 or UTF-32, not UTF-8"));
        }
        if head.starts_with("\u{feff}".as_bytes()) {
            head.drain(..3);
        }
        let source: Box<dyn Read> = Box::new(Cursor::new(head).chain(source));
        Ok(Self {
            source: BufReader::with_capacity(1 << 16, source),
            line: 1,
            column: 1,
            left: MAX_RECORD,
        })
    }

    /// The line of the next byte, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The place of the next byte in its line, from 1.
    pub(super) fn column(&self) -> u64 {
        self.column
    }

    /// A record begins: it has the whole bound for itself.
    pub(super) fn renew(&mut self) {
        self.left = MAX_RECORD;
    }

    pub(super) fn fault(&self, reason: impl Display) -> Fault {
        Fault::at(self.line, reason)
    }

    pub(super) fn peek(&mut self) -> Result<Option<u8>, Fault> {
        Ok(self.chunk()?.first().copied())
    }

    /// What has been read already; nothing at the end.
    pub(super) fn chunk(&mut self) -> Result<&[u8], Fault> {
        let line = self.line;
        self.fill_buf().map_err(|error| Fault::at(line, error))
    }

    /// Goes on to the next byte that is not blank.
    pub(super) fn skip_blank(&mut self) -> Result<(), Fault> {
        loop {
            let chunk = self.chunk()?;
            let end = chunk.iter().position(|byte| !byte.is_ascii_whitespace());
            let blank = end.unwrap_or(chunk.len());
            self.consume(blank);
            if end.is_some() || blank == 0 {
                return Ok(());
            }
        }
    }
}

impl Read for Text<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Text<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let chunk = self.source.fill_buf()?;
        if self.left == 0 && !chunk.is_empty() {
            let reason = format!("a record is larger than {} MiB", MAX_RECORD >> 20);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
        }
        Ok(chunk.get(..self.left).unwrap_or(chunk))
    }

    fn consume(&mut self, amount: usize) {
        let consumed = self.source.buffer().get(..amount).unwrap_or_default();
        self.column = match memrchr(b'\n', consumed) {
            Some(last) => (amount - last) as u64,
            None => self.column + amount as u64,
        };
        self.line += memchr_iter(b'\n', consumed).count() as u64;
        self.left = self.left.saturating_sub(amount);
        self.source.consume(amount);
    }
}

/// The first bytes of a source, to be looked at, and what follows them.
pub(super) fn split_head<R: Read>(mut source: R) -> io::Result<(Vec<u8>, R)> {
    let mut head = Vec::new();
    source.by_ref().take(16).read_to_end(&mut head)?;
    Ok((head, source))
}

/// The text of a record that begins in a line.
pub(super) fn utf8(bytes: &[u8], line: u64) -> Result<&str, Fault> {
    str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = line + memchr_iter(b'\n', valid).count() as u64;
        Fault::at(line, NOT_UTF8)
    })
}

pub(super) const NOT_UTF8: &str = "the text is not UTF-8";
