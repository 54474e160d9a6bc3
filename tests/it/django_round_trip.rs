//! Accounts that real Django has dumped come back to it by `export django`.

use acceptance::python::Python;
use acceptance::service::{Backend, Data, Service};
use serde_json::{Value, json};

use crate::databases::on_both_databases;
use crate::jwt_tokens::{log_in, post};

on_both_databases!(
    accounts_of_django_come_back_whole,
    accounts_of_a_custom_model_come_back_whole,
    accounts_without_username_and_number_come_back_whole,
    accounts_with_profiles_come_back_whole,
    accounts_of_inherited_models_come_back_whole,
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

fn accounts_without_username_and_number_come_back_whole(backend: Backend) {
    let test = "accounts_without_username_and_number_come_back_whole";
    round_trip(test, "email", backend);
}

fn accounts_with_profiles_come_back_whole(backend: Backend) {
    round_trip("accounts_with_profiles_come_back_whole", "profile", backend);
}

fn accounts_of_inherited_models_come_back_whole(backend: Backend) {
    let test = "accounts_of_inherited_models_come_back_whole";
    round_trip(test, "inherited", backend);
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
    let service = started(backend, shape, dumped);
    let ends = if shape == "email" { "@example.com" } else { "" };
    let login = |name: &str, of: &str| json!([format!("{name}{ends}"), format!("{of}'s password")]);

    let exported = export(&service, form);
    let loaded = python.run(
        SCRIPT,
        &json!({
            "shape": shape, "load": exported, "form": form,
            "logins": [login("ada", "ada"), login("bob", "bob"), login("ada", "bob")],
        }),
    );

    assert_eq!(
        loaded["logins"],
        json!([true, true, false]),
        "{shape}, {form}"
    );
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
    if form != "xml" {
        let second = export(&started(backend, shape, dumped_again), "json");
        let first = export(&service, "json");
        assert_eq!(accounts(&second), accounts(&first));
    }
}

#[test]
fn refused_refresh_tokens_are_refused_by_simplejwt_as_well() {
    let test = "refused_refresh_tokens_are_refused_by_simplejwt_as_well";
    for (django, name) in DJANGOS {
        let packages = [&[django][..], &OTHERS].concat();
        let Some(python) = Python::with(test, name, &packages) else {
            return;
        };
        let made = python.run(SCRIPT, &json!({"shape": "stock", "make": "json"}));
        let service = started(Backend::Sqlite, "stock", made["dump"].as_str().unwrap());
        let client = service.client();
        let [ended, rotated, living] =
            ["ada", "bob", "bob"].map(|name| refresh_token(&service, name));
        let blacklisted = post(&client, "/api/token/blacklist/", &json!({"refresh": ended}));
        let refreshed = post(&client, "/api/token/refresh/", &json!({"refresh": rotated}));

        let loaded = python.run(
            SCRIPT,
            &json!({
                "shape": "stock", "load": export(&service, "json"), "form": "json", "key": KEY,
                "refresh": [ended, rotated, living],
            }),
        );

        assert_eq!([blacklisted.status, refreshed.status], [200, 200]);
        assert_eq!(loaded["refused"], json!([true, true, false]), "{django}");
    }
}

const SCRIPT: &str = "django_round_trip.py";

fn started(backend: Backend, shape: &str, dump: &str) -> Service {
    let key = format!("auth.jwt.signing_key={KEY}");
    let rotates = "auth.jwt.rotate_refresh_tokens=true";
    let service = Service::start(backend, Data::Dump(dump), &[&key, rotates]);
    let options: &[&str] = match shape {
        "email" => &["--value", "sex:1=male", "--value", "sex:2=female"],
        "inherited" => &["--profile-model", "club.employeeprofile"],
        _ => &[],
    };
    if !options.is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dump.json");
        std::fs::write(&file, dump).unwrap();
        let command = [&["import", "django", file.to_str().unwrap()], options];
        service.run(&command.concat());
    }
    service
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
