//! Accounts that real Django has dumped come back to it by `export django`.

use acceptance::python::Python;
use acceptance::service::{Backend, Data, Service};
use serde_json::{Value, json};

use crate::databases::on_both_databases;
use crate::jwt_tokens::{log_in, post};

on_both_databases!(
    accounts_of_django_come_back_whole,
    accounts_of_a_custom_model_come_back_whole,
);

const OTHERS: [&str; 3] = [
    "djangorestframework==3.15.2",
    "djangorestframework-simplejwt==5.5.1",
    "PyYAML==6.0.3",
];
/// The versions of Django, and the names of their environments.
const DJANGOS: [(&str, &str); 2] = [
    ("Django==4.2.26", "django-4.2"),
    ("Django==5.2.8", "django-5.2"),
];
const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn accounts_of_django_come_back_whole(backend: Backend) {
    round_trip("accounts_of_django_come_back_whole", "stock", backend);
}

fn accounts_of_a_custom_model_come_back_whole(backend: Backend) {
    round_trip(
        "accounts_of_a_custom_model_come_back_whole",
        "custom",
        backend,
    );
}

fn round_trip(test: &str, shape: &str, backend: Backend) {
    for (django, name) in DJANGOS {
        let packages = [&[django][..], &OTHERS].concat();
        let Some(python) = Python::with(test, name, &packages) else {
            return;
        };
        let made = python.run(SCRIPT, &json!({"shape": shape, "make": "json"}));
        let dumped = made["dump"].as_str().unwrap();
        // The database has no part in the forms.
        let forms: &[&str] = match backend {
            Backend::Sqlite => &["json", "jsonl", "yaml", "xml"],
            Backend::Postgres => &["json"],
        };
        for form in forms {
            come_back(&python, shape, dumped, backend, form);
        }
    }
}

fn come_back(python: &Python, shape: &str, dumped: &str, backend: Backend, form: &str) {
    let service = started(backend, dumped);
    let ended = refresh_token(&service, "ada");
    let answer = post(
        &service.client(),
        "/api/token/blacklist/",
        &json!({"refresh": ended}),
    );
    assert_eq!(answer.status, 200, "{}", answer.text());
    let living = refresh_token(&service, "bob");

    let exported = export(&service, form);
    let loaded = python.run(
        SCRIPT,
        &json!({
            "shape": shape, "load": exported, "form": form, "key": KEY, "refresh": [ended, living],
            "logins": [["ada", "ada's password"], ["bob", "bob's password"], ["ada", "bob's password"]],
        }),
    );

    assert_eq!(loaded["logins"], json!([true, true, false]), "{form}");
    assert_eq!(loaded["refused"], json!([true, false]), "{form}");
    let mut expected = accounts(dumped);
    if form == "xml" {
        // Django's reader of XML drops white space at both ends.
        for record in &mut expected {
            trim(&mut record["fields"]);
        }
    }
    let dumped_again = loaded["dump"].as_str().unwrap();
    for (found, expected) in accounts(dumped_again).iter().zip(&expected) {
        assert_eq!(found, expected, "{form}");
    }
    assert_eq!(accounts(dumped_again).len(), expected.len(), "{form}");
    let second = started(backend, dumped_again);
    if form != "xml" {
        assert_eq!(
            accounts(&export(&second, "json")),
            accounts(&export(&service, "json"))
        );
    }
}

const SCRIPT: &str = "django_round_trip.py";

fn started(backend: Backend, dump: &str) -> Service {
    let key = format!("auth.jwt.signing_key={KEY}");
    Service::start(backend, Data::Dump(dump), &[&key])
}

fn refresh_token(service: &Service, username: &str) -> String {
    let password = format!("{username}'s password");
    let answer = log_in(&service.client(), (username, &password));
    answer.json()["refresh"].as_str().unwrap().to_owned()
}

fn export(service: &Service, form: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dump");
    let output = file.to_str().unwrap();
    service.run(&[
        "export",
        "django",
        "--strict",
        "--blacklist",
        "--format",
        form,
        "--output",
        output,
    ]);
    std::fs::read_to_string(&file).unwrap()
}

/// Users and groups of a dump.
fn accounts(dump: &str) -> Vec<Value> {
    let records: Vec<Value> = serde_json::from_str(dump).unwrap();
    let is_account = |record: &Value| {
        !record["model"]
            .as_str()
            .unwrap()
            .starts_with("token_blacklist")
    };
    let mut records: Vec<Value> = records.into_iter().filter(is_account).collect();
    for record in &mut records {
        // What an export leaves as it is in Django.
        let fields = record["fields"].as_object_mut().unwrap();
        fields.remove("permissions");
        fields.remove("user_permissions");
    }
    records
}

fn trim(fields: &mut Value) {
    for value in fields.as_object_mut().unwrap().values_mut() {
        if let Value::String(text) = value {
            *text = text.trim().to_owned();
        }
    }
}
