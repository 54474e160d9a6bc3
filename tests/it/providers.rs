//! Tokens of a real identity provider, by the recipe of `docs/PROVIDERS.md`, and clients that introspect.

use acceptance::provider::Node;
use acceptance::replay::wire::Answer;
use acceptance::service::{Backend, Data, Service};
use serde_json::{Value, json};

const RECIPES: &str = include_str!("../../docs/PROVIDERS.md");
const ALGORITHMS: [&str; 4] = ["RS256", "ES256", "ES512", "EdDSA"];

/// The settings under a heading, with the issuer that there is in place of the one that is written.
fn recipe(heading: &str, issuer: &str) -> String {
    let section = RECIPES.split(&format!("\n## {heading}\n")).nth(1).unwrap();
    let block = section.split("```toml\n").nth(1).unwrap();
    let block = block.split("\n```").next().unwrap();
    let mut members = serde_json::Map::new();
    for line in block.lines().skip(1) {
        let (name, value) = line.split_once(" = ").unwrap();
        members.insert(name.to_owned(), serde_json::from_str(value).unwrap());
    }
    members.insert("issuer".to_owned(), json!(issuer));
    format!("auth.jwt.issuers={}", json!([members]))
}

fn ask(service: &Service, token: &str) -> Answer {
    let caller = service.client().authorization(&format!("Bearer {token}"));
    caller.post("/api/profile/")
}

#[test]
fn tokens_of_node_oidc_provider_open_the_profile_of_their_user() {
    let Some(node) = Node::find("tokens_of_node_oidc_provider_open_the_profile_of_their_user")
    else {
        return;
    };
    let provider = node.provider();
    let issuers = recipe("node-oidc-provider", provider.issuer());
    let service = Service::start(Backend::Sqlite, Data::Jwt, &[&issuers]);

    for algorithm in ALGORITHMS {
        let answer = ask(&service, provider.token(algorithm));
        assert_eq!(answer.status, 200, "{algorithm}: {}", answer.text());
        assert_eq!(answer.json()["username"], "alice");
    }
    let other = issuers.replace("profile-api", "another-api");
    let elsewhere = Service::start(Backend::Sqlite, Data::Jwt, &[&other]);
    assert_eq!(ask(&elsewhere, provider.token("ES256")).status, 401);
}

#[test]
fn oauth4webapi_introspects_with_either_way_of_authentication() {
    let Some(node) = Node::find("oauth4webapi_introspects_with_either_way_of_authentication")
    else {
        return;
    };
    let clients = r#"auth.introspection.clients=[{"id": "billing", "secret": "sample+introspection/secret-for-tests-only"}]"#;
    let service = Service::start(Backend::Sqlite, Data::Jwt, &[clients]);
    let token = acceptance::access_token(2).unwrap();
    let address = format!("http://{}", service.address());

    for way in ["ClientSecretPost", "ClientSecretBasic"] {
        let told: Value = node.run("introspect.mjs", &[&address, &token, way]);
        assert_eq!(
            (&told["active"], &told["username"]),
            (&json!(true), &json!("alice")),
            "{way}"
        );
    }
}
