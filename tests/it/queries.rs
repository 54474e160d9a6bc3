//! The same query selects the same objects on every database.

use acceptance::queries::requests;
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::databases::on_both_databases;

on_both_databases!(a_user_made_by_command_is_found_by_the_instant_that_is_shown);

/// Something for the activity stream to tell of.
fn start(backend: Backend) -> Service {
    let service = Service::start(backend, Data::Tower, &["dialects.tower.bind_tokens=false"]);
    let admin = service.client().token("admin");
    let posts = [
        ("organizations/1/users/", r#"{"id": 5}"#),
        ("organizations/2/admins/", r#"{"id": 3}"#),
        ("teams/1/users/", r#"{"id": 9}"#),
        (
            "organizations/1/users/",
            r#"{"id": 5, "disassociate": true}"#,
        ),
        ("organizations/", r#"{"name": "Zeta"}"#),
    ];
    for (path, body) in posts {
        let path = format!("/api/v1/{path}");
        let answer = admin.send(Request::json("POST", &path, body));
        assert!(
            [201, 204].contains(&answer.status),
            "{path}: {}",
            answer.text()
        );
    }
    service
}

/// What an answer says, but for the times.
fn told(service: &Service, caller: &str, path: &str) -> (u16, Vec<Value>) {
    let answer = service.client().token(caller).get(path);
    let body = answer.json();
    let results = body["results"].as_array().into_iter().flatten();
    let mut told: Vec<Value> = results.map(|object| object["id"].clone()).collect();
    told.extend(["count", "next", "previous", "detail"].map(|key| body[key].clone()));
    (answer.status, told)
}

#[test]
fn both_databases_answer_alike() {
    let test = concat!(module_path!(), "::both_databases_answer_alike");
    let services: Vec<Service> = if Backend::has_postgres(test) {
        Backend::ALL.map(start).into()
    } else {
        vec![start(Backend::Sqlite)]
    };
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(400)
    };

    let outcome = TestRunner::new(config).run(&requests(), |path| {
        for caller in ["admin", "alice"] {
            let told: Vec<_> = services
                .iter()
                .map(|service| told(service, caller, &path))
                .collect();
            proptest::prop_assert!([200, 400, 403, 404].contains(&told[0].0), "{path}");
            proptest::prop_assert!(told.iter().all(|one| *one == told[0]), "{path}: {told:?}");
        }
        Ok(())
    });

    outcome.unwrap();
}

fn a_user_made_by_command_is_found_by_the_instant_that_is_shown(backend: Backend) {
    let service = Service::start(backend, Data::Tower, &["dialects.tower.bind_tokens=false"]);
    service.run(&["user", "create", "--username", "zoe"]);
    let admin = service.client().token("admin");
    let ask = |query: &str| admin.get(&format!("/api/v1/users/?{query}")).json();
    let id = ask("username=zoe")["results"][0]["id"].clone();
    let shown = admin.get(&format!("/api/users/{id}/")).json();
    let created = shown["created_at"].as_str().unwrap_or_default();

    for query in [
        format!("created={created}"),
        format!("created__lte={created}&id={id}"),
        format!("created__gte={created}&id={id}"),
    ] {
        assert_eq!(ask(&query)["count"], 1, "{query}");
    }
}
