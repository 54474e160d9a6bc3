//! Projects with settings of simplejwt that are not its defaults, dumped and imported: their clients are answered alike by real
//! Django and by the service.

use std::path::Path;
use std::process::Command;

use acceptance::python::Python;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::jwt_packages::PACKAGES;

mod keys;
mod projects;

const SCRIPT: &str = "simplejwt_settings.py";
const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const DOCUMENT: &str = include_str!("../../docs/dialects/jwt.md");

/// The code that the document gives for writing settings as JSON.
fn dump_code() -> &'static str {
    let code = DOCUMENT.split("```python\n").nth(1).unwrap();
    code.split("```").next().unwrap()
}

/// A project, and what its clients ask.
struct Project {
    simple_jwt: Value,
    blacklist: bool,
    tokens: Value,
    requests: Vec<(&'static str, Option<&'static str>, Value)>,
    /// What an operator sets besides what is imported.
    more: &'static [&'static str],
}

/// What came of it: the service with the imported settings, tokens by name, and the warnings.
struct Moved {
    service: Service,
    tokens: Value,
    warnings: Value,
}

fn token(kind: &str) -> Value {
    json!({"kind": kind, "user": "alice"})
}

fn with(kind: &str, change: &Value) -> Value {
    let mut token = token(kind);
    for (name, value) in change.as_object().unwrap() {
        token[name] = value.clone();
    }
    token
}

impl Project {
    fn asked(&self) -> Value {
        json!({
            "simple_jwt": self.simple_jwt, "secret_key": KEY, "blacklist": self.blacklist,
            "dump_code": dump_code(), "tokens": self.tokens,
            "requests": self.requests.iter().map(|(path, value, body)| json!([path, value, body])).collect::<Vec<_>>(),
        })
    }

    /// Asks Django, imports what it dumps, and asks the service the same.
    fn move_over(&self, python: &Python) -> Moved {
        let theirs = python.run(SCRIPT, &self.asked());
        let (settings, warnings) = imported(&theirs["dump"]);
        // Tests have a key of their own otherwise.
        let none = ["auth.jwt.signing_key="].into_iter();
        let settings = none.chain(settings.iter().map(String::as_str));
        let settings: Vec<&str> = settings.chain(self.more.iter().copied()).collect();
        let data = theirs["data"].as_str().unwrap();
        let service = Service::start(Backend::Sqlite, Data::Dump(data), &settings);
        let moved = Moved {
            service,
            tokens: theirs["tokens"].clone(),
            warnings,
        };
        for (number, request) in self.requests.iter().enumerate() {
            let ours = moved.ask(&self.simple_jwt, request);
            assert_alike(
                &theirs["answers"][number],
                &ours,
                &format!("{number}: {request:?}"),
            );
        }
        moved
    }
}

/// Settings of ours as `--set` takes them, and the warnings.
fn imported(dump: &Value) -> (Vec<String>, Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("simplejwt.json");
    std::fs::write(&file, dump.to_string()).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_profiled-of-acceptance"));
    let mut command = Command::new(program);
    let command = command
        .args(["--json", "import", "settings-simplejwt"])
        .arg(&file);
    let output = command.current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let settings = report["settings"].as_object().unwrap();
    let settings = settings.iter().map(|(key, value)| match value {
        Value::String(text) => format!("{key}={text}"),
        Value::Array(_) if key == "auth.jwt.audience" => format!("{key}={value}"),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| item.as_str().unwrap()).collect();
            format!("{key}={}", items.join(","))
        }
        other => format!("{key}={other}"),
    });
    (settings.collect(), report["warnings"].clone())
}

impl Moved {
    fn ask(&self, simple_jwt: &Value, (path, value, body): &(&str, Option<&str>, Value)) -> Answer {
        let name = simple_jwt["AUTH_HEADER_NAME"].as_str();
        let name = name.map_or("Authorization".to_owned(), |name| {
            name.trim_start_matches("HTTP_").replace('_', "-")
        });
        let body = if body.is_null() {
            json!({})
        } else {
            body.clone()
        };
        let mut request = Request::json("POST", path, &self.filled(&body.to_string()));
        if let Some(value) = value {
            request = request.header(&name, &self.filled(value));
        }
        self.service.client().anonymous().send(request)
    }

    fn filled(&self, text: &str) -> String {
        let tokens = self.tokens.as_object().unwrap().iter();
        tokens.fold(text.to_owned(), |text, (name, token)| {
            text.replace(&format!("{{{name}}}"), token.as_str().unwrap())
        })
    }
}

/// Refusals are the same byte for byte. Bodies of success have the same members, and tokens in them the same claims.
fn assert_alike(theirs: &Value, ours: &Answer, request: &str) {
    let challenge = ours.header("WWW-Authenticate");
    assert_eq!(
        json!([ours.status, challenge]),
        json!([theirs[0], theirs[2]]),
        "{request}: {}\n{}",
        ours.text(),
        theirs[1]
    );
    let text = theirs[1].as_str().unwrap();
    if ours.status != 200 {
        assert_eq!(ours.text(), text, "{request}");
        return;
    }
    let (ours, theirs): (Value, Value) = (ours.json(), serde_json::from_str(text).unwrap());
    if let Some(username) = theirs.get("username") {
        assert_eq!(&ours["username"], username, "{request}");
        return;
    }
    let names = |body: &Value| {
        body.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&ours), names(&theirs), "{request}");
    for name in names(&ours) {
        let [ours, theirs] = [&ours, &theirs].map(|body| claims(body[&name].as_str().unwrap()));
        assert_eq!(shape(&ours), shape(&theirs), "{request}: {name}");
    }
}

/// Claims in their order.
fn claims(token: &str) -> Vec<(String, Value)> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap());
    let text = String::from_utf8(payload.unwrap()).unwrap();
    let claims: Value = serde_json::from_str(&text).unwrap();
    let mut claims: Vec<_> = claims.as_object().unwrap().clone().into_iter().collect();
    claims.sort_by_key(|(name, _)| text.find(&format!("\"{name}\":")));
    claims
}

/// Claims with the life of the token to ten seconds, and without other instants and what is random.
fn shape(claims: &[(String, Value)]) -> Vec<(String, Value)> {
    let made = claims.iter().find(|(name, _)| name == "iat");
    let made = made.unwrap().1.as_i64().unwrap();
    let shaped = claims.iter().map(|(name, value)| {
        let value = match value.as_i64() {
            Some(at) if name == "exp" => json!((at - made + 5) / 10 * 10),
            Some(at) if at >= made => json!("instant"),
            _ if value.as_str().is_some_and(|text| text.len() == 32) => json!("random"),
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    shaped.collect()
}

fn python(test: &str) -> Option<Python> {
    Python::with(test, "simplejwt", &PACKAGES)
}

const PROFILE: &str = "/api/profile/";
const LOGIN: (&str, &str) = ("alice", "alice-pass-9");

fn login() -> Value {
    json!({"username": LOGIN.0, "password": LOGIN.1})
}
