//! Help, the manual and completions: for every command, and their examples work.

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
use profiled_store::testing::skip;

use crate::sandbox::{Sandbox, fixture};

/// The words of each command, those of groups of commands included.
fn commands(sandbox: &Sandbox) -> Vec<Vec<String>> {
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
fn the_manual_has_a_page_for_each_command() {
    let sandbox = Sandbox::new();
    let told = sandbox.done(&["man", "pages/man1"]);
    let folder = sandbox.path().join("pages/man1");
    let all = commands(&sandbox);

    assert_eq!(told, format!("wrote {} pages: pages/man1\n", all.len()));
    let alone = sandbox.done(&["man"]);
    assert_eq!(
        fs::read_to_string(folder.join("profiled.1")).unwrap(),
        alone
    );
    for heading in [
        "FILES",
        "ENVIRONMENT",
        "\"EXIT CODES\"",
        "\"GLOBAL OPTIONS\"",
    ] {
        assert!(
            alone.contains(&format!(".SH {heading}\n")),
            "{heading}: {alone}"
        );
    }
    for words in all {
        let name = [&["profiled".to_owned()], &words[..]].concat().join("-");
        let page = fs::read_to_string(folder.join(format!("{name}.1"))).unwrap();

        assert!(page.contains(&format!(".TH {name} 1 ")), "{page}");
        let line = format!("profiled {}", words.join(" ")).replace('-', "\\-");
        let example = page.split(".SH EXAMPLES").nth(1).unwrap_or_default();
        assert!(example.contains(line.trim_end()), "{page}");
    }
}

#[test]
fn man_reads_the_pages_without_a_complaint() {
    let test = "help::man_reads_the_pages_without_a_complaint";
    let sandbox = Sandbox::new();
    sandbox.done(&["man", "pages"]);
    let is_there = |program: &str| {
        let found = Command::new("/bin/sh")
            .args(["-c", &format!("command -v {program}")])
            .output();
        found.is_ok_and(|found| found.status.success())
    };
    let judge: &[&str] = if is_there("mandoc") {
        &["mandoc", "-T", "lint", "-W", "error"]
    } else if is_there("man") && is_there("groff") {
        &["man", "--warnings=w", "-l", "-E", "UTF-8"]
    } else {
        skip(test, "there is neither mandoc nor man", "REQUIRE_CLIENTS");
        return;
    };
    for entry in fs::read_dir(sandbox.path().join("pages"))
        .unwrap()
        .flatten()
    {
        let mut command = Command::new(judge.first().unwrap());
        let command = command.args(judge.iter().skip(1)).arg(entry.path());
        let output = command.env("MANWIDTH", "80").output().unwrap();

        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && complaints.is_empty(),
            "{complaints}"
        );
    }
}

#[test]
fn bash_completes_commands_options_and_shells() {
    let test = "help::bash_completes_commands_options_and_shells";
    let sandbox = Sandbox::new();
    let script = sandbox.done(&["completions", "bash"]);
    let script = sandbox.write("profiled.bash", &script);
    let complete = |typed: &str| {
        let line = format!(
            "source '{script}'; COMP_WORDS=({typed}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _profiled profiled \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let output = Command::new("bash")
            .args(["--norc", "-c", &line])
            .output()
            .ok()?;
        Some(
            String::from_utf8(output.stdout)
                .unwrap()
                .trim_end()
                .replace('\n', " "),
        )
    };
    let Some(first) = complete("profiled us") else {
        skip(test, "there is no bash", "REQUIRE_CLIENTS");
        return;
    };

    assert_eq!(first, "user");
    let cases = [
        ("profiled user set-p", "set-password"),
        ("profiled user list --de", "--deleted"),
        // Options of every command, too.
        ("profiled user list --con", "--config"),
        ("profiled completions f", "fish"),
        ("profiled jwt create ada --li", "--lifetime"),
    ];
    for (typed, expected) in cases {
        assert_eq!(complete(typed).unwrap(), expected, "{typed}");
    }
}

#[test]
fn each_shell_gets_a_script_that_knows_every_command_without_settings() {
    let mut sandbox = Sandbox::new();
    sandbox.set("PROFILED__HTTP__BIND", "nonsense");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = sandbox.done(&["completions", shell]);

        for word in ["set-password", "quickstart", "deleted", "config"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let unknown = sandbox.run(&["completions", "tcsh"]);
    assert_eq!(unknown.code, Some(2));
}

#[test]
fn installation_and_package_have_the_manual_and_the_completions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut script = Command::new(root.join("scripts/shell-files"));
    let script = script
        .arg(env!("CARGO_BIN_EXE_profiled"))
        .arg(folder.path());
    assert!(script.status().unwrap().success());

    let package = read("crates/server/Cargo.toml");
    let assets = package.lines().filter_map(|line| {
        let rest = line.split_once("../../target/share/")?.1;
        Some(rest.split('"').next()?.trim_end_matches('*').to_owned())
    });
    let assets: Vec<String> = assets.collect();

    assert_eq!(assets.len(), 4, "{assets:?}");
    for asset in assets {
        let path = folder.path().join(&asset);
        let path = if path.is_dir() {
            path.join("profiled-user-create.1")
        } else {
            path
        };
        assert!(fs::metadata(path).unwrap().len() > 500, "{asset}");
    }
    assert!(read("scripts/install").contains("scripts/shell-files target/release/profiled"));
    assert!(read("Makefile").contains("scripts/shell-files target/release/profiled target/share"));
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
