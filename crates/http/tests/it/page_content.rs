//! What HTML pages offer in addition to inputs: raw data, commands, searches.

use crate::app::{TestApp, get, request};
use crate::pages::{ME, assert_has, assert_lacks, page, submit};

#[actix_web::test]
async fn raw_data_sent_as_they_are_offered_change_nothing() {
    let app = TestApp::new();
    let ada = app.staff("ada");
    let (token, bearer) = (app.token(ada.id), app.bearer(ada.id));
    let update = format!("/api/profile/{}/update/", ada.id.0);
    for (path, credentials) in [(ME, &token), (update.as_str(), &bearer)] {
        let offered = page(&app, path, credentials).await;
        let before = app.send(get(ME, &token)).await.body;
        let text = offered.body.split("name=\"_content\"").nth(1).unwrap();
        let text = text.split_once(">\n").unwrap().1;
        let text = text.split_once("</textarea>").unwrap().0;
        let text = text.replace("&#34;", "\"");
        assert!(text.contains("\"password\": \"$encrypted$\""), "{text}");
        for method in ["PATCH", "PUT"] {
            let fields = [
                ("_method", method),
                ("_content_type", "application/json"),
                ("_content", text.as_str()),
            ];
            let answer = submit(&app, path, credentials, &fields).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
        assert_eq!(app.send(get(ME, &token)).await.body, before);
        assert!(app.send(get(ME, credentials)).await.status < 404);
    }
}

#[actix_web::test]
async fn the_command_of_a_page_sends_its_request_without_secrets() {
    let app = TestApp::new();
    let ada = app.staff("ada");
    let token = app.token(ada.id);
    let fields = [
        ("_method", "PATCH"),
        ("_keep", "mobile_number"),
        ("first_name", "It's"),
        ("mobile_number", ""),
        ("gender", ""),
        ("password", "new-secret"),
        ("current_password", "old-secret"),
        ("other", "unknown"),
    ];
    let path = format!("{ME}?groups=ids&x='&format=api");

    let read = page(&app, &path, &token).await;
    let written = submit(&app, ME, &token, &fields).await;

    let command = "curl -H &#39;Authorization: Token YOUR_TOKEN&#39; \
        &#39;http://localhost:8000/api/users/me/?groups=ids&#38;x=&#39;\\&#39;&#39;&#39;";
    assert_has(&read, &[&format!("<pre id=\"command\">{command}</pre>")]);
    let body = "{&#34;current_password&#34;:&#34;YOUR_PASSWORD&#34;,\
        &#34;first_name&#34;:&#34;It&#39;\\&#39;&#39;s&#34;,&#34;gender&#34;:null,\
        &#34;password&#34;:&#34;YOUR_PASSWORD&#34;}";
    assert_has(
        &written,
        &[
            "curl -X PATCH -H &#39;Authorization: Token YOUR_TOKEN&#39; \
             -H &#39;Content-Type: application/json&#39; --data-raw",
            body,
        ],
    );
    assert_lacks(&written, &["new-secret", "old-secret", "unknown"]);
}

#[actix_web::test]
async fn the_command_of_a_refused_form_keeps_what_was_sent_but_secrets() {
    let app = TestApp::new();
    let (ada, grace) = (app.staff("ada"), app.user("grace", |_| ()));
    let path = format!("/api/profile/{}/update/", grace.id.0);
    let bearer = app.bearer(ada.id);
    let fields = [
        ("csrfmiddlewaretoken", "proof"),
        ("_method", "PATCH"),
        ("_keep", "email"),
        ("email", ""),
        ("first_name", "Typed"),
        ("password", "new-secret"),
    ];
    let raw = [
        ("_method", "PATCH"),
        ("_content_type", "application/json"),
        ("_content", r#"{"gender": "x", "password": "new-secret"}"#),
    ];

    let foreign = submit(&app, &path, &bearer, &fields).await;
    let faulty = submit(&app, ME, &app.token(ada.id), &raw).await;
    let refresh = [("refresh", "eyJ.typed")];
    let refresh = submit(&app, "/api/token/refresh/", "", &refresh).await;

    assert_eq!((foreign.status, faulty.status), (403, 400));
    for (answer, body) in [
        (
            &foreign,
            r#"{"first_name":"Typed","password":"YOUR_PASSWORD"}"#,
        ),
        (&faulty, r#"{"gender": "x", "password": "YOUR_PASSWORD"}"#),
        (&refresh, r#"{"refresh":"YOUR_TOKEN"}"#),
    ] {
        let body = body.replace('"', "&#34;");
        assert_has(answer, &[&format!("--data-raw &#39;{body}&#39; ")]);
        assert_lacks(answer, &["new-secret"]);
    }
}

#[actix_web::test]
async fn lists_are_searched_by_a_form_and_link_to_their_objects() {
    let app = TestApp::new();
    let ada = app.staff("ada");
    app.user("grace", |_| ());
    let token = app.token(ada.id);
    app.send(
        request("POST", "/api/groups/")
            .insert_header(("Authorization", token.as_str()))
            .insert_header(("Content-Type", "application/json"))
            .set_payload(r#"{"name": "Red"}"#),
    )
    .await;

    let path = "/api/users/?search=%22ADA&is_active=TRUE&groups=ids&page=1";
    let users = page(&app, path, &token).await;
    let groups = page(&app, "/api/groups/", &token).await;
    let tokens = page(&app, "/api/auth/tokens/", &token).await;
    let one = page(&app, &format!("/api/users/{}/", ada.id.0), &token).await;

    assert_has(
        &users,
        &[
            "<form class=\"filter\" method=\"get\" role=\"search\"",
            "<input type=\"search\" name=\"search\" value=\"&#34;ADA\"",
            "<option value=\"true\" selected>Yes</option>",
            "<input type=\"hidden\" name=\"groups\" value=\"ids\">",
            "<a href=\"?groups=ids\">Show all</a>",
        ],
    );
    assert_lacks(&users, &["name=\"page\"", "grace"]);
    assert_has(&groups, &["<a href=\"/api/groups/1/\">1</a>"]);
    assert_has(&tokens, &["<a href=\"/api/auth/tokens/1/\">1</a>"]);
    for other in [groups, tokens, one] {
        assert_lacks(&other, &["role=\"search\""]);
    }
    let found = page(&app, "/api/users/?search=ada", &token).await;
    let link = format!("<a href=\"/api/users/{0}/\">{0}</a>", ada.id.0);
    assert_has(&found, &[&link, "&#34;count&#34;: 1,"]);
}
