//! The OpenAPI document: what it says of the routes, and how it is sent.

use std::collections::BTreeSet;

use profiled_http::{AppState, DrfScheme};
use serde_json::Value;

use crate::app::{TestApp, request};

/// Methods and paths of the document.
fn described(document: &Value) -> BTreeSet<(String, String)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let pairs = paths.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(move |method| (path.clone(), method.to_uppercase()))
    });
    pairs.collect()
}

/// Methods and paths of the router. HEAD is what GET is.
fn routed(state: &AppState) -> BTreeSet<(String, String)> {
    let pairs = state.routes().iter().flat_map(|route| {
        let methods = route.allow.to_str().unwrap().split(", ");
        let methods = methods.filter(|method| *method != "HEAD");
        methods.map(|method| (route.pattern.clone(), method.to_owned()))
    });
    pairs.collect()
}

fn document_of(state: &AppState) -> Value {
    serde_json::to_value(state.openapi()).unwrap()
}

#[test]
fn paths_and_methods_are_those_of_the_router() {
    type Change = fn(&mut TestApp);
    let changes: [Change; 7] = [
        |_| (),
        |app| app.dialects.tower_v2.enabled = false,
        |app| app.dialects.drf.lists = false,
        |app| app.dialects.drf.enabled = false,
        |app| app.dialects.jwt.enabled = false,
        |app| app.dialects.tower.enabled = false,
        |app| app.http.browsable = false,
    ];
    let mut sizes = BTreeSet::new();

    for change in changes {
        let mut app = TestApp::new();
        change(&mut app);
        let state = app.state();
        let (described, routed) = (described(&document_of(&state)), routed(&state));
        assert_eq!(described, routed);
        sizes.insert(described.len());
    }

    assert!(sizes.len() > 4, "the settings change nothing: {sizes:?}");
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_how_it_ends_well() {
    let mut app = TestApp::new();
    app.dialects.tower_v2.enabled = true;
    let document = document_of(&app.state());
    let items = document["paths"].as_object().unwrap().iter();
    let operations = items.flat_map(|(path, item)| {
        let operations = item.as_object().unwrap().values();
        operations.map(move |operation| (path, operation))
    });
    let mut names = BTreeSet::new();

    for (path, operation) in operations {
        let name = operation["operationId"].as_str().unwrap();
        assert!(names.insert(name.to_owned()), "{name} twice");
        let statuses = operation["responses"].as_object().unwrap().keys();
        let ends_well = statuses
            .clone()
            .any(|status| status.starts_with(['2', '3']));
        // Of what this service never has, there is no object.
        let is_nothing = operation["summary"] == "Empty List" && path.ends_with("{id}/");
        assert!(ends_well || is_nothing, "{name}: {statuses:?}");
        assert!(
            operation["tags"][0].is_string() && operation["security"].is_array(),
            "{name}"
        );
    }
}

#[test]
fn credentials_are_those_that_the_settings_take() {
    let mut app = TestApp::new();
    app.dialects.drf.authenticators = vec![DrfScheme::Token, DrfScheme::Jwt];
    app.dialects.tower_v2.enabled = true;
    let document = document_of(&app.state());
    let security =
        |path: &str, method: &str| document["paths"][path][method]["security"].to_string();

    assert_eq!(
        security("/api/users/me/", "get"),
        r#"[{"token":[]},{"jwt":[]}]"#
    );
    assert_eq!(
        security("/api/auth/token/", "post"),
        r#"[{"token":[]},{"jwt":[]},{}]"#
    );
    assert_eq!(security("/api/token/", "post"), "[]");
    assert_eq!(
        security("/api/v1/me/", "get"),
        r#"[{"basic":[]},{"token":[]}]"#
    );
    assert_eq!(
        security("/api/v2/users/{id}/", "patch"),
        r#"[{"basic":[]},{"token":[]},{"bearer":[]},{"cookie":[],"csrf":[]}]"#
    );
}

#[test]
fn fields_of_bodies_are_those_that_options_describes() {
    let document = document_of(&TestApp::new().state());
    let body = &document["paths"]["/api/users/me/"]["patch"]["requestBody"]["content"];
    let json = &body["application/json"]["schema"]["properties"];
    let multipart = &body["multipart/form-data"]["schema"]["properties"];
    let shown = &document["components"]["schemas"]["drf.User"];

    assert_eq!(json["username"]["maxLength"], 150);
    assert_eq!(
        json["gender"]["enum"].to_string(),
        r#"["male","female","other",null]"#
    );
    assert_eq!(json["avatar"]["type"], "null");
    assert_eq!(multipart["avatar"]["format"], "binary");
    assert_eq!(json["password"]["writeOnly"], true);
    assert!(json["id"].is_null() && shown["properties"]["password"].is_null());
    assert_eq!(
        shown["properties"]["last_login"]["type"].to_string(),
        r#"["string","null"]"#
    );
    assert_eq!(shown["properties"]["last_login"]["format"], "date-time");
    assert_eq!(shown["properties"]["id"]["readOnly"], true);
    let required = shown["required"].as_array().unwrap();
    assert!(required.contains(&Value::from("email")));
}

#[actix_web::test]
async fn document_is_sent_as_json_or_yaml_to_everybody() {
    let app = TestApp::new();
    let document = document_of(&app.state());

    let json = app.send(request("GET", "/api/schema/")).await;
    let yaml = app.send(request("GET", "/api/schema/?format=yaml")).await;
    let asked = request("GET", "/api/schema/").insert_header(("Accept", "application/yaml"));
    let asked = app.send(asked).await;
    let tag = json.header("ETag").unwrap().to_owned();
    let again = request("GET", "/api/schema/").insert_header(("If-None-Match", tag));
    let again = app.send(again).await;

    assert_eq!(json.header("Content-Type"), Some("application/json"));
    assert_eq!(serde_json::from_str::<Value>(&json.body).unwrap(), document);
    assert_eq!(yaml.header("Content-Type"), Some("application/yaml"));
    assert!(yaml.body.starts_with("openapi: 3.1.0\n"));
    assert_eq!(asked.body, yaml.body);
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_ne!(json.header("ETag"), yaml.header("ETag"));
    assert_eq!(json.header("Vary"), Some("Accept"));
}

#[actix_web::test]
async fn what_the_document_cannot_be_is_refused() {
    let app = TestApp::new();

    let unknown = app.send(request("GET", "/api/schema/?format=xml")).await;
    let html = request("GET", "/api/schema/").insert_header(("Accept", "text/html"));
    let html = app.send(html).await;
    let write = app.send(request("POST", "/api/schema/")).await;
    let slash = app.send(request("GET", "/api/schema?format=yaml")).await;

    assert_eq!((unknown.status, html.status, write.status), (404, 406, 405));
    assert_eq!(write.header("Allow"), Some("GET, HEAD"));
    assert_eq!(slash.status, 301);
    assert_eq!(slash.header("Location"), Some("/api/schema/?format=yaml"));
}
