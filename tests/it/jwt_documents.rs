//! The examples of `docs/dialects/jwt.md`, run as they stand there.

use std::path::Path;
use std::process::Command;

use acceptance::service::{Backend, Data, Service};
use profiled_store::testing::skip;

const DOCUMENT: &str = include_str!("../../docs/dialects/jwt.md");

/// Notes the status of each answer, and lets the body through.
const PRELUDE: &str = r#"
set -u
curl() { command curl -sS -o "$FOLDER/body" -w '%{http_code}\n' "$@" >>"$FOLDER/statuses"; cat "$FOLDER/body"; }
"#;

fn has(program: &str) -> bool {
    let started = Command::new(program).arg("--version").output();
    started.is_ok_and(|output| output.status.success())
}

/// The lines of all blocks of shell commands.
fn commands() -> Vec<&'static str> {
    let mut is_inside = false;
    let inside = DOCUMENT.lines().filter(|line| {
        let is_fence = line.starts_with("```");
        if is_fence {
            is_inside = *line == "```sh";
        }
        is_inside && !is_fence
    });
    inside.collect()
}

fn run(script: &str, folder: &Path) -> String {
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).env("FOLDER", folder);
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.is_empty(), "{errors}");
    std::fs::read_to_string(folder.join("statuses")).unwrap()
}

#[test]
fn the_examples_of_the_document_answer_as_it_says() {
    let test = "the_examples_of_the_document_answer_as_it_says";
    if let Some(missing) = ["curl", "jq"].into_iter().find(|name| !has(name)) {
        skip(test, &format!("there is no {missing}"), "REQUIRE_CLIENTS");
        return;
    }
    let clients = r#"auth.introspection.clients=[{"id": "billing", "secret": "0123456789abcdef0123456789abcdef"}]"#;
    let service = Service::start(Backend::Sqlite, Data::Jwt, &[clients]);
    let folder = tempfile::tempdir().unwrap();
    let commands = commands();
    let script = commands.join("\n");
    let host = format!("http://{}", service.address());
    let script = script.replace("http://localhost:8000", &host);

    let statuses = run(&format!("{PRELUDE}{script}"), folder.path());

    let expected: Vec<_> = commands
        .iter()
        .filter_map(|line| line.strip_prefix("# "))
        .filter_map(|comment| comment.get(..3))
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(statuses.lines().collect::<Vec<_>>(), expected);
}
