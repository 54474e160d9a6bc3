//! The real program in a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running command, killed with the value.
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts a command of the program with settings, as `--set` takes them.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn run(program: &Path, settings: &[String], command: &[&str]) -> Self {
        let mut child = Command::new(program);
        child.env_clear().arg("--quiet");
        for setting in settings {
            child.args(["--set", setting]);
        }
        // What it logs is of no interest: a test says by itself what is wrong.
        child.args(command).stdin(Stdio::null());
        let child = child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        Self { child }
    }

    /// Starts a service and waits until it listens.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn serve(program: &Path, settings: &[String]) -> (Self, SocketAddr) {
        let mut process = Self::run(program, settings, &["serve"]);
        let output = process.child.stdout.take();
        let lines = output
            .into_iter()
            .flat_map(|output| BufReader::new(output).lines());
        let address = lines.map_while(Result::ok).find_map(|line| {
            let (_, address) = line.split_once("listening on http://")?;
            address.trim().parse().ok()
        });
        let address = address.unwrap_or_else(|| panic!("the service does not start"));
        (process, address)
    }

    /// Sends a signal, as `TERM`.
    ///
    /// # Panics
    /// If there is no such process.
    pub fn signal(&self, name: &str) {
        signal(name, &[self.child.id()]);
    }

    /// Stops it, and returns when it stands still. `false`: it has ended before.
    ///
    /// # Panics
    /// If there is no such process.
    #[must_use]
    pub fn freeze(&self) -> bool {
        self.signal("STOP");
        loop {
            match state(self.child.id()) {
                Some('T') => return true,
                None | Some('Z') => return false,
                Some(_) => std::thread::yield_now(),
            }
        }
    }

    /// Waits for its end: its exit code, unless a signal has ended it.
    ///
    /// # Panics
    /// If that cannot be told.
    pub fn end(&mut self) -> Option<i32> {
        let status = self.child.wait();
        status.unwrap_or_else(|error| panic!("{error}")).code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Killed or ended, it is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to processes.
///
/// # Panics
/// If one of them is not there.
pub(crate) fn signal(name: &str, processes: &[u32]) {
    let ids = processes.iter().map(u32::to_string);
    let sent = Command::new("kill").args(["-s", name]).args(ids).status();
    assert!(sent.is_ok_and(|sent| sent.success()), "kill -s {name}");
}

/// What the kernel says that a process does: `T` for one that stands still.
pub(crate) fn state(process: u32) -> Option<char> {
    let line = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = line.rsplit_once(')')?;
    rest.trim_start().chars().next()
}
