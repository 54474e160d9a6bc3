//! The clients of a project, after their service has changed.

use acceptance::client::Client;
use acceptance::replay::wire::Answer;
use acceptance::service::Service;
use serde_json::{Value, json};

use super::kind::Kind;
use super::project::Project;
use crate::jwt_tokens::{post, refresh};

/// Every client gets from the service what Django gives it.
pub fn ask(service: &Service, kind: &Kind, project: &Project, name: &str) {
    let asked = Asked {
        client: service.client(),
        kind,
        name,
    };
    for person in project.people.as_array().unwrap() {
        asked.log_in(person);
        asked.use_tokens(person);
        asked.use_access_tokens(person);
        asked.use_refresh_tokens(person);
    }
}

struct Asked<'a> {
    client: Client,
    kind: &'a Kind,
    name: &'a str,
}

/// Credentials of a kind, and whether Django takes them.
fn credentials<'a>(person: &'a Value, kind: &str) -> impl Iterator<Item = (&'a str, bool)> {
    let all = person[kind].as_array().unwrap().iter();
    all.map(|pair| (pair[0].as_str().unwrap(), pair[1].as_bool().unwrap()))
}

impl Asked<'_> {
    fn log_in(&self, person: &Value) {
        let is_right = person["is_right"].as_bool().unwrap();
        let password = person["password"].as_str().unwrap_or("anything");
        let field = if self.kind.settings.contains(&"auth.username_field=email") {
            "email"
        } else {
            "username"
        };
        let login = &person["login"];
        for (password, is_right) in [(password, is_right), ("wrong", false)] {
            let answer = post(
                &self.client,
                "/api/token/",
                &json!({field: login, "password": password}),
            );
            assert_eq!(
                answer.status,
                if is_right { 200 } else { 401 },
                "{}: {person:#} {}",
                self.name,
                answer.text()
            );
            let answer = post(
                &self.client,
                "/api/auth/token/",
                &json!({"username": login, "password": password}),
            );
            assert_eq!(
                answer.status,
                if is_right { 200 } else { 400 },
                "{}: {person:#} {}",
                self.name,
                answer.text()
            );
        }
    }

    fn use_tokens(&self, person: &Value) {
        for (key, is_taken) in credentials(person, "tokens") {
            let caller = self.client.authorization(&format!("Token {key}"));
            let answer = caller.get("/api/users/me/");
            match (is_taken, person["profile"]["is_staff"].as_bool().unwrap()) {
                (false, _) => assert_eq!(answer.status, 401, "{}: {person:#}", self.name),
                (true, false) => assert_eq!(answer.status, 403, "{}: {person:#}", self.name),
                (true, true) => self.is_shown(&answer, &person["me"]),
            }
        }
    }

    fn use_access_tokens(&self, person: &Value) {
        for (token, is_taken) in credentials(person, "access") {
            let answer = self
                .client
                .authorization(&format!("Bearer {token}"))
                .post("/api/profile/");
            assert_eq!(
                answer.status == 200,
                is_taken,
                "{}: {person:#} {}",
                self.name,
                answer.text()
            );
            if is_taken {
                self.is_shown(&answer, &person["profile"]);
            }
        }
    }

    fn use_refresh_tokens(&self, person: &Value) {
        for (token, is_taken) in credentials(person, "refresh") {
            let answer = refresh(&self.client, token);
            assert_eq!(
                answer.status == 200,
                is_taken,
                "{}: {person:#} {}",
                self.name,
                answer.text()
            );
        }
    }

    /// The answer shows everything that Django has.
    fn is_shown(&self, answer: &Answer, expected: &Value) {
        assert_eq!(
            answer.status,
            200,
            "{}: {} for {expected:#}",
            self.name,
            answer.text()
        );
        let shown = answer.json();
        for (field, value) in expected.as_object().unwrap() {
            let found = match field.as_str() {
                "groups" => groups(&shown["groups"]),
                "avatar" => shown["avatar"].as_str().map_or(Value::Null, |url| {
                    json!(url.split_once("/media/").unwrap().1)
                }),
                field => shown[field].clone(),
            };
            assert_eq!(&found, value, "{}: {field} of {shown:#}", self.name);
        }
    }
}

/// Names and notes.
fn groups(shown: &Value) -> Value {
    let groups = shown.as_array().unwrap().iter();
    groups
        .map(|group| json!([group["name"], group["notes"]]))
        .collect()
}
