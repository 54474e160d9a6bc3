//! What pages offer to do: only what the caller may.

use profiled_domain::User;

use super::Site;
use crate::app::get;

/// The methods that the page of a path offers, of those in question.
async fn offered(site: &Site, caller: &User, path: &str) -> Vec<&'static str> {
    let token = site.app.token(caller.id);
    let request = get(&format!("/api/v1/{path}"), &token).insert_header(("Accept", "text/html"));
    let page = site.app.send(request).await;
    assert_eq!(page.status, 200, "{path}");
    let methods = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let is_offered = |method: &&str| {
        let values = [">", " "].map(|end| format!(r#"value="{method}"{end}"#));
        values.iter().any(|value| page.body.contains(value))
    };
    methods.into_iter().filter(is_offered).collect()
}

#[actix_web::test]
async fn forms_and_buttons_are_for_those_who_may() {
    let site = Site::new();
    let all: &[_] = &["PUT", "PATCH", "DELETE", "OPTIONS"];
    let change: &[_] = &["PUT", "PATCH", "OPTIONS"];
    let none: &[_] = &["OPTIONS"];
    for (caller, path, expected) in [
        (&site.admin, "users/3/", all),
        (&site.admin, "users/1/", change),
        (&site.olga, "users/3/", all),
        (&site.olga, "users/5/", none),
        (&site.alice, "users/3/", change),
        (&site.alice, "users/4/", none),
        (&site.olga, "organizations/1/", all),
        (&site.alice, "organizations/1/", none),
        (&site.olga, "teams/1/", all),
        (&site.alice, "teams/1/", none),
    ] {
        assert_eq!(offered(&site, caller, path).await, expected, "{path}");
    }
}

#[actix_web::test]
async fn creation_form_begins_with_the_defaults_of_a_new_object() {
    let site = Site::new();
    let page = async |caller: &User, path: &str| {
        let token = site.app.token(caller.id);
        let request = get(&format!("/api/v1/{path}"), &token);
        let page = site
            .app
            .send(request.insert_header(("Accept", "text/html")))
            .await;
        page.body
            .replace("&quot;", "\"")
            .replace("&#34;", "\"")
            .replace("&#x22;", "\"")
    };
    for (caller, path, expected) in [
        (&site.olga, "users/", r#""is_superuser": false"#),
        (
            &site.olga,
            "organizations/1/users/",
            r#""is_superuser": false"#,
        ),
        (&site.olga, "organizations/1/teams/", r#""description": """#),
        (&site.admin, "organizations/", r#""description": """#),
        (&site.admin, "teams/", r#""organization": null"#),
    ] {
        let body = page(caller, path).await;
        let (_, form) = body.split_once("_content_type").unwrap_or_default();
        assert!(form.contains(expected), "{path}: {form}");
        assert!(!form.contains("\"password\""), "{path}");
    }
    for (caller, path) in [
        (&site.alice, "users/"),
        (&site.alice, "organizations/1/users/"),
        (&site.alice, "organizations/1/teams/"),
        (&site.olga, "organizations/"),
        (&site.olga, "teams/"),
        (&site.admin, "activity_stream/"),
        (&site.admin, "me/"),
    ] {
        assert!(
            !page(caller, path).await.contains("_content_type"),
            "{path}"
        );
    }
}
