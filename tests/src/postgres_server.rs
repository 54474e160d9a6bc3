//! PostgreSQL servers of a test's own, which may be stopped: a primary, and standbys that follow it.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::ops::Deref;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use profiled_store::testing::{TestDatabase, TestSession, skip};

use crate::process::{signal, state};

/// A server, whatever became of it.
pub struct Cluster {
    url: String,
    /// The folder of its programs.
    programs: String,
    data: String,
}

/// Ends with the value, together with its databases.
pub struct PostgresServer {
    cluster: Cluster,
    /// `scripts/with-postgres`, which clears up when its command ends.
    keeper: Child,
}

/// A server that takes over what another one writes, and answers reads. Ends with the value, which must not outlive the
/// other one.
pub struct Standby {
    cluster: Cluster,
}

impl Deref for PostgresServer {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.cluster
    }
}

impl Deref for Standby {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.cluster
    }
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
        let mut cluster = Cluster {
            url,
            programs: String::new(),
            data: String::new(),
        };
        let mut session = cluster.session();
        let mut value = |expression| session.value(expression).unwrap_or_default();
        cluster.programs = value("SELECT setting FROM pg_config WHERE name = 'BINDIR'");
        cluster.data = value("current_setting('data_directory')");
        Some(Self { cluster, keeper })
    }

    /// Makes a standby that follows this server.
    ///
    /// # Panics
    /// If that fails.
    #[must_use]
    pub fn standby(&self, name: &str) -> Standby {
        let data = format!("{}/../{name}", self.data);
        let mut copy = self.program("pg_basebackup");
        copy.args(["-d", &self.url, "-D", &data, "-R", "-c", "fast", "-N"]);
        assert!(copy.status().is_ok_and(|copied| copied.success()), "{name}");
        let mut cluster = Cluster {
            url: String::new(),
            programs: self.programs.clone(),
            data,
        };
        for _ in 0..8 {
            // It may be taken between the choice and the start.
            let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
            let port = port.unwrap_or_else(|error| panic!("{error}")).port();
            let options = format!(
                "-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={}/.. -c fsync=off \
                 -c max_connections=300 -c wal_retrieve_retry_interval=100ms -c wal_receiver_status_interval=1",
                cluster.data
            );
            if cluster.start(&options) {
                cluster.url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
                return Standby { cluster };
            }
        }
        panic!("{name} does not start");
    }
}

impl Cluster {
    /// An administrator.
    ///
    /// # Panics
    /// If the server does not answer.
    #[must_use]
    pub fn session(&self) -> TestSession {
        let session = TestSession::of_server(&self.url);
        session.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The URL of one of its databases.
    #[must_use]
    pub fn url_of(&self, database: &str) -> String {
        let server = self.url.rsplit_once('/').map_or("", |(server, _)| server);
        format!("{server}/{database}")
    }

    /// Host and port.
    #[must_use]
    pub fn place(&self) -> &str {
        let place = self.url.rsplit_once('@').map_or("", |(_, place)| place);
        place.split_once('/').map_or(place, |(place, _)| place)
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
    /// If its options cannot be read, or it does not start.
    pub fn restart(&self) {
        // Program and options, as they were given.
        let options = std::fs::read_to_string(Path::new(&self.data).join("postmaster.opts"));
        let options = options.unwrap_or_else(|error| panic!("{}: {error}", self.data));
        let (_, options) = options.trim().split_once(' ').unwrap_or_default();
        assert!(self.start(options), "pg_ctl start");
    }

    /// Makes a primary of a standby, and returns when it takes changes.
    pub fn promote(&self) {
        self.control(&["promote"]);
    }

    /// Ends the server as a power cut does.
    pub fn kill(&self) {
        self.control(&["-m", "immediate", "stop"]);
    }

    /// `false` if it does not start.
    fn start(&self, options: &str) -> bool {
        let log = format!("{}/../log", self.data);
        self.ends_well(&["-l", &log, "-o", options, "start"])
    }

    fn control(&self, command: &[&str]) {
        assert!(self.ends_well(command), "pg_ctl {command:?}");
    }

    fn ends_well(&self, command: &[&str]) -> bool {
        let mut control = self.program("pg_ctl");
        let control = control.args(["-D", &self.data, "-w"]).args(command);
        control.status().is_ok_and(|ended| ended.success())
    }

    /// One of its programs, by the user who owns the data, without a word.
    fn program(&self, name: &str) -> Command {
        let program = format!("{}/{name}", self.programs);
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", &program]);
        if owner(Path::new(&self.data)) == owner(Path::new("/proc/self")) {
            command = Command::new(program);
        }
        command.current_dir("/").stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
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

impl Drop for Standby {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.ends_well(&["-m", "immediate", "stop"]);
    }
}

/// Processes that stand still, the parent of all others first.
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
        // The parent last: it clears away children that have ended, and they are there no more.
        self.0.reverse();
        signal("CONT", &self.0);
    }
}
