//! A log or an output that cannot be written: nobody who asks notices it.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// More lines than a pipe holds, which are some four hundred.
const REQUESTS: usize = 3000;

/// Longer than an answer takes: a service that hangs fails the test.
const LIMIT: Duration = Duration::from_secs(30);

/// Ended with the value.
struct Process(Child);

impl Process {
    fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap())
    }

    /// Ends the service by a signal, and returns its exit code.
    fn stop(&mut self) -> Option<i32> {
        let id = self.0.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &id]).status();
        assert!(sent.unwrap().success());
        self.0.wait().unwrap().code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(sandbox: &Sandbox) -> Command {
    let json = ["--set", "log.format=json"];
    sandbox.command(&[&["serve", "--set", "http.bind=127.0.0.1:0"], &json[..]].concat())
}

fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

/// Host and port, of the line that is printed.
fn printed(process: &mut Process) -> String {
    let mut line = String::new();
    let out = process.0.stdout.take().unwrap();
    BufReader::new(out).read_line(&mut line).unwrap();
    line.trim_end().split_once("http://").unwrap().1.to_owned()
}

/// Host and port, of the line in the log.
fn logged(log: &mut impl BufRead) -> String {
    let line = line_with(log, "listening");
    line["url"]
        .as_str()
        .unwrap()
        .split_once("//")
        .unwrap()
        .1
        .to_owned()
}

/// The next line of a log with such a message.
fn line_with(log: &mut impl BufRead, message: &str) -> Value {
    loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).unwrap() > 0, "no {message:?}");
        let line: Value = serde_json::from_str(&line).unwrap();
        if line["message"] == message {
            return line;
        }
    }
}

/// Requests on one connection, each of which is answered.
fn ask(address: &str, path: &str, status: u16, count: usize) {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let mut answers = BufReader::new(&stream);
    for number in 0..count {
        (&stream).write_all(request.as_bytes()).unwrap();
        assert_eq!(read_answer(&mut answers), status, "request {number}");
    }
}

fn read_answer(answers: &mut impl BufRead) -> u16 {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let length = answers.read_until(b'\n', &mut head).unwrap();
        assert!(length > 0, "closed without an answer");
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length = length.unwrap().parse().unwrap();
    answers.read_exact(&mut vec![0; length]).unwrap();
    head.split(' ').nth(1).unwrap().parse().unwrap()
}

/// Views and health checks are answered, and the service ends when it is told to.
fn assert_it_serves(process: &mut Process, address: &str) {
    ask(address, "/live", 200, REQUESTS);
    ask(address, "/ready", 200, 1);
    ask(address, "/api/users/me/", 401, 2 * REQUESTS);
    assert_eq!(process.stop(), Some(0));
}

#[test]
fn service_whose_log_is_full_answers_and_ends() {
    let sandbox = Sandbox::new();
    let mut process = Process::start(serve(&sandbox).stdout(Stdio::piped()).stderr(full()));
    let address = printed(&mut process);

    assert_it_serves(&mut process, &address);
}

#[test]
fn service_whose_log_has_lost_its_reader_answers_and_ends() {
    let sandbox = Sandbox::new();
    let mut command = serve(&sandbox);
    let mut process = Process::start(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    drop(process.0.stderr.take());
    let address = printed(&mut process);

    assert_it_serves(&mut process, &address);
}

#[test]
fn service_whose_log_is_not_read_answers_and_ends() {
    let sandbox = Sandbox::new();
    let mut command = serve(&sandbox);
    let mut process = Process::start(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    let log = process.0.stderr.take();
    let address = printed(&mut process);

    assert_it_serves(&mut process, &address);
    drop(log);
}

/// A limit on the size of files is a disk that is full: the signal that tells of it ends nothing.
#[test]
fn service_whose_log_has_reached_the_limit_of_its_size_answers_and_ends() {
    let sandbox = Sandbox::migrated();
    let log = File::create(sandbox.path().join("log")).unwrap();
    // In blocks of 512 bytes: more than the database has, and less than the lines of the log.
    let (shell, limited) = ("/bin/sh", "ulimit -f 2048; exec \"$0\" \"$@\"");
    let service = serve(&sandbox);
    let mut command = Command::new(shell);
    command.args(["-c", limited]).arg(service.get_program());
    command.args(service.get_args()).current_dir(sandbox.path());
    let mut process = Process::start(command.stdout(Stdio::piped()).stderr(log));
    let address = printed(&mut process);

    assert_it_serves(&mut process, &address);

    let size = sandbox.path().join("log").metadata().unwrap().len();
    assert_eq!(size, 2048 * 512);
}

#[test]
fn service_whose_output_is_full_or_without_reader_serves_and_logs_its_address() {
    let sandbox = Sandbox::new();
    for is_full in [true, false] {
        let mut command = serve(&sandbox);
        let out = if is_full {
            full().into()
        } else {
            Stdio::piped()
        };
        let mut process = Process::start(command.stdout(out).stderr(Stdio::piped()));
        drop(process.0.stdout.take());
        let mut log = BufReader::new(process.0.stderr.take().unwrap());

        let address = logged(&mut log);
        ask(&address, "/live", 200, 1);

        if is_full {
            line_with(&mut log, "the address could not be printed");
        }
        assert_eq!(process.stop(), Some(0), "full: {is_full}");
    }
}

#[test]
fn service_that_cannot_start_nor_say_so_ends_with_its_exit_code() {
    let sandbox = Sandbox::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = format!("http.bind={}", other.local_addr().unwrap());
    let mut command = sandbox.command(&["serve", "--set", &bind]);

    let mut process = Process::start(command.stdout(full()).stderr(full()));

    assert_eq!(process.0.wait().unwrap().code(), Some(1));
}

#[test]
fn lost_lines_are_told_once_the_log_can_be_written_again() {
    let sandbox = Sandbox::new();
    let path = sandbox.path().join("log");
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    // One who reads and writes waits for nobody.
    let first = File::options().read(true).write(true).open(&path).unwrap();
    let log = File::options().write(true).open(&path).unwrap();
    let mut process = Process::start(serve(&sandbox).stdout(Stdio::piped()).stderr(log));
    let address = printed(&mut process);
    ask(&address, "/api/users/me/", 401, 1);
    // Its line is the last one, so that all lines before are written.
    let mut first = BufReader::new(first);
    while line_of_request(&mut first).is_none() {}

    drop(first);
    ask(&address, "/api/users/me/", 401, REQUESTS);
    let log = File::open(&path).unwrap();
    ask(&address, "/api/users/me/", 401, 1);
    assert_eq!(process.stop(), Some(0));

    let mut log = BufReader::new(log);
    let (mut read, mut lost) = (0, 0);
    let mut text = String::new();
    log.read_to_string(&mut text).unwrap();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let line: Value = serde_json::from_str(line).unwrap();
        read += usize::from(line["target"] == "profiled::request");
        if line["message"] == "lines of the log were lost" {
            lost = usize::try_from(line["total"].as_u64().unwrap()).unwrap();
        }
    }
    assert!(lost > 0, "{text}");
    assert_eq!(read + lost, REQUESTS + 1);
}

fn line_of_request(log: &mut impl BufRead) -> Option<Value> {
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    let line: Value = serde_json::from_str(&line).unwrap();
    (line["target"] == "profiled::request").then_some(line)
}
