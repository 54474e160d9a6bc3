//! Help for every command, with examples that work.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use profiled_domain::{BindOutcome, BindingRepository, ForeignSubject, UserLookup, UserRepository};

use crate::sandbox::{Sandbox, fixture};

/// The words of each command, those of groups of commands included.
pub fn commands(sandbox: &Sandbox) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    let mut at = 0;
    while let Some(words) = all.get(at).cloned() {
        at += 1;
        let help = help_of(sandbox, &words, "-h");
        let listed = help.split("Commands:\n").nth(1).unwrap_or_default();
        let listed = listed.lines().take_while(|line| !line.is_empty());
        // What goes on in the next line is indented by more.
        let names = listed.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
        for name in names.filter(|name| !name.is_empty() && *name != "help") {
            all.push([&words[..], &[name.to_owned()]].concat());
        }
    }
    all
}

fn help_of(sandbox: &Sandbox, words: &[String], option: &str) -> String {
    let words = words.iter().map(String::as_str).chain([option]);
    sandbox.done(&words.collect::<Vec<_>>())
}

/// The command lines below "Examples".
fn examples(help: &str) -> Vec<String> {
    let lines = help.split("Examples:\n").nth(1).unwrap_or_default();
    let lines = lines.lines().map_while(|line| line.strip_prefix("  "));
    lines.map(str::to_owned).collect()
}

#[test]
fn every_command_has_a_text_an_example_of_its_own_and_a_short_help() {
    let sandbox = Sandbox::new();
    let all = commands(&sandbox);

    assert!(all.len() > 60, "{all:?}");
    for words in &all {
        let name = words.join(" ");
        let short = help_of(&sandbox, words, "-h");
        let long = help_of(&sandbox, words, "--help");
        let asked = sandbox.done(
            &[
                &["help"],
                &words.iter().map(String::as_str).collect::<Vec<_>>()[..],
            ]
            .concat(),
        );

        assert_eq!(asked, long, "{name}");
        assert!(short.lines().next().unwrap().len() > 10, "{short}");
        let own = format!("profiled {name}");
        let examples = examples(&short);
        assert!(
            examples.iter().any(|line| line.starts_with(&own)),
            "{short}"
        );
        // Told once, and pointed to elsewhere.
        let is_told = long.contains("--config <FILE>");
        assert_eq!(is_told, words.is_empty(), "{long}");
        assert!(short.contains("profiled --help"), "{short}");
        let widest = long.lines().map(|line| line.chars().count()).max();
        assert!(widest.unwrap() <= 100, "{long}");
    }
    let long = help_of(&sandbox, &[], "--help");
    for heading in ["Files:", "Environment:", "Exit codes:", "Global options:"] {
        assert!(long.contains(heading), "{heading}: {long}");
    }
}

/// What the examples speak of.
fn filled() -> Sandbox {
    let sandbox = empty();
    for line in [
        "migrate",
        "user create ada --email ada@example.com --superuser --staff",
        "user create root --superuser",
        "user create bob",
        "user create eve",
        "user delete eve --yes",
        "group create Authors",
        "group add Authors ada",
        "org create Mills",
        "org add Mills ada",
        "org add-admin Mills ada",
        "team create Carters --organization Mills",
        "team add Carters ada",
        "token create ada",
        "keys generate --algorithm ES256",
        "export store.jsonl",
        "backup store.tar.gz",
    ] {
        sandbox.done(&line.split(' ').collect::<Vec<_>>());
    }
    let store = sandbox.store();
    let name = UserLookup::Username("ada".to_owned());
    let ada = store.find_user(&name).unwrap().unwrap();
    let subject = ForeignSubject {
        issuer: "https://login.example.com/".to_owned(),
        subject: "ada-7".to_owned(),
    };
    let bound = store.bind(&subject, &ada, &name, chrono::DateTime::UNIX_EPOCH);
    assert_eq!(bound.unwrap(), BindOutcome::To(ada.id));
    sandbox
}

fn empty() -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.set("PROFILED__AUTH__JWT__KEYS_DIR", "{data_dir}/keys");
    let users = r#"[{ "model": "auth.user", "pk": 1, "fields": { "username": "ada", "password": "!", "last_login": null } }]"#;
    sandbox.write("users.json", users);
    let people = fs::read_to_string(fixture("tower.json")).unwrap();
    sandbox.write("people.json", &people);
    sandbox.write("settings.py", "SIMPLE_JWT = {'ALGORITHM': 'HS512'}\n");
    sandbox.write("password.txt", "battery staple\n");
    let folder = sandbox.path().join("bin");
    fs::create_dir(&folder).unwrap();
    symlink(env!("CARGO_BIN_EXE_profiled"), folder.join("profiled")).unwrap();
    sandbox
}

/// A copy of what a sandbox has, for one example.
fn copied(from: &Sandbox, to: &Path) {
    let copied = Command::new("cp")
        .arg("-a")
        .arg(from.path().join("."))
        .arg(to)
        .status();
    assert!(copied.unwrap().success());
}

/// Runs a line in a shell, in a folder; what serves is ended once it listens.
fn run(sandbox: &Sandbox, folder: &Path, line: &str, bind: Option<&str>) {
    let alone = sandbox.command(&[]);
    let variables = alone.get_envs();
    let variables = variables.filter_map(|(name, value)| Some((name, value?)));
    let path = format!("{}:/usr/bin:/bin", folder.join("bin").display());
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", line])
        .current_dir(folder)
        .envs(variables)
        .env("PATH", path)
        .stdin(Stdio::piped());
    if let Some(bind) = bind {
        shell.env("PROFILED__HTTP__BIND", bind);
    }
    let mut child = shell
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Most do not read it.
    let _ = child.stdin.take().unwrap().write_all(b"battery staple\n");
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(output.status.success(), "{line}: {text}");
}

#[test]
fn every_example_of_help_works() {
    let (full, bare) = (filled(), empty());
    bare.done(&["migrate"]);
    let service = full.start(&["serve"]);
    let mut seen = BTreeSet::new();

    for words in commands(&bare) {
        let mut folder = tempfile::tempdir().unwrap();
        copied(&full, folder.path());
        // What an example makes is not there before.
        let made = match words.first().map(String::as_str) {
            Some("export") => &["store.jsonl", "users.json"][..],
            Some("backup") => &["store.tar.gz"],
            _ => &[],
        };
        for file in made {
            fs::remove_file(folder.path().join(file)).unwrap();
        }
        for line in examples(&help_of(&bare, &words, "-h")) {
            seen.insert(line.clone());
            if line.contains(" import ") {
                folder = tempfile::tempdir().unwrap();
                copied(&bare, folder.path());
                if line.contains("store.jsonl") {
                    let rows = full.path().join("store.jsonl");
                    fs::copy(rows, folder.path().join("store.jsonl")).unwrap();
                    fs::remove_dir_all(folder.path().join("data")).unwrap();
                }
            }
            if line.contains(" serve") || line.contains(" quickstart") {
                let arguments: Vec<&str> = line.split(' ').skip(1).collect();
                let mut serving = copy_of(&full).start(&arguments);
                serving.signal("TERM");
                assert_eq!(serving.end(), Some(0), "{line}");
                continue;
            }
            let bind = line
                .contains(" healthcheck")
                .then_some(service.address.as_str());
            run(&full, folder.path(), &line, bind);
        }
    }
    assert!(seen.len() > 80, "{seen:?}");
}

/// A sandbox with what another has.
fn copy_of(from: &Sandbox) -> Sandbox {
    let copy = Sandbox::new();
    copied(from, copy.path());
    copy
}

#[test]
fn version_tells_commit_schema_and_features_and_in_short_one_line() {
    let sandbox = Sandbox::new();

    let long = sandbox.done(&["--version"]);
    let short = sandbox.done(&["-V"]);

    assert_eq!(short, format!("profiled {}\n", env!("CARGO_PKG_VERSION")));
    let lines: Vec<&str> = long.lines().collect();
    let words: Vec<_> = lines
        .iter()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(
        words,
        ["profiled", "commit", "schema", "features"],
        "{long}"
    );
    let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/sqlite");
    let names = fs::read_dir(migrations).unwrap().flatten();
    let newest = names
        .filter_map(|entry| entry.file_name().into_string().ok())
        .max();
    assert!(
        long.contains(&format!("schema {}\n", newest.unwrap())),
        "{long}"
    );
}
