//! A folder of its own, in which the real binary runs.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::fs::Permissions;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use profiled_domain::{ProfileDepth, ProfileRepository, UserLookup};
use profiled_store::Store;
use profiled_store::testing::TestDatabase;
use profiled_store::testing::database_settings;
use serde_json::Value;
use tempfile::TempDir;

/// A working directory without anybody's settings; passwords are hashed in no time.
pub struct Sandbox {
    folder: TempDir,
    environment: Vec<(String, String)>,
    umask: Option<&'static str>,
    program: PathBuf,
    has_small_disk: bool,
}

/// What a command left behind.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    /// Without the lines of the audit trail.
    pub err: String,
    /// Those, in their order.
    pub trail: Vec<Value>,
}

impl Sandbox {
    pub fn new() -> Self {
        let mut sandbox = Self {
            folder: tempfile::tempdir().unwrap(),
            environment: Vec::new(),
            umask: None,
            program: PathBuf::from(env!("CARGO_BIN_EXE_profiled")),
            has_small_disk: false,
        };
        sandbox.set("PROFILED__AUTH__PASSWORD__ITERATIONS", "1");
        // There is one such port for all of them.
        sandbox.set("PROFILED__HTTP__ADMIN_BIND", "off");
        // No other service of this machine has it.
        sandbox.set("PROFILED__HTTP__BIND", "127.0.0.1:0");
        sandbox
    }

    /// A sandbox with a migrated database, on SQLite.
    pub fn migrated() -> Self {
        let sandbox = Self::new();
        assert_eq!(sandbox.run(&["migrate"]).code, Some(0));
        sandbox
    }

    /// Runs a test in a sandbox with SQLite, and in one with PostgreSQL where there is a server.
    pub fn on_each_database(test: &str, body: impl Fn(&Self)) {
        body(&Self::migrated());
        if let Some(database) = TestDatabase::postgres(test).unwrap() {
            let mut sandbox = Self::new();
            sandbox.set("PROFILED__DATABASE__URL", database.url());
            body(&sandbox);
        }
    }

    /// What the commands work on, on SQLite.
    pub fn store(&self) -> Store {
        let file = self.path().join("data/profiled.sqlite3");
        Store::open(&database_settings(&format!("sqlite://{}", file.display()))).unwrap()
    }

    /// The stored password of a user, on SQLite.
    pub fn password(&self, username: &str) -> String {
        let found = self
            .store()
            .find_profile_with_password(
                &UserLookup::Username(username.to_owned()),
                ProfileDepth::Account,
            )
            .unwrap();
        found.unwrap().1.as_encoded().to_owned()
    }

    /// An environment variable of all commands.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Takes a variable away from all commands.
    pub fn unset(&mut self, name: &str) {
        self.environment.retain(|(known, _)| known != name);
    }

    /// What commands take from the rights of files that they make, in octal.
    pub fn set_umask(&mut self, umask: &'static str) {
        self.umask = Some(umask);
    }

    /// What is run from now on in place of this version.
    pub fn set_program(&mut self, program: &Path) {
        program.clone_into(&mut self.program);
    }

    /// Gives each command an empty data folder on a disk of three megabytes, where that is possible.
    pub fn set_small_disk(&mut self) -> bool {
        let tried = in_own_mounts()
            .args(["mount -t tmpfs -o size=3m none /mnt"])
            .status();
        self.has_small_disk = tried.is_ok_and(|status| status.success());
        self.has_small_disk
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file that nobody else reads, and returns its path.
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let program = &self.program;
        let mut command = match self.umask {
            _ if self.has_small_disk => {
                let mut shell = in_own_mounts();
                shell
                    .arg("mount -t tmpfs -o size=3m none data && exec \"$0\" \"$@\"")
                    .arg(program);
                shell
            }
            None => Command::new(program),
            Some(umask) => {
                let mut shell = Command::new("/bin/sh");
                let line = format!("umask {umask}; exec \"$0\" \"$@\"");
                shell.args(["-c", &line]).arg(program);
                shell
            }
        };
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .envs(self.environment.iter().cloned());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with_input(arguments, "")
    }

    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Ended {
        let mut command = self.command(arguments);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        // A command that does not read its input closes it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let (trail, err) = audit_trail(&String::from_utf8(output.stderr).unwrap());
        Ended {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err,
            trail,
        }
    }

    /// Runs a command that must do what it is asked, and returns its standard output.
    pub fn done(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.err);
        ended.out
    }

    /// The same, as JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let out = self.done(&[&["--json"], arguments].concat());
        serde_json::from_str(&out).unwrap()
    }

    /// What an examination finds, those of one level: the lines.
    pub fn findings(&self, arguments: &[&str], level: &str) -> Vec<String> {
        let ended = self.run(&[&["--json", "check"], arguments].concat());
        let report: Value = serde_json::from_str(&ended.out).unwrap();
        let all = report.get("findings").and_then(Value::as_array).unwrap();
        let text = |finding: &Value| {
            let is_wanted = finding.get("level")? == level;
            let text = finding.get("text")?.as_str()?.to_owned();
            is_wanted.then_some(text)
        };
        all.iter().filter_map(text).collect()
    }

    /// The value of a setting.
    pub fn setting(&self, key: &str, arguments: &[&str]) -> Value {
        let shown = self.json(&[&["settings", key], arguments].concat());
        shown.get("value").unwrap().clone()
    }

    /// Starts a command that serves, on a free port, and waits until it does.
    pub fn start(&self, arguments: &[&str]) -> Service {
        let mut service = self.launch(arguments);
        service.wait_until_it_listens();
        service
    }

    /// The same without waiting.
    pub fn launch(&self, arguments: &[&str]) -> Service {
        let port = ["--set", "http.bind=127.0.0.1:0"];
        Service::of(self.command(&[&port, arguments].concat()))
    }
}

/// A shell whose mounts nobody else sees; its line is to come.
fn in_own_mounts() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "/bin/sh", "-c"]);
    command
}

/// A service in a process of its own, ended with the value.
pub struct Service {
    child: Child,
    out: BufReader<ChildStdout>,
    /// Read elsewhere if there is none.
    err: Option<BufReader<ChildStderr>>,
    /// What was printed before the addresses.
    pub greeting: String,
    /// Host and port.
    pub address: String,
}

impl Service {
    /// Runs a command that serves.
    pub fn of(mut command: Command) -> Self {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        Self {
            out: BufReader::new(child.stdout.take().unwrap()),
            err: child.stderr.take().map(BufReader::new),
            child,
            greeting: String::new(),
            address: String::new(),
        }
    }

    pub fn wait_until_it_listens(&mut self) {
        while self.address.is_empty() {
            let line = self.line();
            match line
                .split_once("://")
                .filter(|_| line.contains("listening"))
            {
                Some((_, address)) => {
                    self.address
                        .push_str(address.trim_end_matches(['"', '}', '\n']));
                }
                None => self.greeting.push_str(&line),
            }
        }
    }

    /// Number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, as `TERM`.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// The next line of standard output.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        let length = self.out.read_line(&mut line).unwrap();
        assert!(length > 0, "it ended: {}", self.rest_of_log());
        line
    }

    /// Reads the log until a line contains `text`.
    pub fn log_line(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            let log = self.err.as_mut().unwrap();
            assert!(log.read_line(&mut line).unwrap() > 0, "no {text:?}");
            if line.contains(text) {
                return line;
            }
        }
    }

    pub fn rest_of_log(&mut self) -> String {
        let mut rest = String::new();
        self.err
            .as_mut()
            .unwrap()
            .read_to_string(&mut rest)
            .unwrap();
        rest
    }

    /// Reads the log to its end, while the service goes on: a full pipe would hold it up.
    pub fn read_log(&mut self) -> JoinHandle<String> {
        let mut log = self.err.take().unwrap();
        std::thread::spawn(move || {
            let mut all = String::new();
            log.read_to_string(&mut all).unwrap();
            all
        })
    }

    /// Waits for the end, and returns the exit code.
    pub fn end(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    pub fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    /// Sends a request without a body; status and body of the answer.
    pub fn send(&self, method: &str, path: &str, authorization: &str) -> (u16, String) {
        let mut connection = self.connect();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: {authorization}\r\n\
             Connection: close\r\n\r\n",
            self.address
        );
        connection.write_all(head.as_bytes()).unwrap();
        read_answer(&mut connection)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of the audit trail in a log, and everything else.
pub fn audit_trail(log: &str) -> (Vec<Value>, String) {
    let (mut trail, mut rest) = (Vec::new(), String::new());
    for line in log.split_inclusive('\n') {
        match serde_json::from_str::<Value>(line) {
            Ok(value) if value.get("target").is_some_and(|target| target == "audit") => {
                trail.push(value);
            }
            _ => rest.push_str(line),
        }
    }
    (trail, rest)
}

/// Status and body of an answer after which the connection is closed.
pub fn read_answer(connection: &mut TcpStream) -> (u16, String) {
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap();
    (status.parse().unwrap(), body.to_owned())
}

/// A file of the contract's fixtures.
pub fn fixture(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/contract/fixtures");
    folder.join(name).to_str().unwrap().to_owned()
}
