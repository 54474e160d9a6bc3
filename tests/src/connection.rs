//! A connection that is kept, for very many requests: it looks at bytes and takes nothing apart.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::replay::wire::SILENCE;

/// One request after another.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Bytes of the answer that was told last.
    told: usize,
}

impl Connection {
    /// A connection to the service at `address`.
    ///
    /// # Errors
    /// Nobody listens there.
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, SILENCE)?;
        stream.set_read_timeout(Some(SILENCE))?;
        stream.set_nodelay(true)?;
        let buffer = Vec::with_capacity(4096);
        Ok(Self {
            stream,
            buffer,
            told: 0,
        })
    }

    /// Sends a request as it is.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn send(&mut self, request: &[u8]) -> io::Result<()> {
        self.stream.write_all(request)
    }

    /// The next answer, head and body.
    ///
    /// # Errors
    /// It does not come, or does not tell its length.
    pub fn answer(&mut self) -> io::Result<&[u8]> {
        self.buffer.drain(..std::mem::take(&mut self.told));
        let head = self.read_until(|bytes| position(bytes, b"\r\n\r\n").map(|end| end + 4))?;
        let end = head + self.buffer.get(..head).map_or(0, body_length);
        self.read_until(|bytes| (bytes.len() >= end).then_some(end))?;
        self.told = end;
        Ok(self.buffer.get(..end).unwrap_or_default())
    }

    /// Sends a request and returns the answer to it.
    ///
    /// # Errors
    /// As [`send`](Self::send) and [`answer`](Self::answer).
    pub fn ask(&mut self, request: &[u8]) -> io::Result<&[u8]> {
        self.send(request)?;
        self.answer()
    }

    /// Whether something has come that was not read yet; waits for nothing.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn has_answer(&self) -> io::Result<bool> {
        if self.buffer.len() > self.told {
            return Ok(true);
        }
        self.stream.set_nonblocking(true)?;
        let peeked = self.stream.peek(&mut [0]);
        self.stream.set_nonblocking(false)?;
        match peeked {
            Ok(length) => Ok(length > 0),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn read_until(&mut self, found: impl Fn(&[u8]) -> Option<usize>) -> io::Result<usize> {
        let mut chunk = [0; 4096];
        loop {
            if let Some(end) = found(&self.buffer) {
                return Ok(end);
            }
            let length = self.stream.read(&mut chunk)?;
            let read = chunk.get(..length).filter(|read| !read.is_empty());
            self.buffer.extend(read.ok_or(ErrorKind::UnexpectedEof)?);
        }
    }
}

/// Whether `bytes` have `part` in them.
#[must_use]
pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    position(bytes, part).is_some()
}

fn position(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// As the head says; 204 and 1xx say nothing.
fn body_length(head: &[u8]) -> usize {
    let name = b"\r\ncontent-length: ";
    let rest = position(head, name).and_then(|start| head.get(start + name.len()..));
    let digits = rest
        .into_iter()
        .flatten()
        .take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'))
}
