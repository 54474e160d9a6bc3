//! A service that stops while clients ask: none of them loses a request.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::sandbox::{Sandbox, Service};

const STOPS: usize = 20;
const CLIENTS: usize = 4;

/// Longer than an answer takes: a service that hangs fails the test.
const LIMIT: Duration = Duration::from_secs(30);

/// What a client has learned of a stop.
enum Told {
    /// It was asked to close its connection.
    ToClose,
    /// Nobody listens any more.
    ToGo,
    /// A request that was sent has no answer.
    Nothing(String),
}

/// A client's connection, and what it knows of it.
pub(crate) struct Connection {
    answers: BufReader<TcpStream>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) is_last: bool,
}

impl Connection {
    /// `None` if nobody listens.
    pub(crate) fn open(address: &str) -> Option<Self> {
        match TcpStream::connect(address) {
            Ok(stream) => {
                stream.set_read_timeout(Some(LIMIT)).unwrap();
                let answers = BufReader::new(stream);
                Some(Self { answers })
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
                None
            }
        }
    }

    fn ask(&mut self, path: &str) -> Result<Answer, String> {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
    }

    /// The same for the holder of a token.
    pub(crate) fn ask_as(&mut self, token: &str, path: &str) -> Result<Answer, String> {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token {token}\r\n\r\n"
        ))
    }

    fn send(&mut self, request: &str) -> Result<Answer, String> {
        let sent = self.answers.get_mut().write_all(request.as_bytes());
        sent.map_err(|error| format!("not sent: {error}"))?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match self.answers.read_until(b'\n', &mut head) {
                Ok(0) => return Err("closed without an answer".to_owned()),
                Ok(_) => {}
                Err(error) => return Err(format!("no answer: {error}")),
            }
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let field = |name| head.lines().find_map(|line| line.strip_prefix(name));
        let length = field("content-length: ").unwrap().parse().unwrap();
        let body = self.answers.read_exact(&mut vec![0; length]);
        body.map_err(|error| format!("half an answer: {error}"))?;
        Ok(Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            is_last: field("connection: ") == Some("close"),
        })
    }

    /// Whether the server has ended the connection and sent nothing more.
    fn is_over(&mut self) -> bool {
        matches!(self.answers.read(&mut [0]), Ok(0))
    }
}

/// Asks over and over, on one connection as long as the server lets it, or on a new one for each request.
fn client(address: &str, keeps_alive: bool, tell: &Sender<Told>) {
    let (mut open, mut was_told) = (None, false);
    loop {
        let Some(mut connection) = open.take().or_else(|| Connection::open(address)) else {
            tell.send(Told::ToGo).unwrap();
            return;
        };
        match connection.ask("/api/users/me/") {
            Ok(answer) => {
                assert_eq!(answer.status, 401);
                if answer.is_last && !was_told {
                    was_told = true;
                    tell.send(Told::ToClose).unwrap();
                }
                if keeps_alive && !answer.is_last {
                    open = Some(connection);
                }
            }
            Err(problem) => {
                tell.send(Told::Nothing(problem)).unwrap();
                return;
            }
        }
    }
}

fn start(sandbox: &Sandbox, more: &[&str]) -> Service {
    let delay = ["serve", "--set", "http.drain_delay=3600"];
    sandbox.start(&[&delay, more].concat())
}

/// Stops a service under load; the clients say what they have lost.
fn lost_in_a_stop() -> Vec<String> {
    let sandbox = Sandbox::new();
    let mut service = start(&sandbox, &["--quiet"]);
    let (tell, told): (_, Receiver<Told>) = channel();
    let address = &service.address;
    let mut lost = Vec::new();
    thread::scope(|scope| {
        for number in 0..CLIENTS {
            let tell = tell.clone();
            scope.spawn(move || client(address, number % 2 == 0, &tell));
        }
        service.signal("TERM");
        let (mut asked_to_close, mut gone) = (0, 0);
        while gone < CLIENTS {
            match told.recv().unwrap() {
                Told::ToClose => asked_to_close += 1,
                Told::ToGo => gone += 1,
                Told::Nothing(problem) => {
                    lost.push(problem);
                    gone += 1;
                    asked_to_close += 1;
                }
            }
            if asked_to_close == CLIENTS {
                asked_to_close = 0;
                service.signal("TERM");
            }
        }
    });
    assert_eq!(service.end(), Some(0));
    lost
}

#[test]
fn clients_that_ask_all_the_time_lose_no_request_in_twenty_stops() {
    for number in 0..STOPS {
        assert_eq!(lost_in_a_stop(), Vec::<String>::new(), "stop {number}");
    }
}

#[test]
fn service_that_is_about_to_stop_answers_everybody_and_tells_balancers() {
    let sandbox = Sandbox::new();
    let mut service = start(&sandbox, &[]);
    let mut idle = Connection::open(&service.address).unwrap();
    assert!(!idle.ask("/ready").unwrap().is_last);
    let mut silent = Connection::open(&service.address).unwrap();

    service.signal("TERM");
    service.log_line("stopping");

    for (path, status) in [("/ready", 503), ("/live", 200), ("/api/users/me/", 401)] {
        let mut new = Connection::open(&service.address).unwrap();
        let answer = new.ask(path).unwrap();
        assert_eq!((answer.status, answer.is_last), (status, true), "{path}");
        assert!(new.is_over(), "{path}");
    }
    for connection in [&mut idle, &mut silent] {
        let answer = connection.ask("/live").unwrap();
        assert_eq!((answer.status, answer.is_last), (200, true));
        assert!(connection.is_over());
    }
    service.signal("INT");
    assert_eq!(service.end(), Some(0));
}

#[test]
fn client_that_was_let_in_at_the_end_is_answered() {
    let sandbox = Sandbox::new();
    let mut service = start(&sandbox, &["--set", "http.header_timeout=3600"]);
    let mut silent = Connection::open(&service.address).unwrap();

    service.signal("TERM");
    service.log_line("stopping");
    service.signal("TERM");
    service.log_line("nobody is let in");

    assert!(Connection::open(&service.address).is_none());
    let answer = silent.ask("/live").unwrap();
    assert_eq!((answer.status, answer.is_last), (200, true));
    assert_eq!(service.end(), Some(0));
}
