//! The reference page that is made of the OpenAPI document.

use crate::app::{TestApp, request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

async fn page(app: &TestApp, path: &str) -> crate::app::Response {
    app.send(request("GET", path)).await
}

#[actix_web::test]
async fn each_dialect_has_its_operations_with_fields_answers_and_commands() {
    let app = TestApp::new();

    let drf = page(&app, "/api/docs/").await;
    let tower = page(&app, "/api/docs/?dialect=tower").await;
    let unknown = page(&app, "/api/docs/?dialect=soap").await;

    assert_eq!((drf.status, tower.status, unknown.status), (200, 200, 404));
    for part in [
        r#"id="patch_users_me" data-method="PATCH" data-target="/api/users/me/""#,
        "<code>gender</code>",
        "text or null: &#34;male&#34;, &#34;female&#34;, &#34;other&#34;, null",
        "text, at most 128 characters",
        r##"<a href="#schema-drf.User">drf.User</a>"##,
        r#"id="schema-drf.User""#,
        "-H &#39;Authorization: Token YOUR_TOKEN&#39;",
        "&#34;$BASE/api/users/me/&#34;",
        "BASE=http://localhost:8000</pre>",
    ] {
        assert!(drf.body.contains(part), "{part}");
    }
    assert!(tower.body.contains(r#"id="get_v1_users_by_id_teams""#));
    // A press of a button takes nothing away that was not named.
    let sent = |id: &str| {
        let (_, rest) = tower.body.split_once(&format!("id=\"{id}\"")).unwrap();
        rest.split_once('>').unwrap().0
    };
    let change = sent("patch_v1_users_by_id");
    assert!(
        change.contains("data-target=\"/api/v1/users/{id}/\""),
        "{change}"
    );
    assert!(change.contains("first_name"), "{change}");
    assert!(
        !change.contains("password") && !change.contains("is_superuser"),
        "{change}"
    );
    assert!(!sent("post_v1_organizations_by_id_users").contains("disassociate"));
    assert!(!drf.body.contains("get_v1_") && !tower.body.contains("get_users_me"));
}

#[actix_web::test]
async fn page_runs_its_own_script_alone_and_asks_this_server_alone() {
    let app = TestApp::new();

    let docs = page(&app, "/api/docs/").await;
    let policy = docs.header("Content-Security-Policy").unwrap();
    let other = request("GET", "/").insert_header(("Accept", "text/html"));
    let other = app.send(other).await;

    let (_, script) = docs.body.split_once("<script>").unwrap();
    let (script, _) = script.split_once("</script>").unwrap();
    let own = STANDARD.encode(Sha256::digest(script));
    let ends = format!("; script-src 'sha256-{own}'; connect-src 'self'");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(policy.ends_with(&ends), "{policy}");
    // Browsers heed the first of two.
    assert_eq!(policy.matches("script-src").count(), 1, "{policy}");
    assert_eq!(docs.body.matches("<script").count(), 1);
    let others = other.header("Content-Security-Policy").unwrap();
    assert!(!others.contains(&own) && !others.contains("connect-src"));
}

#[actix_web::test]
async fn page_is_off_where_pages_are_and_the_document_is_not() {
    let mut app = TestApp::new();
    app.http.browsable = false;

    let docs = page(&app, "/api/docs/").await;
    let without_slash = page(&app, "/api/docs").await;
    let schema = page(&app, "/api/schema/").await;

    assert_eq!(
        (docs.status, without_slash.status, schema.status),
        (404, 404, 200)
    );
}

#[actix_web::test]
async fn page_is_only_read() {
    let app = TestApp::new();

    let written = app.send(request("POST", "/api/docs/")).await;
    let slash = page(&app, "/api/docs").await;

    assert_eq!(written.status, 405);
    assert_eq!(slash.header("Location"), Some("/api/docs/"));
}
