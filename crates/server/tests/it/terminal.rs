//! A terminal, and what commands show there alone.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::io::Write;
use std::process::{Command, Stdio};

use profiled_store::testing::skip;

use crate::sandbox::{Ended, Sandbox, audit_trail, fixture};

/// Runs a command at a terminal, on which somebody types. `err` is all that is seen there.
pub fn at_terminal(test: &str, sandbox: &Sandbox, line: &str, typed: &str) -> Option<Ended> {
    let program = env!("CARGO_BIN_EXE_profiled");
    let alone = sandbox.command(&[]);
    let variables = alone.get_envs();
    let variables = variables.filter_map(|(name, value)| Some((name, value?)));
    let mut script = Command::new("script");
    let script = script
        .args([
            "-qec",
            &format!("stty cols 100 rows 30; exec {program} {line}"),
            "/dev/null",
        ])
        .current_dir(sandbox.path())
        .envs(variables);
    let script = script.stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut child) = script.spawn() else {
        skip(test, "there is no program `script`", "REQUIRE_CLIENTS");
        return None;
    };
    child
        .stdin
        .take()
        .unwrap()
        .write_all(typed.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap().replace('\r', "");
    let (trail, err) = audit_trail(&shown);
    Some(Ended {
        code: output.status.code(),
        out: String::new(),
        err,
        trail,
    })
}

#[test]
fn long_work_shows_how_far_it_is_at_a_terminal_alone() {
    let test = "terminal::long_work_shows_how_far_it_is_at_a_terminal_alone";
    let sandbox = Sandbox::new();
    let people = std::fs::read_to_string(fixture("tower.json")).unwrap();
    sandbox.write("people.json", &people);
    // Each with what it is called a second time, and what stands beside the bar or number.
    let cases = [
        ("migrate", "", "create_users"),
        ("import people people.json", "", "1/"),
        (
            "export django --output users.json",
            "--yes",
            "groups, users and tokens",
        ),
        ("export store.jsonl", "--yes", "rows"),
        (
            "backup store.tar.gz",
            "--yes",
            "rows, files and bytes that are checked",
        ),
        ("purge --yes", "", "rows and files erased"),
        ("restore store.tar.gz --yes", "", "bytes that are checked"),
    ];

    for (line, confirmed, expected) in cases {
        let Some(seen) = at_terminal(test, &sandbox, line, "") else {
            return;
        };
        let again = format!("{line} {confirmed}");
        let words: Vec<&str> = again.split_whitespace().collect();
        let piped = sandbox.run(&words);
        let quiet = at_terminal(test, &sandbox, &format!("{again} --quiet"), "").unwrap();
        let json = at_terminal(test, &sandbox, &format!("{again} --json"), "").unwrap();

        assert_eq!(seen.code, Some(0), "{line}: {seen:?}");
        assert!(seen.err.contains('\u{1b}'), "{line}: {seen:?}");
        assert!(seen.err.contains(expected), "{line}: {seen:?}");
        for ended in [piped, quiet, json] {
            assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
            assert!(!ended.err.contains('\u{1b}'), "{line}: {ended:?}");
        }
    }
}
