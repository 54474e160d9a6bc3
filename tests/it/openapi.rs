//! The OpenAPI document of the real service, judged by programs of others.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use acceptance::access_token;
use acceptance::python::Python;
use acceptance::service::{Backend, Data, Service};
use serde_json::Value;

const VALIDATOR: [&str; 1] = ["openapi-spec-validator==0.9.0"];
const SCHEMATHESIS: [&str; 1] = ["schemathesis==4.32.5"];

/// What a service of these settings answers at a path.
fn asked(service: &Service, path: &str) -> String {
    let answer = service.client().anonymous().get(path);
    assert_eq!(answer.status, 200, "{path}");
    String::from_utf8(answer.body).unwrap()
}

#[test]
fn a_validator_accepts_the_document_as_json_and_as_yaml() {
    let test = "openapi::a_validator_accepts_the_document";
    let Some(python) = Python::with(test, "openapi-validator", &VALIDATOR) else {
        return;
    };
    let introspection = r#"auth.introspection.clients=[{"id": "billing", "secret": "0123456789abcdef0123456789abcdef"}]"#;
    let folder = tempfile::tempdir().unwrap();

    for settings in [
        [introspection],
        ["dialects.drf.enabled=false"],
        ["dialects.tower.enabled=false"],
    ] {
        let service = Service::start(Backend::Sqlite, Data::Nothing, &settings);
        for name in ["json", "yaml"] {
            let file = folder.path().join(format!("openapi.{name}"));
            fs::write(
                &file,
                asked(&service, &format!("/api/schema/?format={name}")),
            )
            .unwrap();
            let judged = python.program("openapi-spec-validator").arg(&file).output();
            let judged = judged.unwrap();
            let told = String::from_utf8_lossy(&judged.stdout);
            assert!(judged.status.success(), "{settings:?} {name}: {told}");
        }
    }
}

#[test]
fn the_command_prints_what_the_service_answers_and_needs_no_database() {
    let service = Service::start(
        Backend::Sqlite,
        Data::Nothing,
        &["dialects.drf.lists=false"],
    );
    let folder = tempfile::tempdir().unwrap();
    let print = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_profiled-of-acceptance"));
        command.arg("openapi").args(more);
        for setting in service.overrides() {
            command.args(["--set", setting]);
        }
        command.args(["--set", "database.url=postgres://127.0.0.1:1/nothing"]);
        let nowhere = folder.path().join("nowhere");
        let data = format!("data_dir={}", nowhere.display());
        let output = command.args(["--set", &data]).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
        assert!(!nowhere.exists());
        String::from_utf8(output.stdout).unwrap()
    };

    let json: Value = serde_json::from_str(&print(&[])).unwrap();
    let yaml = print(&["--format", "yaml"]);

    let served: Value = serde_json::from_str(&asked(&service, "/api/schema/")).unwrap();
    assert_eq!(json, served);
    assert_eq!(
        yaml.trim_end(),
        asked(&service, "/api/schema/?format=yaml").trim_end()
    );
    assert!(json["paths"]["/api/users/"].is_null() && json["paths"]["/api/users/me/"].is_object());
}

/// What schemathesis finds in a dialect.
fn examine(dialect: &str, data: Data<'_>, name: &str, password: &str, token: &str) {
    let test = format!("openapi::schemathesis_{dialect}");
    let Some(python) = Python::with(&test, "schemathesis", &SCHEMATHESIS) else {
        return;
    };
    let service = Service::start(
        Backend::Sqlite,
        data,
        &["throttle.login=", "throttle.login_address="],
    );
    let folder = tempfile::tempdir().unwrap();
    let config =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/schemathesis/schemathesis.toml");
    let client = service.client();
    let token = client
        .token(token)
        .credentials()
        .trim_start_matches("Token ")
        .to_owned();
    let mut command = python.program("schemathesis");
    command.arg("--config-file").arg(config).arg("run");
    command.arg(format!("http://{}/api/schema/", service.address()));
    command.args([
        "--include-tag",
        dialect,
        "--phases",
        "examples,coverage,fuzzing",
        "--no-color",
    ]);
    command.current_dir(folder.path());
    command
        .env("TOKEN", token)
        .env("ACCESS", access_token(1).unwrap());
    command.env("NAME", name).env("PASSWORD", password);

    let run = command.output().unwrap();

    let told = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&run.stderr)
    );
    // It has been let in, and has asked something.
    let statuses: BTreeSet<_> = told
        .lines()
        .filter(|line| line.contains("Tested:"))
        .collect();
    assert!(
        !statuses.is_empty() && !told.contains("Missing authentication"),
        "{told}"
    );
}

#[test]
fn schemathesis_finds_nothing_new_in_drf() {
    examine(
        "drf",
        Data::Staff,
        "MasterAdmin",
        "Correct-Horse-9",
        "MasterAdmin",
    );
}

#[test]
fn schemathesis_finds_nothing_new_in_jwt() {
    examine(
        "jwt",
        Data::Staff,
        "MasterAdmin",
        "Correct-Horse-9",
        "MasterAdmin",
    );
}

#[test]
fn schemathesis_finds_nothing_new_in_tower() {
    examine("tower", Data::Tower, "admin", "pw-admin", "admin");
}
