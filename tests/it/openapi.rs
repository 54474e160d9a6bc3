//! The OpenAPI document of the real service, judged by programs of others.

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

/// Has schemathesis examine a dialect as `user`, whose password this is.
fn examine(dialect: &str, data: Data<'_>, [user, password]: [&str; 2], more: &[&str]) {
    let test = format!("openapi::schemathesis_{dialect}");
    let Some(python) = Python::with(&test, "schemathesis", &SCHEMATHESIS) else {
        return;
    };
    let unlimited = ["throttle.login=", "throttle.login_address="];
    let service = Service::start(Backend::Sqlite, data, &unlimited);
    let caller = service.client().token(user);
    let token = caller.credentials().trim_start_matches("Token ");
    let folder = tempfile::tempdir().unwrap();
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/schemathesis");
    let mut command = python.program("schemathesis");
    command.current_dir(folder.path());
    command
        .arg("--config-file")
        .arg(config.join("schemathesis.toml"));
    command
        .arg("run")
        .arg(format!("http://{}/api/schema/", service.address()));
    command
        .args(["--no-color", "--include-tag", dialect])
        .args(more);
    command
        .env("TOKEN", token)
        .env("ACCESS", access_token(1).unwrap());
    command.env("NAME", user).env("PASSWORD", password);

    let run = command.output().unwrap();

    let told = String::from_utf8_lossy(&run.stdout);
    let failed = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{told}{failed}");
    // It has asked something, and no operation was closed to it.
    let has_asked = told.contains(" generated, ") && !told.contains(" 0 generated, ");
    assert!(has_asked, "{told}");
    let refused = told.lines().skip_while(|line| !line.starts_with("401 "));
    let refused = refused.skip(1).map_while(|line| line.strip_prefix("  - "));
    // Made-up passwords let nobody in.
    let closed: Vec<_> = refused.filter(|name| *name != "POST /api/login/").collect();
    assert!(closed.is_empty(), "{closed:?}: {told}");
}

const ALL_PHASES: [&str; 2] = ["--phases", "examples,coverage,fuzzing"];
const ADMIN_OF_STAFF: [&str; 2] = ["MasterAdmin", "Correct-Horse-9"];

#[test]
fn schemathesis_finds_nothing_new_in_drf() {
    examine("drf", Data::Staff, ADMIN_OF_STAFF, &ALL_PHASES);
}

#[test]
fn schemathesis_finds_nothing_new_in_jwt() {
    examine("jwt", Data::Staff, ADMIN_OF_STAFF, &ALL_PHASES);
}

/// The second mount has all that the first one has. Descriptions of its many views are held against the document by recorded
/// cases.
#[test]
fn schemathesis_finds_nothing_new_in_tower() {
    let few = [
        "--phases",
        "examples,fuzzing",
        "--exclude-method",
        "OPTIONS",
    ];
    let second = ["--exclude-path-regex", "^/api/v1/"];
    examine(
        "tower",
        Data::Tower,
        ["admin", "pw-admin"],
        &[few.as_slice(), &second].concat(),
    );
}
