//! All attributes of a person, by all ways in and out: an import, the command line, PATCH of each dialect; bodies,
//! `user show` and entity tags. A new attribute takes part by itself; forgetting it on one way fails here.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up has failed"
)]

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_domain::ProfileField;
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, Service};

/// A picture of one pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// The number of the only user.
const USER: &str = "1";

/// A value of an attribute, another one for each number.
fn sample(field: ProfileField, number: usize) -> String {
    match field {
        ProfileField::Email => format!("person{number}@example.com"),
        ProfileField::MobileNumber | ProfileField::NumberPhone => format!("02100000{number:02}"),
        ProfileField::Gender => ["male", "female", "other"][number % 3].to_owned(),
        ProfileField::Avatar => format!("users/avatars/{number}.png"),
        other => format!("{}{number}", other.as_str()),
    }
}

fn samples(number: usize) -> impl Iterator<Item = (&'static str, String)> {
    let fields = ProfileField::ALL.iter().copied();
    fields.map(move |field| (field.as_str(), sample(field, number)))
}

/// What commands can write: a picture is uploaded.
fn on_command_lines() -> impl Iterator<Item = ProfileField> {
    let fields = ProfileField::ALL.iter().copied();
    fields.filter(|field| *field != ProfileField::Avatar)
}

fn option(field: ProfileField) -> String {
    format!("--{}", field.as_str().replace('_', "-"))
}

fn shown(sandbox: &Sandbox) -> Value {
    sandbox.json(&["user", "show", USER])
}

/// An answer: its status, its entity tag and its body.
struct Answer {
    status: u16,
    tag: String,
    body: Value,
}

/// A dialect, as the user of all tests speaks it.
struct Dialect {
    name: &'static str,
    credentials: String,
    /// How the own profile is read.
    read: (&'static str, &'static str),
    written: &'static str,
    takes_files: bool,
}

impl Dialect {
    fn all(sandbox: &Sandbox) -> [Self; 3] {
        let key = sandbox.json(&["token", "create", USER])["key"].clone();
        let jwt = sandbox.json(&["jwt", "create", USER])["access"].clone();
        let token = format!("Token {}", key.as_str().unwrap());
        [
            Self {
                name: "drf",
                credentials: token.clone(),
                read: ("GET", "/api/users/me/"),
                written: "/api/users/me/",
                takes_files: true,
            },
            Self {
                name: "jwt",
                credentials: format!("Bearer {}", jwt.as_str().unwrap()),
                read: ("POST", "/api/profile/"),
                written: "/api/profile/1/update/",
                takes_files: true,
            },
            Self {
                name: "tower",
                credentials: token,
                read: ("GET", "/api/v1/users/1/"),
                written: "/api/v1/users/1/",
                takes_files: false,
            },
        ]
    }

    fn send(&self, service: &Service, line: (&str, &str), content: (&str, &[u8])) -> Answer {
        let head = format!(
            "{} {} HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\nContent-Type: {}\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            line.0,
            line.1,
            service.address,
            self.credentials,
            content.0,
            content.1.len()
        );
        let mut connection = service.connect();
        connection.write_all(head.as_bytes()).unwrap();
        connection.write_all(content.1).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let tags = head.lines().filter_map(|line| line.split_once(": "));
        let tag = tags.filter(|(name, _)| name.eq_ignore_ascii_case("etag"));
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            tag: tag.map(|(_, tag)| tag).collect(),
            body: serde_json::from_str(body).unwrap_or_default(),
        }
    }

    fn read(&self, service: &Service) -> Answer {
        let answer = self.send(service, self.read, ("application/json", b""));
        assert_eq!(answer.status, 200, "{}: {}", self.name, answer.body);
        answer
    }

    fn patch(&self, service: &Service, field: ProfileField, value: &str) -> Answer {
        let name = field.as_str();
        let answer = if field == ProfileField::Avatar {
            let head = format!(
                "--x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{value}\"\r\n\r\n"
            );
            let file = STANDARD.decode(PNG).unwrap();
            let form = [head.as_bytes(), &file, b"\r\n--x--\r\n"].concat();
            let kind = "multipart/form-data; boundary=x";
            self.send(service, ("PATCH", self.written), (kind, &form))
        } else {
            let body = json!({ name: value }).to_string();
            let content = ("application/json", body.as_bytes());
            self.send(service, ("PATCH", self.written), content)
        };
        assert_eq!(answer.status, 200, "{} {name}: {}", self.name, answer.body);
        answer
    }
}

/// The tags of the dialects that have tags.
fn tags(dialects: &[Dialect], service: &Service) -> Vec<String> {
    let tags = dialects.iter().map(|dialect| dialect.read(service).tag);
    let tags: Vec<_> = tags.filter(|tag| !tag.is_empty()).collect();
    assert_eq!(tags.len(), 2, "{tags:?}");
    tags
}

/// Imports the user with these attributes.
fn import(sandbox: &Sandbox, attributes: impl Iterator<Item = (&'static str, String)>) {
    let mut fields = json!({"password": "!", "last_login": null, "is_superuser": true, "date_joined": "2026-01-01T00:00:00Z"});
    for (name, value) in attributes {
        fields[name] = value.into();
    }
    let dump = json!([{"model": "accounts.user", "pk": 1, "fields": fields}]);
    let dump = sandbox.write("dump.json", &dump.to_string());
    sandbox.done(&["import", "django", &dump]);
}

#[test]
fn imported_attributes_are_stored_and_shown() {
    Sandbox::on_each_database("imported_attributes_are_stored_and_shown", |sandbox| {
        import(sandbox, samples(1));

        let shown = shown(sandbox);
        for (name, value) in samples(1) {
            assert_eq!(shown[name], value, "{name}");
        }
        let text = sandbox.done(&["user", "show", USER]);
        for (name, value) in samples(1) {
            assert!(text.contains(&format!("{name}: {value}")), "{name}: {text}");
        }
    });
}

#[test]
fn attributes_of_a_second_import_replace_those_of_the_first() {
    let sandbox = Sandbox::migrated();
    for field in ProfileField::ALL.iter().copied() {
        import(&sandbox, samples(1));
        let others = samples(1).filter(|(name, _)| *name != field.as_str());
        import(&sandbox, others.chain([(field.as_str(), sample(field, 2))]));

        assert_eq!(
            shown(&sandbox)[field.as_str()],
            sample(field, 2),
            "{field:?}"
        );
    }
}

#[test]
fn created_users_have_all_attributes_of_the_command_line() {
    Sandbox::on_each_database(
        "created_users_have_all_attributes_of_the_command_line",
        |sandbox| {
            let mut command = vec!["user".to_owned(), "create".to_owned()];
            command.extend(on_command_lines().flat_map(|field| [option(field), sample(field, 1)]));
            let command: Vec<_> = command.iter().map(String::as_str).collect();

            let created = sandbox.json(&command);

            let shown = shown(sandbox);
            for field in on_command_lines() {
                let name = field.as_str();
                assert_eq!(created[name], sample(field, 1), "{name}");
                assert_eq!(shown[name], sample(field, 1), "{name}");
            }
        },
    );
}

#[test]
fn attributes_set_by_command_are_shown_and_change_the_entity_tags() {
    let test = "attributes_set_by_command_are_shown_and_change_the_entity_tags";
    Sandbox::on_each_database(test, |sandbox| {
        import(sandbox, samples(1));
        let service = sandbox.start(&["serve"]);
        let dialects = Dialect::all(sandbox);
        for field in on_command_lines() {
            let (name, value) = (field.as_str(), sample(field, 2));
            let before = tags(&dialects, &service);

            let set = sandbox.json(&["user", "set", USER, &option(field), &value]);
            let after = tags(&dialects, &service);
            let cleared = sandbox.json(&["user", "set", USER, &option(field), ""]);

            assert_eq!(set[name], value, "{name}");
            assert_eq!(cleared[name], Value::Null, "{name}");
            for (before, after) in before.iter().zip(&after) {
                assert_ne!(before, after, "{name}");
            }
        }
    });
}

#[test]
fn attributes_patched_in_any_dialect_are_shown_and_change_the_entity_tags() {
    let test = "attributes_patched_in_any_dialect_are_shown_and_change_the_entity_tags";
    Sandbox::on_each_database(test, |sandbox| {
        import(sandbox, samples(1));
        let service = sandbox.start(&["serve"]);
        let dialects = Dialect::all(sandbox);
        let mut forgotten = ProfileField::ALL.to_vec();
        for (number, dialect) in dialects.iter().enumerate() {
            let body = dialect.read(&service).body;
            for field in ProfileField::ALL.iter().copied() {
                let (name, value) = (field.as_str(), sample(field, number + 2));
                let is_file = field == ProfileField::Avatar;
                if body.get(name).is_none() || is_file && !dialect.takes_files {
                    continue;
                }
                let stored = shown(sandbox)[name].clone();
                let before = tags(&dialects, &service);

                let patched = dialect.patch(&service, field, &value).body[name].clone();

                let after = tags(&dialects, &service);
                let shown = shown(sandbox)[name].clone();
                let context = format!("{} {name}", dialect.name);
                assert_ne!(shown, stored, "{context}");
                if is_file {
                    let url = patched.as_str().unwrap();
                    assert!(url.ends_with(shown.as_str().unwrap()), "{context}: {url}");
                } else {
                    assert_eq!(
                        (&patched, &shown),
                        (&json!(value), &json!(value)),
                        "{context}"
                    );
                }
                assert_eq!(dialect.read(&service).body[name], patched, "{context}");
                for (before, after) in before.iter().zip(&after) {
                    assert_ne!(before, after, "{context}");
                }
                forgotten.retain(|other| *other != field);
            }
        }
        assert!(forgotten.is_empty(), "no dialect writes {forgotten:?}");
    });
}
