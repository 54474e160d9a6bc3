//! A PostgreSQL server of a test's own, which may be stopped.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use profiled_store::testing::{TestDatabase, TestSession, skip};

use crate::process::{signal, state};

/// Ends with the value, together with its databases.
pub struct PostgresServer {
    url: String,
    /// Of its programs.
    programs: String,
    data: String,
    /// `scripts/with-postgres`, which clears up when its command ends.
    keeper: Child,
}

impl PostgresServer {
    /// Starts one. Where there are no server programs, `test` is told as skipped.
    ///
    /// # Panics
    /// If it does not start, or there is none and `REQUIRE_POSTGRES` is 1.
    #[must_use]
    pub fn start(test: &str) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/with-postgres");
        let mut command = Command::new(script);
        // The end of its input ends it.
        let tell = r#"echo "$TEST_POSTGRES_URL"; cat > /dev/null"#;
        command.args(["sh", "-c", tell]);
        command.env_remove("TEST_POSTGRES_URL");
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let keeper = command.stderr(Stdio::null()).spawn();
        let mut keeper = keeper.unwrap_or_else(|error| panic!("with-postgres: {error}"));
        let mut url = String::new();
        if let Some(output) = keeper.stdout.take() {
            // An empty line is told below.
            let _ = BufReader::new(output).read_line(&mut url);
        }
        let url = url.trim().to_owned();
        if url.is_empty() {
            let _ = keeper.wait();
            skip(
                test,
                "there are no PostgreSQL server programs",
                "REQUIRE_POSTGRES",
            );
            return None;
        }
        let mut server = Self {
            url,
            programs: String::new(),
            data: String::new(),
            keeper,
        };
        let mut session = server.session();
        let mut value = |expression| session.value(expression).unwrap_or_default();
        server.programs = value("SELECT setting FROM pg_config WHERE name = 'BINDIR'");
        server.data = value("current_setting('data_directory')");
        Some(server)
    }

    /// An administrator.
    ///
    /// # Panics
    /// If the server does not answer.
    #[must_use]
    pub fn session(&self) -> TestSession {
        let session = TestSession::of_server(&self.url);
        session.unwrap_or_else(|error| panic!("{error}"))
    }

    /// A migrated, empty database.
    ///
    /// # Panics
    /// If the server does not answer.
    #[must_use]
    pub fn database(&self) -> TestDatabase {
        let database = TestDatabase::on_server(self.url.clone());
        database.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Lets all its processes stand still, until the value is dropped.
    ///
    /// # Panics
    /// If they cannot be found.
    #[must_use]
    pub fn freeze(&self) -> Frozen {
        let file = std::fs::read_to_string(Path::new(&self.data).join("postmaster.pid"));
        let file = file.unwrap_or_else(|error| panic!("{}: {error}", self.data));
        let first = file.lines().next().and_then(|line| line.parse().ok());
        let first: u32 = first.unwrap_or_else(|| panic!("{file}"));
        // It makes no more while it stands still.
        let mut frozen = Frozen(Vec::new());
        frozen.add(first);
        let parent = first.to_string();
        let children = Command::new("pgrep").args(["-P", &parent]).output();
        let children = children.unwrap_or_else(|error| panic!("pgrep: {error}"));
        for line in String::from_utf8_lossy(&children.stdout).lines() {
            frozen.add(
                line.parse()
                    .unwrap_or_else(|error| panic!("{line}: {error}")),
            );
        }
        frozen
    }

    /// Ends the server and all its sessions. What was committed is there again afterwards.
    pub fn stop(&self) {
        self.control(&["-m", "fast", "stop"]);
    }

    /// Starts it again, on the same port.
    ///
    /// # Panics
    /// If its options cannot be read.
    pub fn restart(&self) {
        // Program and options, as they were given.
        let options = std::fs::read_to_string(Path::new(&self.data).join("postmaster.opts"));
        let options = options.unwrap_or_else(|error| panic!("{}: {error}", self.data));
        let (_, options) = options.trim().split_once(' ').unwrap_or_default();
        self.control(&[
            "-l",
            &format!("{}/../log", self.data),
            "-o",
            options,
            "start",
        ]);
    }

    fn control(&self, command: &[&str]) {
        let program = format!("{}/pg_ctl", self.programs);
        let mut control = Command::new("runuser");
        control.args(["-u", "postgres", "--", &program]);
        if owner(Path::new(&self.data)) == owner(Path::new("/proc/self")) {
            control = Command::new(program);
        }
        let control = control.args(["-D", &self.data, "-w"]).args(command);
        let control = control.current_dir("/").stdin(Stdio::null());
        let ended = control.stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(
            ended.is_ok_and(|ended| ended.success()),
            "pg_ctl {command:?}"
        );
    }
}

fn owner(path: &Path) -> Option<u32> {
    Some(std::fs::metadata(path).ok()?.uid())
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // It clears up whatever became of the server.
        let _ = self.keeper.wait();
    }
}

/// Processes that stand still.
pub struct Frozen(Vec<u32>);

impl Frozen {
    fn add(&mut self, process: u32) {
        signal("STOP", &[process]);
        self.0.push(process);
        // One that ends at this moment stands still, too.
        while state(process).is_some_and(|state| !matches!(state, 'T' | 'Z')) {
            std::thread::yield_now();
        }
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        signal("CONT", &self.0);
    }
}
