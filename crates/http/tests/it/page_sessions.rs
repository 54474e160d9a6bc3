//! The cookie of a log-in as the credential of the pages of all dialects.

use profiled_domain::AccountRepository;

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
pub async fn cookies(app: &TestApp, name: &str) -> String {
    let cookies = enter(app, name, "").await.cookies();
    let pairs = cookies
        .iter()
        .map(|cookie| cookie.split(';').next().unwrap());
    pairs.collect::<Vec<_>>().join("; ")
}

pub fn proof(cookies: &str) -> &str {
    cookies.rsplit_once("csrftoken=").unwrap().1
}

/// The fields of a form with the proof of the page.
pub fn proved(cookies: &str, fields: &str) -> String {
    format!("csrfmiddlewaretoken={}&{fields}", proof(cookies))
}

pub fn location(answer: &Response) -> &str {
    let location = answer.header("Location").unwrap();
    location.strip_prefix("http://localhost:8000").unwrap()
}

pub fn notice(answer: &Response) -> Option<String> {
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
        request("POST", "/login/")
            .insert_header(("Accept", "text/html"))
            .insert_header(("Content-Type", FORM))
            .set_payload(format!("username={name}&password=guess"))
    };

    let wrong = attempt().await;
    let together = app
        .send_together(vec![counted("ada"), counted("ada"), counted("ada")])
        .await;
    let json = request("POST", "/login/").insert_header(("Content-Type", FORM));
    let json = app
        .send(json.set_payload("username=eve&password=guess"))
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
    let told = r#"{"detail":"Wrong user name or password."}"#;
    assert_eq!((json.status, json.body.as_str()), (401, told));
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
