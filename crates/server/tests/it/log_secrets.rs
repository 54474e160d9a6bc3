//! The log tells what happened, and nothing of what was sent.

#![expect(
    clippy::unwrap_used,
    reason = "a service that does not answer has failed the test"
)]

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::sandbox::{Sandbox, Service, read_answer};

/// In every place of a request, in letters that all of them take.
const MARK: &str = "markq7z";

const ROUTES: [&str; 20] = [
    "/",
    "/live",
    "/media/avatars/x.png",
    "/api/users/me/",
    "/api/users/",
    "/api/groups/",
    "/api/auth/token/",
    "/api/auth/tokens/",
    "/api/profile/",
    "/api/profile/1/update/",
    "/api/token/",
    "/api/token/refresh/",
    "/oauth/introspect/",
    "/api/",
    "/api/login/",
    "/api/logout/",
    "/api/v1/me/",
    "/api/v1/users/",
    "/api/v2/users/1/",
    "/api/v2/authtoken/",
];

/// A request without the lines that all of them have.
struct Sent {
    method: String,
    target: String,
    head: String,
    body: String,
}

fn sent(method: &str, target: String, head: String, body: String) -> Sent {
    Sent {
        method: method.to_owned(),
        target,
        head,
        body,
    }
}

fn multipart(name: &str, file: &str, content: &str) -> String {
    format!(
        "--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
         Content-Type: image/{MARK}\r\n\r\n{content}\r\n--b--\r\n"
    )
}

/// Requests to a route with a mark in one place each.
fn marked(route: &str, token: &str) -> Vec<Sent> {
    let own = format!("Authorization: {token}\r\n");
    let mut all = in_queries_and_paths(route, &own);
    all.extend(in_headers(route, &own));
    all.extend(in_credentials(route));
    all.extend(in_bodies(route, &own));
    for method in [MARK.to_owned(), MARK.to_uppercase()] {
        let target = route.to_owned();
        all.push(sent(&method, target, own.clone(), String::new()));
    }
    all
}

fn in_queries_and_paths(route: &str, own: &str) -> Vec<Sent> {
    let mut all = Vec::new();
    let queries = [
        MARK.to_owned(),
        format!("{MARK}=1"),
        format!("format={MARK}"),
        format!("page={MARK}"),
        format!("page_size={MARK}"),
        format!("order_by={MARK}"),
        format!("username__{MARK}=1"),
        format!("username__regex={MARK}("),
        format!("{MARK}__password=1"),
        format!("id__in={MARK}"),
        format!("created__gt={MARK}"),
        format!("or__{MARK}__x=1"),
        format!("search={MARK}"),
        format!("groups={MARK}"),
        format!("next={MARK}"),
    ];
    for query in queries {
        all.push(sent(
            "GET",
            format!("{route}?{query}"),
            own.to_owned(),
            String::new(),
        ));
    }
    for path in [
        format!("{route}{MARK}/"),
        format!("/{MARK}{route}"),
        format!("{route}{MARK}"),
    ] {
        all.push(sent("GET", path, own.to_owned(), String::new()));
    }
    all
}

fn in_headers(route: &str, own: &str) -> Vec<Sent> {
    let mut all = Vec::new();
    for header in [
        "Accept",
        "Accept-Charset",
        "Accept-Encoding",
        "Accept-Language",
        "Content-Encoding",
        "Content-Language",
        "Content-Type",
        "Cookie",
        "Expect",
        "Forwarded",
        "If-Match",
        "If-Modified-Since",
        "If-None-Match",
        "Origin",
        "Range",
        "Referer",
        "User-Agent",
        "X-Auth-Token",
        "X-CSRFToken",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-HTTP-Method-Override",
        "X-Unknown",
    ] {
        let head = format!("{own}{header}: {MARK}\r\n");
        all.push(sent("POST", route.to_owned(), head, "a".to_owned()));
    }
    all
}

fn in_credentials(route: &str) -> Vec<Sent> {
    let mut all = Vec::new();
    let basic = STANDARD.encode(format!("{MARK}:{MARK}"));
    for credentials in [
        format!("Basic {basic}"),
        format!("Basic {MARK}"),
        format!("Token {MARK}"),
        format!("Token {MARK} {MARK}"),
        format!("Bearer {MARK}"),
        format!("Bearer {MARK}.{MARK}.{MARK}"),
        MARK.to_owned(),
    ] {
        let head = format!("Authorization: {credentials}\r\n");
        all.push(sent("GET", route.to_owned(), head, String::new()));
    }
    for cookie in ["sessionid", "csrftoken", MARK] {
        let head = format!("Cookie: {cookie}={MARK}; csrftoken={MARK}\r\nX-CSRFToken: {MARK}x\r\n");
        all.push(sent("POST", route.to_owned(), head, String::new()));
    }
    all
}

fn in_bodies(route: &str, own: &str) -> Vec<Sent> {
    let mut all = Vec::new();
    let json = "application/json";
    let form = "application/x-www-form-urlencoded";
    let parts = "multipart/form-data; boundary=b";
    let bodies = [
        (json, MARK.to_owned()),
        (json, format!("{{\"{MARK}\"")),
        (json, format!("{{\"{MARK}\": 1}}")),
        (json, format!("{{\"id\": \"{MARK}\"}}")),
        (json, format!("\"{MARK}\"")),
        (json, format!("[\"{MARK}\"]")),
        (
            json,
            format!("{{\"username\": \"{MARK}\", \"password\": \"{MARK}\"}}"),
        ),
        (
            json,
            format!(
                "{{\"email\": \"{MARK}\", \"first_name\": [\"{MARK}\"], \"gender\": \"{MARK}\"}}"
            ),
        ),
        (
            json,
            format!("{{\"refresh\": \"{MARK}\", \"token\": \"{MARK}\", \"name\": \"{MARK}\"}}"),
        ),
        ("application/json; charset=markq7z", "{}".to_owned()),
        (
            form,
            format!("username={MARK}&password={MARK}&{MARK}={MARK}"),
        ),
        (
            form,
            format!("_method={MARK}&_content={MARK}&_content_type=text/{MARK}"),
        ),
        (
            form,
            format!("_content={MARK}&_content_type=application/json"),
        ),
        (form, format!("csrfmiddlewaretoken={MARK}")),
        (parts, multipart(MARK, "a.png", "x")),
        (parts, multipart("avatar", &format!("{MARK}.png"), "x")),
        (parts, multipart("avatar", "a.png", MARK)),
        ("multipart/form-data; boundary=", MARK.to_owned()),
        ("text/markq7z; a=markq7z", MARK.to_owned()),
    ];
    for (content_type, body) in bodies {
        for method in ["POST", "PATCH"] {
            let head = format!("{own}Content-Type: {content_type}\r\n");
            all.push(sent(method, route.to_owned(), head, body.clone()));
        }
    }
    all
}

fn send(service: &Service, request: &Sent) -> u16 {
    let mut connection = service.connect();
    let Sent {
        method,
        target,
        head,
        body,
    } = request;
    let host = if head.contains("Host: ") {
        String::new()
    } else {
        format!("Host: {}\r\n", service.address)
    };
    let length = body.len();
    let text = format!(
        "{method} {target} HTTP/1.1\r\n{host}{head}Content-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    );
    connection.write_all(text.as_bytes()).unwrap();
    read_answer(&mut connection).0
}

/// The log of a service that has been sent these requests.
fn log_of(mut service: Service, requests: &[Sent]) -> String {
    let log = service.read_log();
    for request in requests {
        send(&service, request);
    }
    service.signal("TERM");
    log.join().unwrap()
}

fn assert_clean(log: &str) {
    let quoting: Vec<_> = log
        .lines()
        .filter(|line| line.to_lowercase().contains(MARK))
        .collect();
    assert!(quoting.is_empty(), "{quoting:#?}");
}

#[test]
fn log_holds_no_text_of_a_request() {
    Sandbox::on_each_database("log_holds_no_text_of_a_request", |sandbox| {
        let user = [
            "user",
            "create",
            "--username",
            "ada",
            "--superuser",
            "--staff",
        ];
        sandbox.done(&user);
        let key = sandbox.done(&["token", "create", "ada"]);
        for settings in [
            ["log.format=text", "log.level=trace"],
            ["log.format=json", "log.level=info"],
        ] {
            check_log(sandbox, key.trim_end(), settings);
        }
    });
}

fn check_log(sandbox: &Sandbox, key: &str, [format, level]: [&str; 2]) {
    let settings = ["--set", format, "--set", level, "--set", "throttle.login="];
    let service = sandbox.start(&[&["serve"], settings.as_slice()].concat());
    let token = format!("Token {key}");
    let routes = ROUTES.iter();
    let mut requests: Vec<Sent> = routes.flat_map(|route| marked(route, &token)).collect();
    let strange_host = format!("Host: {MARK}\r\n");
    requests.push(sent("GET", "/api/".to_owned(), strange_host, String::new()));

    let log = log_of(service, &requests);

    assert_clean(&log);
    assert!(!log.contains(key));
    let lines = log
        .lines()
        .filter(|line| line.contains("profiled::request"));
    assert!(lines.count() > requests.len() / 2);
    for kind in [
        "bad request",
        "JSON parse error",
        "unsupported media type",
        "method not allowed",
    ] {
        assert!(log.contains(kind), "{kind}");
    }
}

/// The name of an upload is the client's, and stands in the errors of a storage.
#[test]
fn storage_failure_is_logged_without_the_name_of_the_upload() {
    let picture = STANDARD
        .decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
        )
        .unwrap();
    let sandbox = Sandbox::migrated();
    sandbox.done(&["user", "create", "--username", "ada", "--staff"]);
    let key = sandbox.done(&["token", "create", "ada"]);
    let mut service = sandbox.start(&["serve"]);
    let media = sandbox.path().join("data/media");
    std::fs::remove_dir_all(&media).unwrap();
    std::fs::write(&media, "").unwrap();
    let head = format!(
        "--b\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"{MARK}.png\"\r\n\r\n"
    );
    let body = [head.as_bytes(), &picture, b"\r\n--b--\r\n"].concat();
    let mut connection = service.connect();
    let request = format!(
        "PATCH /api/users/me/ HTTP/1.1\r\nHost: {}\r\nAuthorization: Token {}\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        service.address,
        key.trim_end(),
        body.len()
    );
    connection.write_all(request.as_bytes()).unwrap();
    connection.write_all(&body).unwrap();

    let (status, answer) = read_answer(&mut connection);

    assert_eq!(status, 503, "{answer}");
    service.signal("TERM");
    let log = service.rest_of_log();
    assert_clean(&log);
    assert!(log.contains("media storage failed"), "{log}");
}
