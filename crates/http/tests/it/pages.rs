//! HTML pages: what they show.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::app::{Response, TestApp, get, request};

pub const ME: &str = "/api/users/me/";
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

pub async fn page(app: &TestApp, path: &str, authorization: &str) -> Response {
    let request = get(path, authorization).insert_header(("Accept", BROWSER));
    app.send(request).await
}

/// What a browser sends for a form of a page.
pub async fn submit(
    app: &TestApp,
    path: &str,
    authorization: &str,
    fields: &[(&str, &str)],
) -> Response {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| {
            let value =
                percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
            format!("{name}={value}")
        })
        .collect();
    let request = request("POST", path)
        .insert_header(("Authorization", authorization))
        .insert_header(("Accept", BROWSER))
        .insert_header(("Origin", "http://localhost:8000"))
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .set_payload(pairs.join("&"));
    app.send(request).await
}

/// What a browser gets that sends these cookies.
pub async fn browse(app: &TestApp, path: &str, cookies: &str) -> Response {
    let browser = request("GET", path).insert_header(("Accept", BROWSER));
    app.send(browser.insert_header(("Cookie", cookies))).await
}

/// What it gets for a form of a page.
pub async fn send_form(app: &TestApp, path: &str, cookies: &str, fields: &str) -> Response {
    let form = request("POST", path)
        .insert_header(("Accept", BROWSER))
        .insert_header(("Cookie", cookies))
        .insert_header(("Origin", "http://localhost:8000"))
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .set_payload(fields.to_owned());
    app.send(form).await
}

/// The text between two marks, entities resolved.
fn between<'a>(html: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = html.split_once(start).unwrap();
    rest.split_once(end).unwrap().0
}

pub fn assert_has(answer: &Response, wanted: &[&str]) {
    let plain = without_colours(&answer.body);
    for part in wanted {
        let is_there = answer.body.contains(part) || plain.contains(part);
        assert!(is_there, "{part} in {}", answer.body);
    }
}

/// The page with the JSON of its answer in one colour.
pub fn without_colours(html: &str) -> String {
    let Some((before, rest)) = html.split_once("<code id=\"json\">") else {
        return html.to_owned();
    };
    let (json, after) = rest.split_once("</code>").unwrap();
    let mut json = json.replace("</span>", "");
    for class in ["name", "text", "number", "word"] {
        json = json.replace(&format!("<span class=\"{class}\">"), "");
    }
    format!("{before}{json}{after}")
}

pub fn assert_lacks(answer: &Response, unwanted: &[&str]) {
    for part in unwanted {
        assert!(!answer.body.contains(part), "{part} in {}", answer.body);
    }
}

#[actix_web::test]
async fn a_page_shows_the_request_the_answer_and_forms() {
    let app = TestApp::new();
    let ada = app.staff("ada");

    let me = page(&app, "/api/users/me/?x=1&groups=ids", &app.token(ada.id)).await;

    assert_eq!(me.status, 200);
    assert_eq!(me.header("Content-Type"), Some("text/html; charset=utf-8"));
    assert_has(
        &me,
        &[
            "<!DOCTYPE html>",
            "<html lang=\"en\">",
            "<h1>Retrieve Me</h1>",
            "Retrieve profile information of the current authenticated user.",
            "<a class=\"caller\" href=\"/api/users/me/\">ada</a>",
            "<b>GET</b> /api/users/me/?x=1&#38;groups=ids",
            "<b>HTTP 200 OK</b>",
            "<b>Allow:</b> GET, PUT, PATCH, HEAD, OPTIONS",
            "href=\"?x=1&#38;groups=ids&#38;format=json\"",
            "href=\"?x=1&#38;groups=ids&#38;format=api\"",
            "    &#34;username&#34;: &#34;ada&#34;,",
            "name=\"_method\" value=\"OPTIONS\"",
            "enctype=\"multipart/form-data\"",
            "name=\"_method\" value=\"PATCH\"",
            "name=\"_method\" value=\"PUT\"",
            "<option value=\"other\" selected>Other</option>",
            "name=\"username\" type=\"text\" value=\"ada\" autocomplete=\"username\" maxlength=\"150\"",
            "name=\"current_password\" type=\"password\" value=\"\"",
        ],
    );
    assert_lacks(&me, &["value=\"DELETE\"", "src=", "@import", "url("]);
}

#[actix_web::test]
async fn a_page_may_load_its_own_style_and_script_and_nothing_else() {
    let app = TestApp::new();
    let ada = app.staff("ada");

    let me = page(&app, ME, &app.token(ada.id)).await;

    let digest = |start, end| STANDARD.encode(Sha256::digest(between(&me.body, start, end)));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src 'self'; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'",
        digest("<style>", "</style>"),
        digest("<script>", "</script>")
    );
    assert_eq!(me.body.matches("<script").count(), 1);
    assert_eq!(me.header("Content-Security-Policy"), Some(policy.as_str()));
    assert_eq!(me.header("X-Frame-Options"), Some("DENY"));
    assert_eq!(me.header("Cache-Control"), Some("private"));
}

#[actix_web::test]
async fn page_for_an_anonymous_caller_names_the_schemes() {
    let app = TestApp::new();
    let cases = [
        (
            ME,
            "curl -H &#39;Authorization: Token YOUR_TOKEN&#39; &#39;http://localhost:8000/api/users/me/&#39;",
        ),
        (
            "/api/profile/",
            "curl -X POST -H &#39;Authorization: Bearer YOUR_TOKEN&#39; &#39;http://localhost:8000/api/profile/&#39;",
        ),
        (
            "/api/v1/me/",
            "curl --user YOUR_NAME &#39;http://localhost:8000/api/v1/me/&#39;",
        ),
    ];

    for (path, command) in cases {
        // What a link says is no part of a command for a shell.
        let target = format!("{path}?x=%27;reboot;%27");
        let answer = app
            .send(request("GET", &target).insert_header(("Accept", BROWSER)))
            .await;

        assert_eq!(answer.status, 401, "{path}");
        assert_has(&answer, &[&format!("<pre>{command}</pre>")]);
        assert_lacks(&answer, &["class=\"caller\"", "value=\"OPTIONS\""]);
    }
}

#[actix_web::test]
async fn a_view_that_only_takes_posts_has_a_button_for_it() {
    let app = TestApp::new();
    let ada = app.user("ada", |_| ());
    let bearer = app.bearer(ada.id);

    let offered = page(&app, "/api/profile/", &bearer).await;
    let read = submit(&app, "/api/profile/", &bearer, &[("_method", "POST")]).await;
    let deleted = submit(&app, "/api/profile/", &bearer, &[("_method", "DELETE")]).await;

    assert_eq!(offered.status, 405);
    assert_has(
        &offered,
        &[
            "name=\"_method\" value=\"POST\"",
            "<b>Allow:</b> POST, OPTIONS",
        ],
    );
    assert_eq!(read.status, 200);
    assert_has(&read, &["    &#34;username&#34;: &#34;ada&#34;,"]);
    assert_eq!(deleted.status, 405);
}

#[actix_web::test]
async fn a_page_of_tower_shows_the_documented_excerpt() {
    let app = TestApp::new();
    let ada = app.user("ada", |_| ());

    let me = page(&app, "/api/v1/me/", &app.token(ada.id)).await;

    let block = between(&me.body, "<pre class=\"request\">", "</section>");
    let visible: String = block
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
        .collect();
    let lines: Vec<&str> = visible.lines().map(str::trim).collect();
    let time = lines.get(5).copied().unwrap_or_default();
    assert!(
        time.starts_with("X-API-Time: ") && time.ends_with('s'),
        "{time}"
    );
    let expected = [
        "GET /api/v1/me/",
        "HTTP 200 OK",
        "Content-Type: application/json",
        "Vary: Accept",
        "Allow: GET, HEAD, OPTIONS",
        time,
        "",
        "{",
        "&#34;count&#34;: 1,",
        "&#34;next&#34;: null,",
        "&#34;previous&#34;: null,",
        "&#34;results&#34;: [",
    ];
    assert_eq!(lines.get(..expected.len()), Some(&expected[..]));
    let way = between(&me.body, "<ol>", "</ol>");
    let crumbs = "<li><a href=\"/api/\">REST API</a></li>\
                  <li><a href=\"/api/v1/\">Version 1</a></li>\
                  <li><a href=\"/api/v1/me/\" aria-current=\"page\">Me</a></li>";
    assert_eq!(way.replace('\n', ""), crumbs);
    assert_has(
        &me,
        &[
            "<title>Me – REST API</title>",
            "<a href=\"/api/\">REST API</a>",
            "<summary>Description</summary>",
            "<a class=\"caller\" href=\"/api/v1/me/\">ada</a>",
            "href=\"?format=json\"",
            "href=\"?format=api\"",
            "name=\"_method\" value=\"OPTIONS\"",
            "<a href=\"/api/v1/users/1/teams/\">/api/v1/users/1/teams/</a>",
        ],
    );
    assert_lacks(&me, &["<textarea", "value=\"PUT\"", "value=\"DELETE\""]);
}

#[actix_web::test]
async fn the_options_button_shows_the_document_and_open_views_have_none() {
    let app = TestApp::new();
    let ada = app.staff("ada");
    let token = app.token(ada.id);

    for (path, name) in [(ME, "Retrieve Me"), ("/api/v1/me/", "Me")] {
        let options = submit(&app, path, &token, &[("_method", "OPTIONS")]).await;

        assert_eq!(options.status, 200);
        assert_has(
            &options,
            &[
                &format!("<b>OPTIONS</b> {path}"),
                &format!("&#34;name&#34;: &#34;{name}&#34;"),
            ],
        );
    }
    let open = page(&app, "/api/v1/", &token).await;
    assert_eq!(open.status, 200);
    assert_lacks(&open, &["<form", "class=\"caller\""]);
}
