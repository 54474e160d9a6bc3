//! Users of projects that real Django makes come over whole, and go back.
//!
//! `tests/clients/django_projects` makes a project of each kind, and says what Django itself answers to its clients.

mod clients;
mod command;
mod document;
mod kind;
mod project;
mod steps;
mod tower_document;
mod way_back;

use acceptance::service::{Backend, Data, Service};
use serde_json::{Value, json};

use command::Profiled;
use kind::Kind;
use project::{KEY, Project};

/// Imports the dumps of a project of this kind on every database, asks the service as the clients of the project do, and
/// goes back to Django.
fn come_over(kind: &Kind) {
    let test = format!("migration of {}", kind.name);
    let Some(python) = project::python(&test, kind.django) else {
        return;
    };
    let project = Project::make(&python, kind.name);
    for backend in Backend::available(&test).unwrap() {
        let name = format!("{} on {}", kind.name, backend.name());
        let service = start(kind, backend);
        let profiled = Profiled::of(&service);

        import(&profiled, kind, &project, &name);
        if kind.goes_back {
            way_back::go(&profiled, kind, &project, &python, &name);
        }
        clients::ask(&service, kind, &project, &name);
        // Log-ins have replaced hashes: that is no new password, and ends nothing.
        profiled.import(&project.imports[0], kind.options);
        clients::ask(&service, kind, &project, &name);
    }
}

/// Imports a project before and after changes in it.
fn follow(kind: &Kind) {
    let test = format!("changes of {}", kind.name);
    let Some(python) = project::python(&test, kind.django) else {
        return;
    };
    for backend in Backend::available(&test).unwrap() {
        let project = Project::make(&python, kind.name);
        let name = format!("{} on {}", kind.name, backend.name());
        let service = start(kind, backend);
        let profiled = Profiled::of(&service);
        profiled.import(&project.imports[0], kind.options);
        clients::ask(&service, kind, &project, &name);

        let project = project.change(&python, kind.name);
        let files = &project.imports[0];
        let kept = profiled.import(files, kind.options);
        let removed = profiled.import(files, &[kind.options, &["--mirror", "--yes"]].concat());
        let last = profiled.import(files, kind.options);

        // Bob and his token, the token of Carol, and the memberships of Ada.
        let gone = json!({"users": 1, "tokens": 2, "memberships": 2});
        for report in [kept, removed] {
            assert_eq!(report["absent"], gone, "{name}: {report:#}");
        }
        for (rows, count) in project.counts.as_object().unwrap() {
            assert_eq!(&last[rows]["unchanged"], count, "{name}: {last:#}");
        }
        clients::ask(&service, kind, &project, &name);
    }
}

fn start(kind: &Kind, backend: Backend) -> Service {
    let key = format!("auth.jwt.signing_key={KEY}");
    let settings = [&[key.as_str(), "throttle.login="], kind.settings].concat();
    Service::start(backend, Data::Nothing, &settings)
}

fn import(profiled: &Profiled, kind: &Kind, project: &Project, name: &str) {
    for (number, files) in project.imports.iter().enumerate() {
        let rehearsed = profiled.import(files, &[kind.options, &["--dry-run"]].concat());
        let report = profiled.import(files, kind.options);
        for (rows, count) in project.counts.as_object().unwrap() {
            let stored = if number == 0 { "created" } else { "unchanged" };
            let mut expected = json!({"created": 0, "updated": 0, "unchanged": 0, "skipped": 0});
            expected[stored] = count.clone();
            assert_eq!(
                report[rows], expected,
                "{name}, {files:?}: {rows} of {report:#}"
            );
            assert_eq!(rehearsed[rows], expected, "{name}: {rows} of a rehearsal");
        }
    }
    let files = &project.imports[0];
    let again = profiled.import(files, kind.options);
    for (rows, count) in project.counts.as_object().unwrap() {
        assert_eq!(
            &again[rows]["unchanged"], count,
            "{name}: {rows} of {again:#}"
        );
    }
    assert_eq!(again["skipped"], json!([]), "{name}");
    assert_eq!(
        again["absent"]
            .as_object()
            .unwrap()
            .values()
            .filter(|count| **count != json!(0))
            .count(),
        0,
        "{again:#}"
    );
    let lost: serde_json::Map<String, Value> = kind
        .lost
        .iter()
        .map(|(field, count)| ((*field).to_owned(), json!(count)))
        .collect();
    assert_eq!(again["lost"], Value::Object(lost), "{name}");
    everything_is_told(&again, kind, project, name);
}

/// Each record of the project is of a model that is read, or is counted as ignored.
fn everything_is_told(report: &Value, kind: &Kind, project: &Project, name: &str) {
    for (model, count) in project.models.as_object().unwrap() {
        if !kind.reads(model) {
            assert_eq!(
                &report["ignored"][model], count,
                "{name}: {model} in {report:#}"
            );
        }
    }
}
