//! The examples of `docs/dialects/`, run as they stand there.

use std::path::Path;
use std::process::Command;

use acceptance::service::{Backend, Data, Service};
use profiled_store::testing::skip;

const DRF: &str = include_str!("../../docs/dialects/drf.md");
const JWT: &str = include_str!("../../docs/dialects/jwt.md");
const TOWER: &str = include_str!("../../docs/dialects/tower.md");

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
fn commands(document: &str) -> Vec<&str> {
    let mut is_inside = false;
    let inside = document.lines().filter(|line| {
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
    command.arg("-c").arg(script);
    command.env("FOLDER", folder).current_dir(folder);
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.is_empty(), "{errors}");
    std::fs::read_to_string(folder.join("statuses")).unwrap()
}

#[test]
fn the_examples_of_drf_answer_as_the_document_says() {
    check("the_examples_of_drf", DRF, Data::Staff, &[]);
}

#[test]
fn the_examples_of_jwt_answer_as_the_document_says() {
    let clients = r#"auth.introspection.clients=[{"id": "billing", "secret": "0123456789abcdef0123456789abcdef"}]"#;
    check("the_examples_of_jwt", JWT, Data::Jwt, &[clients]);
}

#[test]
fn the_examples_of_tower_answer_as_the_document_says() {
    check("the_examples_of_tower", TOWER, Data::Tower, &[]);
}

fn check(test: &str, document: &str, data: Data<'_>, settings: &[&str]) {
    if let Some(missing) = ["curl", "jq"].into_iter().find(|name| !has(name)) {
        skip(test, &format!("there is no {missing}"), "REQUIRE_CLIENTS");
        return;
    }
    let service = Service::start(Backend::Sqlite, data, settings);
    let folder = tempfile::tempdir().unwrap();
    let commands = commands(document);
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
