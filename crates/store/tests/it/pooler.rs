//! A pooler between the service and the server.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use profiled_domain::{ProfileDepth, ProfileRepository, UserRepository};
use profiled_store::testing::{TestDatabase, database_settings, skip};
use profiled_store::{OpenError, Store};
use tempfile::TempDir;

use crate::people::{operator, person};

const PROGRAM: &str = "/usr/sbin/pgbouncer";

/// `PgBouncer` before a test's database, on a socket of its own.
struct Pooler {
    process: Child,
    folder: TempDir,
}

impl Pooler {
    /// `None`, and the test is skipped, where there is none.
    fn start(test: &str, database: &TestDatabase, mode: &str) -> Option<Self> {
        if !Path::new(PROGRAM).exists() {
            skip(test, "there is no PgBouncer", "REQUIRE_PGBOUNCER");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        // As root it becomes another user, who must reach its socket.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
        let server = database.url().split_once("://").unwrap().1;
        let (user, server) = server.split_once('@').unwrap();
        let (place, name) = server.split_once('/').unwrap();
        let (host, port) = place.split_once(':').unwrap();
        let name = name.split('?').next().unwrap();
        let config = folder.path().join("pgbouncer.ini");
        let settings = format!(
            "[databases]\nx = host={host} port={port} dbname={name} user={user}\n\
             [pgbouncer]\nlisten_addr =\nlisten_port = 6432\nunix_socket_dir = {}\n\
             auth_type = any\npool_mode = {mode}\n",
            folder.path().display()
        );
        fs::write(&config, settings).unwrap();
        let mut command = Command::new(PROGRAM);
        if is_root() {
            command.args(["-u", "nobody"]);
        }
        let process = command.arg(&config).stderr(Stdio::piped()).spawn();
        let mut pooler = Self {
            process: process.unwrap(),
            folder,
        };
        let lines = BufReader::new(pooler.process.stderr.take().unwrap()).lines();
        let mut lines = lines.map(Result::unwrap);
        assert!(lines.any(|line| line.contains("process up")));
        // It would end if nobody read what it writes.
        std::thread::spawn(move || lines.for_each(drop));
        Some(pooler)
    }

    fn url(&self) -> String {
        format!(
            "postgres:///x?host={}&port=6432&user=any",
            self.folder.path().display()
        )
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").unwrap().uid() == 0
}

#[test]
fn a_pooler_that_gives_sessions_away_is_refused_with_the_remedy() {
    let test = "pooler::a_pooler_that_gives_sessions_away_is_refused_with_the_remedy";
    let Some(database) = TestDatabase::postgres(test).unwrap() else {
        return;
    };
    for mode in ["transaction", "statement"] {
        let Some(pooler) = Pooler::start(test, &database, mode) else {
            return;
        };

        let error = Store::open(&database_settings(&pooler.url()))
            .err()
            .unwrap();

        if mode == "transaction" {
            assert!(matches!(error, OpenError::Pooler { .. }), "{error:?}");
            assert!(error.to_string().contains("pool_mode = session"));
        } else {
            // It tells of its mode itself.
            assert!(matches!(error, OpenError::Connect { .. }), "{error:?}");
        }
    }
}

#[test]
fn a_pooler_of_whole_sessions_serves() {
    let test = "pooler::a_pooler_of_whole_sessions_serves";
    let Some(database) = TestDatabase::postgres(test).unwrap() else {
        return;
    };
    let Some(pooler) = Pooler::start(test, &database, "session") else {
        return;
    };

    let store = Store::open(&database_settings(&pooler.url())).unwrap();
    let user = store.create_user(&person("ada"), operator(1)).unwrap().id;

    for _ in 0..2 {
        let found = store.find_profile(user, ProfileDepth::Groups).unwrap();
        assert!(found.is_some());
    }
}
