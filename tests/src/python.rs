//! Python with the packages of a real client or of the framework itself.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use profiled_store::testing::skip;
use serde_json::Value;

/// An interpreter in a virtual environment of its own.
#[derive(Clone, Debug)]
pub struct Python {
    folder: PathBuf,
}

impl Python {
    /// The environment `target/clients/<name>` with packages at fixed versions, as `Django==5.2.19`. It is
    /// made once, and again when the packages have changed. Where Python or the packages cannot be had,
    /// the test is told as skipped.
    ///
    /// # Panics
    /// If it cannot be made, and `REQUIRE_CLIENTS` is 1.
    #[must_use]
    pub fn with(test: &str, name: &str, packages: &[&str]) -> Option<Self> {
        match Self::make(name, packages) {
            Ok(python) => Some(python),
            Err(reason) => {
                skip(test, &reason, "REQUIRE_CLIENTS");
                None
            }
        }
    }

    fn make(name: &str, packages: &[&str]) -> Result<Self, String> {
        let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/clients");
        fs::create_dir_all(&clients).map_err(|error| error.to_string())?;
        // Tests of several processes may want it at once. The lock ends with the file.
        let lock = File::create(clients.join(format!("{name}.lock")));
        let lock = lock.map_err(|error| error.to_string())?;
        lock.lock().map_err(|error| error.to_string())?;
        let folder = clients.join(name);
        // Written last: an environment without it was left half-made.
        let (marker, wanted) = (folder.join("packages"), packages.join("\n"));
        let python = Self { folder };
        if fs::read_to_string(&marker).is_ok_and(|made| made == wanted) {
            return Ok(python);
        }
        let mut command = Command::new("python3");
        command.args(["-m", "venv", "--clear"]).arg(&python.folder);
        finish(&mut command, "python3 -m venv")?;
        let mut command = python.command();
        let options = ["--quiet", "--disable-pip-version-check", "--no-input"];
        command.args(["-m", "pip", "install"]).args(options);
        command.args(["--retries", "1", "--timeout", "15"]);
        finish(command.args(packages), "pip install")?;
        fs::write(&marker, wanted).map_err(|error| error.to_string())?;
        Ok(python)
    }

    /// The interpreter, to be started with more arguments.
    #[must_use]
    pub fn command(&self) -> Command {
        self.program("python")
    }

    /// A program that the packages have put beside the interpreter.
    #[must_use]
    pub fn program(&self, name: &str) -> Command {
        Command::new(self.folder.join("bin").join(name))
    }

    /// Runs a script of `tests/clients`, which reads one JSON value and writes one.
    ///
    /// # Panics
    /// If it fails: then the test is over.
    #[must_use]
    pub fn run(&self, script: &str, input: &Value) -> Value {
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("clients")
            .join(script);
        let mut command = self.command();
        command
            .arg(file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let outcome = talk(command.stderr(Stdio::piped()), &input.to_string());
        let output = outcome.unwrap_or_else(|error| panic!("{script}: {error}"));
        let parsed = serde_json::from_slice(&output.stdout);
        parsed.unwrap_or_else(|error| panic!("{script}: {error}"))
    }
}

fn talk(command: &mut Command, input: &str) -> Result<Output, String> {
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        // A script that fails does not read its input; its last words say why.
        let _ = stdin.write_all(input.as_bytes());
    }
    succeeded(child.wait_with_output())
}

/// Runs a program to its end. The error is its last line.
pub(crate) fn finish(command: &mut Command, name: &str) -> Result<(), String> {
    let ended = succeeded(command.stdin(Stdio::null()).output());
    ended.map(drop).map_err(|error| format!("{name}: {error}"))
}

fn succeeded(output: std::io::Result<Output>) -> Result<Output, String> {
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(output);
    }
    let told = String::from_utf8_lossy(&output.stderr);
    let last = told.lines().rfind(|line| !line.trim().is_empty());
    Err(last.map_or_else(|| output.status.to_string(), str::to_owned))
}
