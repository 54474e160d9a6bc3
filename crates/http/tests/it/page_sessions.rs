//! The cookie of a log-in as the credential of the pages of all dialects.

use profiled_domain::{AccountRepository, UserId, UserRepository};

use crate::app::{Response, TestApp, get, request};
use crate::pages::{ME, assert_has, assert_lacks, browse, send_form};

const FORM: &str = "application/x-www-form-urlencoded";

/// Logs in by the form at `/login/`.
async fn enter(app: &TestApp, name: &str, next: &str) -> Response {
    let form = request("POST", "/login/")
        .insert_header(("Accept", "text/html"))
        .insert_header(("Content-Type", FORM))
        .insert_header(("Origin", "http://localhost:8000"))
        .set_payload(format!("username={name}&password=secret&next={next}"));
    app.send(form).await
}

/// The cookies that a browser sends after a log-in: `sessionid=…; csrftoken=…`.
async fn cookies(app: &TestApp, name: &str) -> String {
    let cookies = enter(app, name, "").await.cookies();
    let pairs = cookies
        .iter()
        .map(|cookie| cookie.split(';').next().unwrap());
    pairs.collect::<Vec<_>>().join("; ")
}

fn proof(cookies: &str) -> &str {
    cookies.rsplit_once("csrftoken=").unwrap().1
}

/// The fields of a form with the proof of the page.
fn proved(cookies: &str, fields: &str) -> String {
    format!("csrfmiddlewaretoken={}&{fields}", proof(cookies))
}

fn location(answer: &Response) -> &str {
    let location = answer.header("Location").unwrap();
    location.strip_prefix("http://localhost:8000").unwrap()
}

fn notice(answer: &Response) -> Option<String> {
    let cookies = answer.cookies();
    let found = cookies
        .iter()
        .find_map(|cookie| cookie.strip_prefix("notice="));
    found.map(|rest| rest.split(';').next().unwrap().to_owned())
}

#[actix_web::test]
async fn a_log_in_leads_to_the_page_of_ones_own_profile_that_one_may_see() {
    let mut app = TestApp::new();
    app.user("ada", |_| ());
    app.staff("grace");

    assert_eq!(location(&enter(&app, "grace", "").await), ME);
    assert_eq!(location(&enter(&app, "ada", "").await), "/api/profile/");
    app.dialects.jwt.enabled = false;
    assert_eq!(location(&enter(&app, "ada", "").await), "/api/v1/me/");
    app.dialects.tower.enabled = false;
    assert_eq!(location(&enter(&app, "ada", "").await), "/");
    assert_eq!(
        location(&enter(&app, "ada", "%2Fapi%2F%3Fa=b").await),
        "/api/?a=b"
    );
}

#[actix_web::test]
async fn a_log_in_leads_to_this_server_only() {
    let app = TestApp::new();
    app.user("ada", |_| ());

    for next in [
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "http:%2F%2Fevil.example",
        "x",
    ] {
        assert_eq!(location(&enter(&app, "ada", next).await), "/api/profile/");
        let offered = browse(&app, &format!("/login/?next={next}"), "").await;
        assert_lacks(&offered, &["evil", "name=\"next\""]);
    }
}

#[actix_web::test]
async fn a_refused_log_in_says_why_and_keeps_the_name_only() {
    let mut app = TestApp::new();
    app.throttle.login = profiled_auth::RateSetting(Some("1/min".parse().unwrap()));
    app.user("ada", |_| ());
    let attempt = || {
        let form = request("POST", "/login/")
            .insert_header(("Accept", "text/html"))
            .insert_header(("Content-Type", FORM))
            .set_payload("username=ada%22&password=guess&next=%2Fapi%2F");
        app.send(form)
    };
    let counted = |name: &str| {
        let form = request("POST", "/login/")
            .insert_header(("Accept", "text/html"))
            .insert_header(("Content-Type", FORM))
            .set_payload(format!("username={name}&password=guess"));
        form
    };

    let wrong = attempt().await;
    let together = app
        .send_together(vec![counted("ada"), counted("ada"), counted("ada")])
        .await;
    let blank = request("POST", "/login/").insert_header(("Accept", "text/html"));
    let blank = app.send(blank.insert_header(("Content-Type", FORM))).await;

    assert_eq!(wrong.status, 401);
    assert_has(
        &wrong,
        &[
            "role=\"alert\"><p>Wrong user name or password.</p>",
            "name=\"username\" type=\"text\" value=\"ada&#34;\" autocomplete=\"username\"",
            "autocomplete=\"current-password\" required autofocus",
            "name=\"next\" value=\"/api/\"",
            "<button>Log in</button>",
        ],
    );
    assert_lacks(&wrong, &["guess", "<pre", "POST</button>"]);
    let throttled = together.iter().find(|answer| answer.status == 429).unwrap();
    assert_has(
        throttled,
        &[
            "role=\"alert\"><p>There were too many attempts.",
            "<button>Log in</button>",
        ],
    );
    assert_eq!(blank.status, 400);
    assert_has(&blank, &["Enter both, a user name and a password."]);
}

#[actix_web::test]
async fn the_cookie_opens_the_pages_of_all_dialects_and_no_json_but_that_of_the_second_mount() {
    let app = TestApp::new();
    app.staff("grace");
    let cookies = cookies(&app, "grace").await;

    for path in [
        ME,
        "/api/profile/",
        "/api/v1/me/",
        "/api/v2/me/",
        "/api/auth/tokens/",
    ] {
        let page = browse(&app, path, &cookies).await;
        assert_eq!(page.status, 200, "{path}");
        assert_has(
            &page,
            &[
                "grace@example.com",
                ">grace</a>",
                "<button>Log out</button>",
            ]
            .map(|part| {
                if path.ends_with("tokens/") && part.contains('@') {
                    "count"
                } else {
                    part
                }
            }),
        );
        assert_eq!(page.header("Cache-Control"), Some("private, no-store"));
        assert_eq!(page.header("Vary"), Some("Accept, Cookie"));
    }
    for (path, method, status) in [
        (ME, "GET", 401),
        ("/api/profile/", "POST", 401),
        ("/api/profile/", "GET", 401),
        ("/api/v1/me/", "GET", 401),
        ("/api/v2/me/", "GET", 200),
    ] {
        let json = request(method, path).insert_header(("Cookie", cookies.as_str()));
        assert_eq!(app.send(json).await.status, status, "{method} {path}");
    }
}

#[actix_web::test]
async fn a_header_takes_precedence_over_the_cookie_and_needs_no_proof() {
    let app = TestApp::new();
    app.staff("grace");
    let ada = app.staff("ada");
    let cookies = cookies(&app, "grace").await;
    let with = |credentials: String| {
        get(ME, &credentials)
            .insert_header(("Accept", "text/html"))
            .insert_header(("Cookie", cookies.as_str()))
    };

    let page = app.send(with(app.token(ada.id))).await;
    let refused = app.send(with("Token x".to_owned())).await;

    assert_has(
        &page,
        &[
            "ada@example.com",
            "<a class=\"caller\" href=\"/api/users/me/\">ada</a>",
        ],
    );
    assert_lacks(&page, &["grace", "Log out", "csrfmiddlewaretoken"]);
    assert_eq!(refused.status, 401);
}

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
    let unchanged = app
        .repository
        .find_user(&profiled_domain::UserLookup::Id(UserId(id)));
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
}

#[actix_web::test]
async fn a_page_of_staff_tells_other_users_who_they_are_and_lets_them_out() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let cookies = cookies(&app, "ada").await;

    let page = browse(&app, ME, &cookies).await;

    assert_eq!(page.status, 403);
    assert_has(
        &page,
        &[
            "You are logged in as ada",
            "<a class=\"caller\" href=\"/api/profile/\">ada</a>",
            "action=\"/logout/\"",
        ],
    );
    assert_lacks(&page, &["ada@example.com", "<textarea"]);
}

#[actix_web::test]
async fn a_stranger_is_led_to_the_log_in_and_back() {
    let app = TestApp::new();

    for path in [ME, "/api/profile/", "/api/v1/me/", "/api/v2/users/"] {
        let page = browse(&app, &format!("{path}?a=1"), "").await;

        assert_eq!(page.status, 401, "{path}");
        let next = path.replace('/', "%2F");
        assert_has(
            &page,
            &[&format!("href=\"/login/?next={next}%3Fa%3D1\">Log in</a>")],
        );
        assert_lacks(&page, &["Log out"]);
    }
}

#[actix_web::test]
async fn a_log_out_ends_the_log_in_and_says_so_at_the_front_door() {
    let app = TestApp::new();
    app.staff("grace");
    let cookies = cookies(&app, "grace").await;

    let bare = send_form(&app, "/logout/", &cookies, "").await;
    let out = send_form(&app, "/logout/", &cookies, &proved(&cookies, "")).await;

    assert_eq!(bare.status, 403);
    assert_eq!((out.status, location(&out)), (302, "/"));
    assert_eq!(notice(&out).as_deref(), Some("logged-out"));
    assert!(
        out.cookies()
            .iter()
            .any(|cookie| cookie.starts_with("sessionid=;"))
    );
    assert_eq!(browse(&app, ME, &cookies).await.status, 401);
    let front = browse(&app, "/", "notice=logged-out").await;
    assert_has(
        &front,
        &["role=\"status\">You are logged out.</p>", "Log in</a>"],
    );
}

#[actix_web::test]
async fn a_new_log_in_ends_the_one_that_the_browser_has() {
    let app = TestApp::new();
    app.staff("grace");
    app.user("ada", |_| ());
    let planted = cookies(&app, "ada").await;
    let form = request("POST", "/login/")
        .insert_header(("Content-Type", FORM))
        .insert_header(("Cookie", planted.as_str()))
        .set_payload("username=grace&password=secret");

    let entered = app.send(form).await;

    assert_eq!(entered.status, 302);
    assert_eq!(browse(&app, "/api/profile/", &planted).await.status, 401);
    assert!(
        !entered
            .cookies()
            .concat()
            .contains(planted.split(';').next().unwrap())
    );
}

#[actix_web::test]
async fn a_page_of_elsewhere_logs_nobody_in() {
    let app = TestApp::new();
    app.user("ada", |_| ());

    for origin in ["http://evil.example", "null", "https://localhost:8000"] {
        let form = request("POST", "/login/")
            .insert_header(("Accept", "text/html"))
            .insert_header(("Content-Type", FORM))
            .insert_header(("Origin", origin))
            .set_payload("username=ada&password=secret");
        let answer = app.send(form).await;

        assert_eq!(answer.status, 403, "{origin}");
        assert!(answer.cookies().is_empty(), "{origin}");
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

#[actix_web::test]
async fn a_log_in_ends_with_the_password_the_account_and_its_time() {
    use profiled_domain::{CredentialRef, CredentialRepository};
    for end in ["password", "inactive", "time"] {
        let app = TestApp::new();
        let ada = app.user("ada", |_| ());
        let cookies = cookies(&app, "ada").await;
        assert_eq!(browse(&app, "/api/profile/", &cookies).await.status, 200);
        match end {
            "password" => {
                let hash = app.hash("other");
                let keep = CredentialRef::None;
                let now = crate::app::now();
                app.repository
                    .set_password(ada.id, &hash, &keep, now)
                    .unwrap();
            }
            "inactive" => drop(app.repository.deactivate(ada.id).unwrap()),
            _ => crate::app::pass(1_000_000),
        }

        for path in ["/api/profile/", "/api/v1/me/", ME] {
            let page = browse(&app, path, &cookies).await;
            assert_eq!(page.status, 401, "{end} {path}");
            assert_lacks(&page, &["ada@example.com"]);
        }
        let front = browse(&app, "/", &cookies).await;
        assert_eq!(front.status, 200);
        assert_lacks(&front, &["Log out", "ada"]);
    }
}
