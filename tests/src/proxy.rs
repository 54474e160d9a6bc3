//! A reverse proxy that keeps what came by, to tell what a client sends, and shares it out.

use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::replay::wire::{self, Answer, Request};

/// Hands requests on, to one server after the other. Dropping it ends it.
pub struct Proxy {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// A proxy before the server at `target`, on a port of its own.
    ///
    /// # Errors
    /// No port is free.
    pub fn before(target: SocketAddr) -> io::Result<Self> {
        Self::among(vec![target])
    }

    /// A proxy before several servers, each of which has its turn.
    ///
    /// # Errors
    /// No port is free.
    pub fn among(targets: Vec<SocketAddr>) -> io::Result<Self> {
        let turn = AtomicUsize::new(0);
        let next = move || {
            let turn = turn.fetch_add(1, Ordering::Relaxed);
            targets
                .iter()
                .cycle()
                .nth(turn % targets.len().max(1))
                .copied()
        };
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let (kept, over) = (Arc::clone(&seen), Arc::clone(&is_over));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if over.load(Ordering::Acquire) {
                    return;
                }
                let (kept, target) = (Arc::clone(&kept), next());
                std::thread::spawn(move || {
                    let passed = target.map(|target| pass(&stream, target, &kept));
                    if let Some(Err(error)) = passed {
                        eprintln!("the proxy: {error}");
                    }
                });
            }
        });
        Ok(Self {
            address,
            seen,
            is_over,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests since the last call, in the order of their arrival.
    #[must_use]
    pub fn take(&self) -> Vec<Request> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *seen)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        // Wakes the listener, which then sees that it is over.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            let _ = thread.join();
        }
    }
}

/// One request for each connection: the answer ends it.
fn pass(stream: &TcpStream, target: SocketAddr, seen: &Mutex<Vec<Request>>) -> io::Result<()> {
    let request = read_request(stream)?;
    let mut kept = seen.lock().unwrap_or_else(PoisonError::into_inner);
    kept.push(request.clone());
    drop(kept);
    let answer = wire::send(target, &request)?;
    let mut stream = stream;
    stream.write_all(&bytes_of(&answer, &request.method))
}

fn read_request(stream: &TcpStream) -> io::Result<Request> {
    let mut reader = BufReader::new(stream);
    let line = wire::read_line(&mut reader)?;
    let mut parts = line.split(' ');
    let (Some(method), Some(path)) = (parts.next(), parts.next()) else {
        return Err(wire::malformed(&line));
    };
    let mut request = Request::new(method, path);
    request.headers = wire::read_headers(&mut reader)?;
    if let Some(length) = request.header_value("Content-Length") {
        let parsed = length.parse().ok();
        let length = parsed.ok_or_else(|| wire::malformed(length))?;
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        request.body = Some(body);
    }
    Ok(request)
}

fn bytes_of(answer: &Answer, method: &str) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} -\r\nConnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        let is_framing = ["connection", "transfer-encoding", "content-length"]
            .iter()
            .any(|framing| name.eq_ignore_ascii_case(framing));
        if !is_framing {
            head.extend([name, ": ", value, "\r\n"]);
        }
    }
    if method != "HEAD" {
        let length = answer.body.len().to_string();
        head.extend(["Content-Length: ", &length, "\r\n"]);
    }
    head.push_str("\r\n");
    // Headers were read as Latin-1.
    let mut bytes: Vec<u8> = head.chars().map(|character| character as u8).collect();
    bytes.extend(&answer.body);
    bytes
}
