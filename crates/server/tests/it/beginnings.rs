//! Several processes that begin at once where nothing is yet.

use crate::sandbox::{Sandbox, Service};

const ROUNDS: usize = 6;
const PROCESSES: usize = 4;

fn begin(sandbox: &Sandbox, command: &str) -> Vec<Service> {
    let launched: Vec<_> = (0..PROCESSES).map(|_| sandbox.launch(&[command])).collect();
    launched
        .into_iter()
        .map(|mut service| {
            service.wait_until_it_listens();
            service
        })
        .collect()
}

#[test]
fn servers_started_at_once_all_serve() {
    for _ in 0..ROUNDS {
        let sandbox = Sandbox::new();

        let services = begin(&sandbox, "serve");

        for service in &services {
            assert_eq!(service.send("GET", "/ready", "").0, 200);
        }
    }
}

#[test]
fn migrations_started_at_once_are_applied_once() {
    let count = Sandbox::new()
        .done(&["migrate", "--status"])
        .lines()
        .count();
    for _ in 0..ROUNDS {
        let sandbox = Sandbox::new();
        let run = || sandbox.run(&["migrate"]);

        let ended: Vec<_> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..PROCESSES).map(|_| scope.spawn(run)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });

        assert!(ended.iter().all(|one| one.code == Some(0)), "{ended:?}");
        let applied = ended.iter().flat_map(|one| one.out.lines());
        let applied = applied.filter(|line| line.starts_with("applied ")).count();
        assert_eq!(applied, count, "{ended:?}");
    }
}

/// Others may look at a database while it is made: they are told what it lacks.
#[test]
fn database_being_created_is_never_locked_for_readers() {
    for _ in 0..ROUNDS {
        let sandbox = Sandbox::new();
        let run = |arguments: &'static [&str]| sandbox.run(arguments);

        std::thread::scope(|scope| {
            let status: &[&str] = &["migrate", "--status"];
            let made = scope.spawn(move || run(&["migrate"]));
            let looks: Vec<_> = (0..PROCESSES)
                .map(|_| scope.spawn(move || run(status)))
                .collect();
            for look in looks {
                let ended = look.join().unwrap();
                assert_eq!(ended.code, Some(0), "{}", ended.err);
            }
            let ended = made.join().unwrap();
            assert_eq!(ended.code, Some(0), "{}", ended.err);
        });
    }
}

#[test]
fn quickstarts_started_at_once_share_one_key_and_create_users_once() {
    for _ in 0..ROUNDS {
        let sandbox = Sandbox::new();

        let services = begin(&sandbox, "quickstart");

        let told: Vec<_> = services
            .iter()
            .filter(|service| service.greeting.contains("Created two users"))
            .collect();
        assert_eq!(told.len(), 1);
        let line = told[0].greeting.lines().find(|line| line.contains("demo"));
        let token = line.and_then(|line| line.split("token ").nth(1)).unwrap();
        let token = format!("Token {token}");
        let bearer = format!("Bearer {}", sandbox.done(&["jwt", "create", "demo"]));
        for service in &services {
            let answers = [
                service.send("GET", "/api/users/me/", &token),
                service.send("POST", "/api/profile/", bearer.trim_end()),
            ];
            assert_eq!(answers.map(|(status, _)| status), [200, 200]);
        }
        let left = std::fs::read_dir(sandbox.path().join("data")).unwrap();
        let mut names: Vec<_> = left
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
            .collect();
        names.sort();
        assert_eq!(names, ["media", "profiled.sqlite3", "signing.key"]);
    }
}
