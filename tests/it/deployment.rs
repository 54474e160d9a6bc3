//! What operators are told to do, done.

use std::path::Path;
use std::process::Command;

use acceptance::browser::place_of;
use profiled_store::testing::skip;

const DOCUMENT: &str = include_str!("../../docs/DEPLOYMENT.md");

/// All commands of the document up to a heading, in their order.
fn commands(until: &str) -> String {
    let (part, _) = DOCUMENT.split_once(until).unwrap();
    let blocks = part.split("```sh\n").skip(1);
    blocks
        .map(|block| block.split_once("```").unwrap().0)
        .collect()
}

/// What the machine lacks.
fn missing() -> Option<String> {
    let programs = [
        "unshare",
        "setpriv",
        "ip",
        "pg_ctlcluster",
        "systemd-sysusers",
        "caddy",
        "prometheus",
        "fail2ban-client",
        "perl",
    ];
    let missing = programs
        .into_iter()
        .find(|program| place_of(program).is_none());
    let mut id = Command::new("id");
    let is_root = id.arg("-u").output().unwrap().stdout == b"0\n";
    match missing {
        Some(program) => Some(format!("there is no {program}")),
        None => (!is_root).then(|| "only root can have a machine of its own".to_owned()),
    }
}

#[test]
fn commands_of_the_document_make_a_service_in_production() {
    if let Some(reason) = missing() {
        let test = "deployment::commands_of_the_document_make_a_service_in_production";
        skip(test, &reason, "REQUIRE_CLIENTS");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("commands");
    let checks = include_str!("../deployment/checks");
    std::fs::write(&script, commands("## Containers") + checks).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut machine = Command::new("unshare");
    machine.args([
        "--mount",
        "--net",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
    ]);
    machine.arg(root.join("tests/deployment/run")).arg(script);
    machine
        .arg(env!("CARGO_BIN_EXE_profiled-of-acceptance"))
        .arg(&root);

    let output = machine.output().unwrap();

    let told = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(output.status.success(), "{}", told.concat());
    assert!(told[0].ends_with("all checks hold\n"), "{}", told.concat());
}
