//! What is written by forms with the cookie of a log-in.

use profiled_domain::{UserId, UserLookup, UserRepository};

use crate::app::{TestApp, get, request};
use crate::page_sessions::{cookies, location, notice, proof, proved};
use crate::pages::{ME, assert_has, assert_lacks, browse, send_form, without_colours};

const FORM: &str = "application/x-www-form-urlencoded";

#[actix_web::test]
async fn a_profile_is_changed_by_form_in_each_dialect_and_loading_again_sends_nothing() {
    let app = TestApp::new();
    let grace = app.user("grace", |user| {
        user.is_staff = true;
        user.is_superuser = true;
    });
    let cookies = cookies(&app, "grace").await;
    let id = grace.id.0;
    let raw = "_content_type=application/json&_content=%7B%22first_name%22:%22Name%22%7D";
    let places = [
        (
            ME.to_owned(),
            ME.to_owned(),
            "_method=PATCH&first_name=Name",
        ),
        (
            format!("/api/profile/{id}/update/"),
            "/api/profile/".to_owned(),
            "_method=PATCH&first_name=Name",
        ),
        (
            format!("/api/v1/users/{id}/"),
            format!("/api/v1/users/{id}/"),
            "",
        ),
        (
            format!("/api/v2/users/{id}/"),
            format!("/api/v2/users/{id}/"),
            "",
        ),
    ];

    for (at, (path, next, fields)) in places.into_iter().enumerate() {
        let name = format!("Name{at}");
        let fields = if fields.is_empty() {
            format!("_method=PATCH&{raw}")
        } else {
            fields.to_owned()
        };
        let fields = proved(&cookies, &fields.replace("Name", &name));
        let sent = send_form(&app, &path, &cookies, &fields).await;

        assert_eq!((sent.status, sent.body.as_str()), (303, ""), "{path}");
        assert_eq!(location(&sent), next);
        assert_eq!(notice(&sent).as_deref(), Some("saved"));
        let seen = format!("{cookies}; notice=saved");
        let shown = browse(&app, &next, &seen).await;
        assert_eq!(shown.status, 200, "{next}");
        assert_has(&shown, &[&name, "role=\"status\">Saved.</p>"]);
        let cleared = shown.cookies();
        assert!(
            cleared.iter().any(|cookie| cookie.starts_with("notice=;")),
            "{cleared:?}"
        );
        let again = browse(&app, &next, &cookies).await;
        assert_lacks(&again, &["role=\"status\""]);
    }
}

/// Contract `tower.md`, section 12, item 7: pages by other credentials are recorded without.
#[actix_web::test]
async fn raw_data_for_a_new_user_have_a_password_where_somebody_has_logged_in() {
    let app = TestApp::new();
    let grace = app.user("grace", |user| user.is_superuser = true);
    let cookies = cookies(&app, "grace").await;
    let password = "&quot;password&quot;: &quot;&quot;";
    let text = |body: &str| body.replace("&#34;", "&quot;");

    let by_cookie = browse(&app, "/api/v1/users/", &cookies).await;
    let by_token = get("/api/v1/users/", &app.token(grace.id));
    let by_token = app
        .send(by_token.insert_header(("Accept", "text/html")))
        .await;

    assert!(text(&by_cookie.body).contains(password));
    assert!(text(&by_token.body).contains("name=\"_content\""));
    assert!(!text(&by_token.body).contains("&quot;password"));
}

#[actix_web::test]
async fn a_write_by_cookie_needs_the_proof_of_a_page_in_each_dialect() {
    let app = TestApp::new();
    let grace = app.user("grace", |user| {
        user.is_staff = true;
        user.is_superuser = true;
    });
    let cookies = cookies(&app, "grace").await;
    let id = grace.id.0;
    let paths = [
        ME.to_owned(),
        format!("/api/profile/{id}/update/"),
        format!("/api/profile/{id}/delete/"),
        format!("/api/v1/users/{id}/"),
        format!("/api/v2/users/{id}/"),
        "/api/groups/".to_owned(),
        "/api/auth/logoutall/".to_owned(),
    ];
    let field = proof(&cookies).to_owned();
    let method = |path: &str| match path {
        "/api/groups/" | "/api/auth/logoutall/" => "POST",
        path if path.ends_with("delete/") => "DELETE",
        _ => "PATCH",
    };

    for path in &paths {
        let fields = format!("_method={}&first_name=Mallory&name=Mallory", method(path));
        for wrong in ["", "csrfmiddlewaretoken=", "csrfmiddlewaretoken=x"] {
            let sent = send_form(&app, path, &cookies, &format!("{wrong}&{fields}")).await;
            assert_eq!(sent.status, 403, "{path} {wrong}");
        }
        for origin in ["http://evil.example", "null", "http://localhost:8001"] {
            let foreign = request("POST", path)
                .insert_header(("Accept", "text/html"))
                .insert_header(("Cookie", cookies.as_str()))
                .insert_header(("Content-Type", FORM))
                .insert_header(("Origin", origin))
                .set_payload(format!("csrfmiddlewaretoken={field}&{fields}"));
            assert_eq!(app.send(foreign).await.status, 403, "{path} {origin}");
        }
        // Without a form there is a header, or nothing.
        let json = request(method(path), path)
            .insert_header(("Accept", "text/html"))
            .insert_header(("Cookie", cookies.as_str()))
            .insert_header(("Content-Type", "application/json"))
            .set_payload(format!("{{\"csrfmiddlewaretoken\": \"{field}\"}}"));
        assert_eq!(app.send(json).await.status, 403, "{path}");
    }
    let unchanged = app.repository.find_user(&UserLookup::Id(UserId(id)));
    assert_eq!(unchanged.unwrap().unwrap(), grace);
}

#[actix_web::test]
async fn forms_of_a_page_repeat_the_cookie_and_a_missing_one_is_set() {
    let app = TestApp::new();
    app.staff("grace");
    let cookies = cookies(&app, "grace").await;
    let (session, _) = cookies.split_once("; ").unwrap();

    let known = browse(&app, ME, &cookies).await;
    let unknown = browse(&app, ME, session).await;

    let field = |value: &str| format!("name=\"csrfmiddlewaretoken\" value=\"{value}\"");
    assert_has(&known, &[&field(proof(&cookies))]);
    assert!(known.cookies().is_empty());
    let [set] = unknown.cookies().try_into().unwrap();
    let set: String = set;
    let value = set
        .strip_prefix("csrftoken=")
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    let forms = unknown.body.matches("<form").count();
    assert_eq!(unknown.body.matches(&field(value)).count(), forms);
    assert!(forms >= 3, "{forms}");
    for path in ["/api/", "/api/login/", "/login/"] {
        assert_eq!(
            browse(&app, path, session).await.cookies().len(),
            1,
            "{path}"
        );
    }
}

#[actix_web::test]
async fn whoever_deletes_the_own_account_is_led_out() {
    let app = TestApp::new();
    let ada = app.user("ada", |_| ());
    let cookies = cookies(&app, "ada").await;
    let id = ada.id.0;

    let profile = browse(&app, "/api/profile/", &cookies).await;
    let path = format!("/api/profile/{id}/delete/");
    let deleted = send_form(&app, &path, &cookies, &proved(&cookies, "_method=DELETE")).await;

    assert_has(
        &profile,
        &[
            &format!("action=\"/api/profile/{id}/update/\""),
            &format!("action=\"{path}\""),
        ],
    );
    assert_lacks(&profile, &["value=\"POST\""]);
    assert_eq!((deleted.status, location(&deleted)), (303, "/"));
    assert_eq!(notice(&deleted).as_deref(), Some("deleted"));
    assert!(
        deleted
            .cookies()
            .iter()
            .any(|cookie| cookie.starts_with("sessionid=;"))
    );
    assert_eq!(browse(&app, "/api/profile/", &cookies).await.status, 401);
}

#[actix_web::test]
async fn what_is_made_and_deleted_by_form_leads_to_its_page_and_to_the_list() {
    let app = TestApp::new();
    app.staff("grace");
    let cookies = cookies(&app, "grace").await;

    let made = proved(&cookies, "_method=POST&name=Red");
    let made = send_form(&app, "/api/groups/", &cookies, &made).await;
    let path = location(&made).to_owned();
    let refused = proved(&cookies, "_method=POST&name=Red");
    let refused = send_form(&app, "/api/groups/", &cookies, &refused).await;
    let deleted = send_form(&app, &path, &cookies, &proved(&cookies, "_method=DELETE")).await;

    assert_eq!(
        (made.status, notice(&made).as_deref()),
        (303, Some("created"))
    );
    assert!(path.starts_with("/api/groups/"), "{path}");
    assert_eq!(refused.status, 400);
    assert_has(&refused, &["group with this name already exists."]);
    assert_eq!(deleted.status, 303);
    assert_eq!(location(&deleted), "/api/groups/");
    assert_eq!(notice(&deleted).as_deref(), Some("deleted"));
}

#[actix_web::test]
async fn a_new_password_ends_all_log_ins_but_the_one_that_asked() {
    let app = TestApp::new();
    app.staff("grace");
    let [own, other] = [cookies(&app, "grace").await, cookies(&app, "grace").await];
    let fields = "_method=PATCH&password=Brand-New-Secret-77&current_password=secret";

    let changed = send_form(&app, ME, &own, &proved(&own, fields)).await;

    assert_eq!((changed.status, location(&changed)), (303, ME));
    assert_eq!(browse(&app, ME, &own).await.status, 200);
    assert_eq!(browse(&app, ME, &other).await.status, 401);
}

#[actix_web::test]
async fn a_key_that_is_shown_once_is_shown() {
    let app = TestApp::new();
    app.staff("grace");
    let cookies = cookies(&app, "grace").await;

    let fields = proved(&cookies, "_method=POST&label=laptop");
    let made = send_form(&app, "/api/auth/tokens/", &cookies, &fields).await;

    assert_eq!(made.status, 201);
    assert_has(&made, &["&#34;key&#34;: &#34;"]);
    assert_eq!(made.header("Cache-Control"), Some("no-store"));
}

#[actix_web::test]
async fn a_key_that_is_shown_once_is_made_once_when_its_page_is_loaded_again() {
    let app = TestApp::new();
    app.staff("grace");
    let before = cookies(&app, "grace").await;
    let session = before.split(';').next().unwrap();
    let tokens = "/api/auth/tokens/";
    let count = async |cookies: &str| {
        let list = without_colours(&browse(&app, tokens, cookies).await.body);
        let (_, rest) = list.split_once("&#34;count&#34;: ").unwrap();
        rest.split(',').next().unwrap().to_owned()
    };

    let fields = proved(&before, "_method=POST&label=laptop");
    let made = send_form(&app, tokens, &before, &fields).await;
    let [set] = made.cookies().try_into().unwrap();
    let set: String = set;
    let after = format!("{session}; {}", set.split(';').next().unwrap());
    let one = count(&after).await;
    let again = send_form(&app, tokens, &after, &fields).await;
    let same = count(&after).await;
    let label = proved(&after, "_method=POST&label=other");
    let other = send_form(&app, tokens, &after, &label).await;

    assert_ne!(proof(&after), proof(&before));
    assert_has(&made, &["role=\"status\">Created.</p>"]);
    let field = format!("name=\"csrfmiddlewaretoken\" value=\"{}\"", proof(&after));
    let forms = made.body.matches("method=\"post\"").count();
    assert!(forms > 1, "{forms}");
    assert_eq!(made.body.matches(&field).count(), forms);
    assert_eq!((again.status, other.status), (403, 201));
    assert_has(&again, &["send it again.", "value=\"laptop\""]);
    assert_lacks(&again, &["&#34;key&#34;"]);
    assert_eq!(one, same);
}

#[actix_web::test]
async fn reading_by_post_with_the_cookie_changes_nothing_and_leads_nowhere() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let cookies = cookies(&app, "ada").await;

    let read = send_form(&app, "/api/profile/", &cookies, &proved(&cookies, "")).await;
    let by_get = browse(&app, "/api/profile/", &cookies).await;

    assert_eq!((read.status, by_get.status), (200, 200));
    assert_has(&read, &["ada@example.com"]);
    let bearer =
        get("/api/profile/", &app.bearer(UserId(1))).insert_header(("Accept", "text/html"));
    assert_eq!(app.send(bearer).await.status, 405);
}
