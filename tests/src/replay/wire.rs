//! Bytes over TCP: what a case says is what the server gets.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use crate::confidential;

/// A server that says nothing for so long hangs.
pub(crate) const SILENCE: Duration = Duration::from_secs(30);

/// A request, ready to be sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// As it is sent.
    pub method: String,
    /// As it is sent, one byte for a character.
    pub path: String,
    /// `1.1` or another.
    pub version: String,
    /// In sending order, one byte for a character.
    pub headers: Vec<(String, String)>,
    /// `None`: no body.
    pub body: Option<Vec<u8>>,
}

impl Request {
    /// A request of HTTP/1.1 without headers and body.
    #[must_use]
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            version: "1.1".to_owned(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a body.
    #[must_use]
    pub fn body(mut self, body: &str) -> Self {
        self.body = Some(body.as_bytes().to_vec());
        self
    }

    /// A request with a JSON body.
    #[must_use]
    pub fn json(method: &str, path: &str, body: &str) -> Self {
        let request = Self::new(method, path).header("Content-Type", "application/json");
        request.body(body)
    }

    fn has_header(&self, name: &str) -> bool {
        self.header_value(name).is_some()
    }

    /// The first value of a header.
    #[must_use]
    pub fn header_value(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Request line and headers, as text.
    #[must_use]
    pub fn head(&self) -> String {
        let mut head = format!("{} {} HTTP/{}\r\n", self.method, self.path, self.version);
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if let Some(body) = &self.body
            && !self.has_header("Content-Length")
            && !self.has_header("Transfer-Encoding")
        {
            head.extend(["Content-Length: ", &body.len().to_string(), "\r\n"]);
        }
        head + "\r\n"
    }

    /// All that is sent.
    ///
    /// # Errors
    /// A character of the head that is no byte.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for character in self.head().chars() {
            let byte = u8::try_from(character)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
            bytes.push(byte);
        }
        bytes.extend(self.body.iter().flatten());
        Ok(bytes)
    }
}

/// An answer as it came.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// In the order of arrival.
    pub headers: Vec<(String, String)>,
    /// Without chunk sizes.
    pub body: Vec<u8>,
    /// Bytes behind the end of the answer: there must be none.
    pub surplus: Vec<u8>,
}

impl Answer {
    /// All values of a header, joined as HTTP allows; `None` when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self
            .headers
            .iter()
            .filter(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Whether a method changes nothing by definition.
#[must_use]
pub fn is_read_only_method(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
}

/// Sends one request on a connection of its own.
pub fn send(address: SocketAddr, request: &Request) -> io::Result<Answer> {
    send_bytes(address, &request.bytes()?, &request.method)
}

/// Sends raw bytes on a connection of their own and reads one answer to `method`.
pub fn send_bytes(address: SocketAddr, bytes: &[u8], method: &str) -> io::Result<Answer> {
    let stream = TcpStream::connect_timeout(&address, SILENCE)?;
    stream.set_read_timeout(Some(SILENCE))?;
    stream.set_nodelay(true)?;
    confidential::went_over_the_wire(bytes);

    std::thread::scope(|scope| {
        // The server may answer and close before it has read a large body.
        let writer = scope.spawn(|| (&stream).write_all(bytes));
        let mut reader = BufReader::new(&stream);
        let answer = read_answer(&mut reader, method);
        if answer.is_err() {
            stream.shutdown(Shutdown::Both).ok();
            return answer;
        }
        let mut answer = answer?;
        // With our side closed the server ends, so that bytes too many show without a wait.
        stream.shutdown(Shutdown::Write).ok();
        reader.read_to_end(&mut answer.surplus).ok();
        for (name, value) in &answer.headers {
            confidential::went_over_the_wire(format!("{name}: {value}").as_bytes());
        }
        confidential::went_over_the_wire(&answer.body);
        stream.shutdown(Shutdown::Both).ok();
        drop(writer);
        Ok(answer)
    })
}

/// Reads the answer to a request with a method.
///
/// # Errors
/// What comes is no answer, or ends too early.
pub fn read_answer(reader: &mut impl BufRead, method: &str) -> io::Result<Answer> {
    let mut answer = Answer {
        status: status_of(&read_line(reader)?)?,
        headers: read_headers(reader)?,
        ..Answer::default()
    };
    answer.body = read_body(reader, &answer, method)?;
    Ok(answer)
}

/// All headers, and the empty line behind them.
pub(crate) fn read_headers(reader: &mut impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let line = read_line(reader)?;
        if line.is_empty() {
            return Ok(headers);
        }
        let (name, value) = line.split_once(':').ok_or_else(|| malformed(&line))?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
}

fn status_of(line: &str) -> io::Result<u16> {
    let code = line
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.split(' ').nth(1));
    code.and_then(|code| code.parse().ok())
        .ok_or_else(|| malformed(line))
}

/// A line as Latin-1, without its end.
pub(crate) fn read_line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let text: String = line.into_iter().map(char::from).collect();
    text.strip_suffix("\r\n")
        .map(str::to_owned)
        .ok_or_else(|| malformed(&text))
}

fn read_body(reader: &mut impl BufRead, answer: &Answer, method: &str) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if method == "HEAD" || matches!(answer.status, 204 | 304) {
        return Ok(body);
    }
    if let Some(encoding) = answer.header("Transfer-Encoding") {
        if !encoding.eq_ignore_ascii_case("chunked") {
            return Err(malformed(&encoding));
        }
        return read_chunks(reader);
    }
    match answer.header("Content-Length") {
        Some(length) => {
            let length: usize = length.parse().ok().ok_or_else(|| malformed(&length))?;
            body.resize(length, 0);
            reader.read_exact(&mut body)?;
        }
        None => {
            reader.read_to_end(&mut body)?;
        }
    }
    Ok(body)
}

fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(reader)?;
        let size = usize::from_str_radix(line.trim(), 16)
            .ok()
            .ok_or_else(|| malformed(&line))?;
        let mut chunk = vec![0; size];
        reader.read_exact(&mut chunk)?;
        if !read_line(reader)?.is_empty() {
            return Err(malformed("a chunk is longer than it says"));
        }
        if size == 0 {
            return Ok(body);
        }
        body.extend(chunk);
    }
}

pub(crate) fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("no HTTP: {what:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], method: &str) -> io::Result<Answer> {
        read_answer(&mut BufReader::new(bytes), method)
    }

    #[test]
    fn a_length_is_added_to_a_body_without_one() {
        let mut request = Request::new("POST", "/x");
        request.body = Some(b"abc".to_vec());

        assert!(request.head().ends_with("Content-Length: 3\r\n\r\n"));
        assert!(
            !request
                .header("transfer-encoding", "chunked")
                .head()
                .contains("Length")
        );
    }

    #[test]
    fn headers_are_sent_as_latin_1() {
        let request = Request::new("GET", "/").header("A", "\u{ff}");

        assert!(request.bytes().unwrap().contains(&0xff));
        assert!(request.header("B", "\u{20ac}").bytes().is_err());
    }

    #[test]
    fn a_chunked_body_is_put_together() {
        let bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";

        assert_eq!(read(bytes, "GET").unwrap().body, b"abcde");
    }

    #[test]
    fn the_answer_to_head_has_no_body_whatever_its_length() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";

        assert_eq!(read(bytes, "HEAD").unwrap().body, b"");
        assert!(read(bytes, "GET").is_err());
    }

    #[test]
    fn repeated_headers_are_joined() {
        let bytes = b"HTTP/1.1 200 OK\r\nVary: Accept\r\nvary: Cookie\r\n\r\n";

        let answer = read(bytes, "GET").unwrap();

        assert_eq!(answer.header("VARY").as_deref(), Some("Accept, Cookie"));
        assert_eq!(answer.header("Allow"), None);
    }
}
