//! What pages offer to do: only what the caller may.

use profiled_domain::User;

use super::Site;
use crate::app::{Response, get, request};
use crate::page_alerts::{alert, assert_alert};
use crate::pages::{assert_has, assert_lacks, without_colours};

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

/// What a browser sends for a form of a page of `users/3/`, alice's.
async fn submit(site: &Site, caller: &User, path: &str, accept: &str, fields: &str) -> Response {
    let token = site.app.token(caller.id);
    let request = request("POST", &format!("/api/v1/{path}"))
        .insert_header(("Authorization", token))
        .insert_header(("Accept", accept))
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .set_payload(fields.to_owned());
    site.app.send(request).await
}

const HTML: &str = "text/html";

#[actix_web::test]
async fn a_form_of_a_page_changes_an_object_and_one_of_a_program_is_refused_as_ever() {
    let site = Site::new();
    let fields = "_method=PATCH&_keep=password&username=alice&first_name=Made&last_name=\
                  &is_superuser=false&password=";

    let program = submit(&site, &site.admin, "users/3/", "application/json", fields).await;
    let before = site.member("users/3/", "first_name").await;
    let page = submit(&site, &site.admin, "users/3/", HTML, fields).await;
    let token = site.app.token(site.admin.id);
    let own = request("PATCH", "/api/v1/users/3/")
        .insert_header(("Authorization", token))
        .insert_header(("Accept", HTML))
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .set_payload("first_name=Own");
    let own = site.app.send(own).await;

    assert_eq!((program.status, page.status, own.status), (415, 200, 415));
    assert_ne!(before, "Made");
    assert_eq!(site.member("users/3/", "first_name").await, "Made");
    assert_has(
        &page,
        &[
            "<b>PATCH</b> /api/v1/users/3/",
            "name=\"first_name\" type=\"text\" value=\"Made\" autocomplete=\"off\" maxlength=\"30\"",
            "Required. 30 characters or fewer. Letters, numbers and @/./+/-/_ characters. Text, at most 30 characters.",
            "<option value=\"false\" selected>No</option>",
            "name=\"password\" type=\"password\" value=\"\"",
            "curl -X PATCH --user YOUR_NAME -H &#39;Content-Type: application/json&#39; --data-raw &#39;{",
        ],
    );
}

#[actix_web::test]
async fn a_refused_form_tells_its_faults_beside_the_fields() {
    let site = Site::new();
    let fields = "_method=PUT&username=&email=nobody&first_name=Typed&password=secret";

    let refused = submit(&site, &site.admin, "users/3/", HTML, fields).await;

    assert_eq!(refused.status, 400);
    assert_has(
        &refused,
        &[
            "<a href=\"#form0-email\">",
            "<li>Enter a valid email address.</li>",
            "<li>This field is required.</li>",
            "value=\"Typed\"",
        ],
    );
    assert_lacks(&refused, &["secret\""]);
}

#[actix_web::test]
async fn what_belongs_to_no_input_stands_in_the_summary() {
    let site = Site::new();
    let team = "_method=POST&name=Twice&organization=1";
    let mut statuses = Vec::new();
    for _ in 0..2 {
        let answer = submit(&site, &site.admin, "teams/", HTML, team).await;
        statuses.push(answer.status);
    }

    let twice = submit(&site, &site.admin, "teams/", HTML, team).await;
    let nobody = "_method=POST&id=99999&_keep=disassociate&disassociate=";
    let nobody = submit(&site, &site.admin, "organizations/1/users/", HTML, nobody).await;

    assert_eq!(statuses, [201, 400]);
    let text = "<p>Team with this Organization and Name already exists.</p>";
    assert_alert(&twice, &["<p>Nothing was changed.</p>", text]);
    assert_eq!(nobody.status, 400);
    assert_alert(&nobody, &["does not exist."]);
    assert_has(&nobody, &["--data-raw &#39;{&#34;id&#34;:99999}&#39; "]);
    assert_has(&nobody, &["name=\"id\" type=\"number\" value=\"99999\""]);
}

#[actix_web::test]
async fn a_form_that_asks_too_much_is_kept_as_it_was_typed() {
    let site = Site::new();
    let path = format!("users/{}/", site.admin.id.0);
    let fields = "_method=PATCH&first_name=Typed&is_superuser=false&password=new-secret";

    let refused = submit(&site, &site.admin, &path, HTML, fields).await;
    let other = submit(&site, &site.alice, "users/4/", HTML, fields).await;

    assert_eq!((refused.status, other.status), (403, 403));
    assert_alert(&refused, &["<p>Cannot change is_superuser"]);
    assert_has(
        &refused,
        &["value=\"Typed\"", "value=\"false\" selected>No"],
    );
    assert_lacks(&refused, &["new-secret"]);
    // What may not be changed has no form.
    assert!(alert(&other).contains("permission"), "{}", alert(&other));
    assert_lacks(&other, &["<textarea", "value=\"Typed\""]);
}

#[actix_web::test]
async fn raw_data_sent_as_they_are_offered_change_nothing() {
    let site = Site::new();
    for path in ["users/3/", "organizations/1/", "teams/1/"] {
        let before = site.send(&site.admin, "GET", path, "").await.body;
        let token = site.app.token(site.admin.id);
        let page = get(&format!("/api/v1/{path}"), &token).insert_header(("Accept", HTML));
        let page = site.app.send(page).await.body;
        let (_, text) = page.split_once("name=\"_content\"").unwrap();
        let (_, text) = text.split_once(">\n").unwrap();
        let text = text
            .split_once("</textarea>")
            .unwrap()
            .0
            .replace("&#34;", "\"");
        let has_password = text.contains(r#""password": "$encrypted$""#);
        assert_eq!(has_password, path == "users/3/", "{text}");
        for method in ["PATCH", "PUT"] {
            let answer = site.send(&site.admin, method, path, &text).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        }
        let after = site.send(&site.admin, "GET", path, "").await.body;
        // Who wrote it last, and when, stands before these.
        let written = |text: &str| {
            let first = if has_password {
                "\"username\""
            } else {
                "\"name\""
            };
            text.split(first).last().map(str::to_owned)
        };
        assert_eq!(written(&after), written(&before), "{path}");
    }
}

#[actix_web::test]
async fn a_form_offers_the_fields_that_its_reader_may_change() {
    let site = Site::new();
    let offered = async |caller: &User| {
        let token = site.app.token(caller.id);
        let page = get("/api/v1/users/3/", &token).insert_header(("Accept", HTML));
        let page = site.app.send(page).await.body;
        ["email", "first_name", "is_superuser", "password"]
            .map(|name| page.contains(&format!("name=\"{name}\"")))
    };

    assert_eq!(offered(&site.alice).await, [true, false, false, true]);
    assert_eq!(offered(&site.olga).await, [true, true, false, true]);
    assert_eq!(offered(&site.admin).await, [true, true, true, true]);
}

#[actix_web::test]
async fn members_are_added_and_removed_by_a_form_of_their_own() {
    let site = Site::new();
    let path = "organizations/1/users/";
    let carol = site.carol.id.0;
    let count = async || site.member(path, "count").await;

    let token = site.app.token(site.admin.id);
    let page = get(&format!("/api/v1/{path}"), &token).insert_header(("Accept", HTML));
    let page = site.app.send(page).await;
    let before = count().await;
    let mut steps = Vec::new();
    for mark in ["_keep=disassociate&disassociate=", "disassociate=true"] {
        let fields = format!("_method=POST&_keep=id&id={carol}&{mark}");
        let answer = submit(&site, &site.admin, path, HTML, &fields).await;
        steps.push((answer.status, count().await.as_i64()));
    }

    assert_has(
        &page,
        &[">Add or remove a user</h2>", "name=\"id\" type=\"number\""],
    );
    assert_eq!(page.body.matches("name=\"_content\"").count(), 1);
    let before = before.as_i64();
    assert_eq!(steps, [(200, before.map(|n| n + 1)), (200, before)]);
}

#[actix_web::test]
async fn lists_have_a_search_box_that_keeps_the_rest_of_the_query() {
    let site = Site::new();
    let page = async |path: &str| {
        let token = site.app.token(site.alice.id);
        let request = get(&format!("/api/v1/{path}"), &token);
        site.app.send(request.insert_header(("Accept", HTML))).await
    };

    let users = page("users/?search=ALI&is_superuser=true&order_by=-id&page=1").await;
    let none = page("activity_stream/").await;

    assert_eq!(users.status, 200);
    assert_has(
        &users,
        &[
            "<input type=\"search\" name=\"search\" value=\"ALI\"",
            "<input type=\"checkbox\" name=\"is_superuser\" value=\"true\" checked id=\"filter-is_superuser\">",
            "<input type=\"hidden\" name=\"order_by\" value=\"-id\">",
            "<a href=\"?order_by=-id\">Show all</a>",
        ],
    );
    assert_lacks(&users, &["name=\"page\""]);
    assert_lacks(&none, &["role=\"search\""]);
    let found = page("users/?search=ALI").await;
    let json = without_colours(&found.body);
    assert!(json.contains("&#34;count&#34;: 1,"), "{json}");
}
