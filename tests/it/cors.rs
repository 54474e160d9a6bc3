//! Pages of other origins (`http.cors.origins`): the CORS protocol of the Fetch standard.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use acceptance::browser::Browser;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};

const ALLOWED: &str = "http.cors.origins=http://app.test";
const ORIGIN: [(&str, &str); 1] = [("Origin", "http://app.test")];
const PATHS: [&str; 6] = [
    "/api/users/me/",
    "/api/profile/",
    "/api/token/",
    "/api/v1/me/",
    "/media/nothing",
    "/nothing",
];

fn ask(service: &Service, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = Request::new(method, path);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(name, value)
    });
    service.client().anonymous().send(request)
}

fn preflight(service: &Service, path: &str, origin: &str) -> Answer {
    let asks = [
        ("Origin", origin),
        ("Access-Control-Request-Method", "PATCH"),
        (
            "Access-Control-Request-Headers",
            "authorization,content-type",
        ),
    ];
    ask(service, "OPTIONS", path, &asks)
}

fn cors_headers(answer: &Answer) -> Vec<&str> {
    let names = answer.headers.iter().map(|(name, _)| name.as_str());
    names
        .filter(|name| name.to_ascii_lowercase().starts_with("access-control-"))
        .collect()
}

#[test]
fn browser_is_permitted_before_it_sends_credentials() {
    let service = Service::start(Backend::Sqlite, Data::Staff, &[ALLOWED]);
    for path in PATHS {
        let answer = preflight(&service, path, "http://app.test");

        assert_eq!(answer.status, 204, "{path}");
        let header = |name| answer.header(name).unwrap_or_default();
        assert_eq!(header("Access-Control-Allow-Origin"), "http://app.test");
        assert!(header("Access-Control-Allow-Methods").contains("PATCH"));
        assert!(header("Access-Control-Allow-Headers").contains("authorization, content-type"));
        assert!(header("Vary").contains("Origin"));
        assert_eq!(answer.header("Access-Control-Allow-Credentials"), None);
    }
}

#[test]
fn answers_and_errors_can_be_read_by_allowed_origins_alone() {
    let service = Service::start(Backend::Sqlite, Data::Staff, &[ALLOWED]);
    for path in PATHS {
        let answer = ask(&service, "GET", path, &ORIGIN);
        let allowed = answer.header("Access-Control-Allow-Origin");
        assert_eq!(allowed.as_deref(), Some("http://app.test"), "{path}");
        let exposed = answer.header("Access-Control-Expose-Headers").unwrap();
        assert!(exposed.contains("ETag") && exposed.contains("WWW-Authenticate"));
        assert_eq!(answer.header("Access-Control-Allow-Credentials"), None);

        for other in [
            "http://other.test",
            "null",
            "https://app.test",
            "http://app.test:80",
            "http://app.test.evil",
        ] {
            let answer = ask(&service, "GET", path, &[("Origin", other)]);
            assert_eq!(cors_headers(&answer), [""; 0], "{path} {other}");
            assert!(answer.header("Vary").unwrap().contains("Origin"), "{path}");
            assert_ne!(
                preflight(&service, path, other).status,
                204,
                "{path} {other}"
            );
        }
        let two = [ORIGIN, ORIGIN].concat();
        assert_eq!(cors_headers(&ask(&service, "GET", path, &two)), [""; 0]);
    }
}

#[test]
fn any_origin_is_named_and_never_a_star() {
    let service = Service::start(Backend::Sqlite, Data::Staff, &["http.cors.origins=*"]);
    let answer = ask(
        &service,
        "GET",
        "/api/users/me/",
        &[("Origin", "https://a.example")],
    );
    let allowed = answer.header("Access-Control-Allow-Origin");
    assert_eq!(allowed.as_deref(), Some("https://a.example"));
    let null = ask(&service, "GET", "/api/users/me/", &[("Origin", "null")]);
    assert_eq!(cors_headers(&null), [""; 0]);
}

#[test]
fn header_of_tokens_is_permitted_under_its_own_name() {
    let settings = [ALLOWED, "auth.jwt.header_name=X-Access-Token"];
    let service = Service::start(Backend::Sqlite, Data::Staff, &settings);
    let answer = preflight(&service, "/api/profile/", "http://app.test");
    let permitted = answer.header("Access-Control-Allow-Headers").unwrap();
    assert!(permitted.ends_with(", x-access-token"), "{permitted}");
}

#[test]
fn without_the_setting_nothing_is_said_and_options_is_a_view() {
    let service = Service::start(Backend::Sqlite, Data::Staff, &[]);
    for path in PATHS {
        let answer = ask(&service, "GET", path, &ORIGIN);
        assert_eq!(cors_headers(&answer), [""; 0], "{path}");
        assert!(!answer.header("Vary").unwrap_or_default().contains("Origin"));
        assert_ne!(preflight(&service, path, "http://app.test").status, 204);
    }
}

#[test]
fn requests_after_a_preflight_on_its_connection_are_answered() {
    let service = Service::start(Backend::Sqlite, Data::Staff, &[ALLOWED]);
    let mut connection = acceptance::connection::Connection::open(service.address()).unwrap();
    let asks = "OPTIONS /api/users/me/ HTTP/1.1\r\nHost: localhost\r\nOrigin: http://app.test\r\n\
                Access-Control-Request-Method: GET\r\n\r\n";
    for _ in 0..3 {
        let answer = connection.ask(asks.as_bytes()).unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 204 "));
        let answer = connection
            .ask(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200 "));
    }
}

/// The origin of an application without a word in it.
fn application() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).unwrap();
            let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<!doctype html>";
            connection.write_all(page.as_bytes()).unwrap();
        }
    });
    origin
}

#[test]
fn single_page_application_reads_and_changes_its_profile() {
    let test = "cors::single_page_application_reads_and_changes_its_profile";
    let Some(browser) = Browser::find(test) else {
        return;
    };
    let [allowed, other] = [application(), application()];
    let setting = format!("http.cors.origins={allowed}");
    let service = Service::start(Backend::Sqlite, Data::Staff, &[&setting]);
    let base = format!("http://{}", service.address());
    let token = service.client().token("MasterAdmin");
    let variables = [
        ("BASE_URL", base.as_str()),
        ("TOKEN", token.credentials()),
        ("ALLOWED", &allowed),
        ("OTHER", &other),
    ];

    let run = browser.run("cors.mjs", "", &variables).unwrap();

    let told = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{told}");
}
