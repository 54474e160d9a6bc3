//! Log-in by password, through Basic, and Django as the judge of hashes (contract `drf.md`, section 11).

use acceptance::client::Caller;
use acceptance::python::Python;
use acceptance::service::{Backend, Data, Service};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::databases::on_both_databases;

on_both_databases!(
    a_login_brings_the_hash_up_to_date_and_ends_no_token,
    refused_log_ins_get_the_same_answer,
    md5_is_no_password_unless_it_is_allowed,
    django_and_the_service_read_each_others_hashes,
);

/// The recorded password of staff's first user.
const PASSWORD: &str = "Correct-Horse-9";

fn basic(service: &Service, username: &str, password: &str) -> Caller {
    // The scheme's text is ISO 8859-1; these names and passwords are ASCII.
    let pair = STANDARD.encode(format!("{username}:{password}"));
    service.client().authorization(&format!("Basic {pair}"))
}

fn log_in(service: &Service, username: &str, password: &str) -> u16 {
    basic(service, username, password).get("/api/v1/me/").status
}

fn a_login_brings_the_hash_up_to_date_and_ends_no_token(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let before = service.stored_password("MasterAdmin");
    assert!(before.starts_with("pbkdf2_sha256$1000000$"), "{before}");

    assert_eq!(log_in(&service, "MasterAdmin", "wrong"), 401);
    assert_eq!(service.stored_password("MasterAdmin"), before);
    assert_eq!(log_in(&service, "MasterAdmin", PASSWORD), 200);

    let after = service.stored_password("MasterAdmin");
    assert!(after.starts_with("pbkdf2_sha256$1$"), "{after}");
    assert_eq!(log_in(&service, "MasterAdmin", PASSWORD), 200);
    assert_eq!(service.stored_password("MasterAdmin"), after);
    let token = service.client().token("MasterAdmin");
    assert_eq!(token.get("/api/users/me/").status, 200);
}

/// Attack case D1: time aside, which the hasher's own tests count in hashes.
fn refused_log_ins_get_the_same_answer(backend: Backend) {
    let service = Service::start(
        backend,
        Data::Dump(&dump(&[
            ("wrong", "pbkdf2_sha256$1$salt$AAAA"),
            ("unusable", "!sampleUnusablePasswordMarker0000000000000"),
            ("empty", ""),
            ("plain", PASSWORD),
            ("unknown_algorithm", "unknown$1$salt$hash"),
            (
                "absurd",
                "bcrypt$$2b$31$abcdefghijklmnopqrstuux8vFXrN4f2Dy1/zY0fsjfGWB8wQZ22q",
            ),
        ])),
        &[],
    );
    let ask = |username: &str, password: &str| {
        let answer = basic(&service, username, password).get("/api/v1/me/");
        (
            answer.status,
            answer.header("WWW-Authenticate"),
            answer.text(),
        )
    };
    let nobody = ask("nobody", PASSWORD);
    assert_eq!(nobody.0, 401);

    for username in [
        "wrong",
        "unusable",
        "empty",
        "plain",
        "unknown_algorithm",
        "absurd",
    ] {
        assert_eq!(ask(username, PASSWORD), nobody, "{username}");
        assert_eq!(ask(username, ""), nobody, "{username}");
    }
    assert_eq!(ask("nobody\0", PASSWORD), nobody);
    assert_eq!(ask("wrong", &"x".repeat(5000)), nobody);
}

fn md5_is_no_password_unless_it_is_allowed(backend: Backend) {
    let users = dump(&[("ada", "md5$seasalt$e52954615348416470fe19b1bb26ba25")]);

    let strict = Service::start(backend, Data::Dump(&users), &[]);
    assert_eq!(log_in(&strict, "ada", PASSWORD), 401);

    let lenient = Service::start(
        backend,
        Data::Dump(&users),
        &["auth.password.allow_md5=true"],
    );
    assert_eq!(log_in(&lenient, "ada", PASSWORD), 200);
    let stored = lenient.stored_password("ada");
    assert!(stored.starts_with("pbkdf2_sha256$1$"), "{stored}");
}

/// What the service hashes with, the setting of its cost, and Django's name of the same cost.
const METHODS: [(&str, &[&str], &str, u32); 4] = [
    ("pbkdf2_sha256", &["iterations=5"], "iterations", 5),
    ("argon2", &["argon2.memory_cost=256"], "memory_cost", 256),
    ("bcrypt_sha256", &["bcrypt.rounds=5"], "rounds", 5),
    ("scrypt", &["scrypt.n=64"], "work_factor", 64),
];

fn django_and_the_service_read_each_others_hashes(backend: Backend) {
    let test = format!(
        "django_and_the_service_read_each_others_hashes on {}",
        backend.name()
    );
    let packages = ["Django==5.2.19", "argon2-cffi==25.1.0", "bcrypt==5.0.0"];
    let Some(python) = Python::with(&test, "django", &packages) else {
        return;
    };
    let django = |make: &Value, check: &Value| {
        let costs: serde_json::Map<String, Value> = METHODS
            .iter()
            .map(|(method, _, attribute, cost)| ((*method).to_owned(), json!({*attribute: cost})))
            .collect();
        let input = json!({"costs": costs, "make": make, "check": check});
        python.run("django_passwords.py", &input)
    };
    let algorithms = [
        "pbkdf2_sha256",
        "pbkdf2_sha1",
        "argon2",
        "bcrypt_sha256",
        "bcrypt",
        "scrypt",
        "md5",
    ];
    let password = "p:ass word \u{7f} 9";
    let wanted: Vec<_> = algorithms
        .iter()
        .map(|name| json!([name, password]))
        .collect();
    let made = django(&json!(wanted), &json!([]))["made"].clone();
    let users: Vec<_> = algorithms
        .iter()
        .enumerate()
        .map(|(at, name)| (*name, made[at].as_str().unwrap()))
        .collect();

    for (method, costs, _, _) in METHODS {
        let mut settings = vec![
            format!("auth.password.hasher={method}"),
            "auth.password.allow_md5=true".to_owned(),
        ];
        settings.extend(costs.iter().map(|cost| format!("auth.password.{cost}")));
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        let service = Service::start(backend, Data::Dump(&dump(&users)), &settings);
        let mut check = Vec::new();
        for name in algorithms {
            assert_eq!(log_in(&service, name, password), 200, "{name} to {method}");
            assert_eq!(log_in(&service, name, "another"), 401, "{name} to {method}");
            let stored = service.stored_password(name);
            assert!(stored.starts_with(&format!("{method}$")), "{stored}");
            check.push(json!([method, password, stored]));
            check.push(json!([method, "another", stored]));
        }

        let checked = django(&json!([]), &json!(check))["checked"].clone();

        // The right password, the wrong one; nothing to update.
        let expected = [[true, false], [false, false]].repeat(algorithms.len());
        assert_eq!(checked, json!(expected), "{method}");
    }
}

/// A dump of active users with these names and encoded passwords.
fn dump(users: &[(&str, &str)]) -> String {
    let record = |(at, (username, password)): (usize, &(&str, &str))| {
        let fields = json!({
            "username": username, "password": password, "email": null, "first_name": "", "last_name": "",
            "is_active": true, "is_staff": false, "is_superuser": false,
            "date_joined": "2025-11-22T13:15:20.827Z", "last_login": null,
            "groups": [], "user_permissions": [],
        });
        json!({"model": "users.users", "pk": at + 1, "fields": fields})
    };
    let records: Vec<_> = users.iter().enumerate().map(record).collect();
    json!(records).to_string()
}
