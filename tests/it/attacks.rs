//! Attack cases of the HTTP edge: hosts, redirects, paths, methods, credentials in odd places.

use acceptance::replay::wire::{Request, send_bytes};
use acceptance::service::{Backend, Data, Service};

use crate::databases::on_both_databases;

on_both_databases!(
    an_opaque_token_counts_in_its_exact_form_and_place_only,
    a_foreign_host_is_refused_by_every_dialect,
    forwarding_headers_of_strangers_change_no_url,
    redirects_stay_on_this_server,
    odd_spellings_of_a_path_do_not_bypass_its_permission,
    unknown_methods_are_refused_after_authentication,
    requests_that_two_servers_would_read_differently_are_refused,
);

const KEY: &str = "f4e75eab6e0f663a972d145478d6fc4b81762070";
const ME: &str = "/api/users/me/";

fn staff(backend: Backend) -> Service {
    Service::start(backend, Data::Staff, &[])
}

/// B2
fn an_opaque_token_counts_in_its_exact_form_and_place_only(backend: Backend) {
    let service = staff(backend);
    let nobody = service.client().anonymous();
    let upper = format!("Token {}", KEY.to_uppercase());
    let wide = format!("Token {}", KEY.replace('0', "\u{b2}"));
    let encoded = format!("Token %66{}", &KEY[1..]);
    let split = format!("Token {} {}", &KEY[..20], &KEY[20..]);
    let right = format!("Token {KEY}");

    for credentials in [&upper, &wide, &encoded, &split] {
        let answer = service.client().authorization(credentials).get(ME);

        assert_eq!(answer.status, 401, "{credentials}");
    }
    assert_eq!(nobody.get(&format!("{ME}?token={KEY}")).status, 401);
    let twice = Request::new("GET", ME).header("Authorization", &right);
    assert_eq!(
        nobody.send(twice.header("Authorization", &right)).status,
        401
    );
    assert_eq!(service.client().authorization(&right).get(ME).status, 200);
}

/// H6
fn a_foreign_host_is_refused_by_every_dialect(backend: Backend) {
    let service = staff(backend);
    let client = service.client();
    let callers = [
        (client.token("MasterAdmin"), "GET", ME),
        (client.bearer(1), "POST", "/api/profile/"),
        (client.token("MasterAdmin"), "GET", "/api/v1/me/"),
    ];
    let foreign = [
        "evil.example",
        "127.0.0.1@evil.example",
        "localhost.evil.example",
        "127.0.0.1:port",
        "",
    ];

    for (caller, method, path) in callers {
        for host in foreign {
            let answer = caller.send(Request::new(method, path).header("Host", host));

            assert_eq!(answer.status, 400, "{path} {host:?}");
            assert!(!answer.text().contains("MasterAdmin"), "{path} {host:?}");
        }
        let twice = Request::new(method, path).header("Host", "localhost");
        assert_eq!(
            caller.send(twice.header("Host", "evil.example")).status,
            400,
            "{path} twice"
        );
    }
}

/// H6
fn forwarding_headers_of_strangers_change_no_url(backend: Backend) {
    let service = staff(backend);
    let request = Request::new("GET", ME)
        .header("Host", "localhost")
        .header("X-Forwarded-Host", "evil.example")
        .header("X-Forwarded-Proto", "https")
        .header("Forwarded", "host=evil.example;proto=https");

    let me = service.client().token("MasterAdmin").send(request);

    assert_eq!(me.status, 200);
    let avatar = "http://localhost/media/users/avatars/photo22132188258.jpg";
    assert_eq!(me.json()["avatar"], avatar);
}

/// H7
fn redirects_stay_on_this_server(backend: Backend) {
    let service = staff(backend);
    let nobody = service.client().anonymous();
    let plain = nobody.get("/api/users/me");
    let off_site = [
        "//evil.example/api/users/me",
        "/\\evil.example/api/users/me",
        "/%2f%2fevil.example/api/users/me",
        "/%5cevil.example/api/users/me",
        "/api/users/me%0d%0aLocation:%20http:%2f%2fevil.example",
    ];

    assert_eq!(
        (plain.status, plain.header("Location").as_deref()),
        (301, Some(ME))
    );
    for path in off_site {
        let answer = nobody.get(path);

        assert!(
            [400, 404].contains(&answer.status),
            "{path}: {}",
            answer.status
        );
        assert_eq!(answer.header("Location"), None, "{path}");
    }
    let query = nobody.get("/api/users/me?next=//evil.example");
    assert!(
        query
            .header("Location")
            .is_some_and(|to| to.starts_with("/api/users/me/?"))
    );
}

/// H8
fn odd_spellings_of_a_path_do_not_bypass_its_permission(backend: Backend) {
    let service = staff(backend);
    let spellings = [
        "/api/users/me/;x",
        "/api/users/me;x/",
        "/api/users/%2e/me/",
        "/api/users/../users/me/",
        "/api//users/me/",
        "/api/users/me//",
        "/api/users/me./",
        "/API/Users/Me/",
        "/api/users/me/%00",
        "/api/users/me/ ",
        "/api/users/m%c0%a5/",
    ];

    for path in spellings {
        let line = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let nobody =
            send_bytes(service.address(), line.as_bytes(), "GET").map(|answer| answer.status);
        let line = line.replace(
            "\r\n\r\n",
            &format!("\r\nAuthorization: Token {KEY}\r\n\r\n"),
        );
        let somebody =
            send_bytes(service.address(), line.as_bytes(), "GET").map(|answer| answer.status);

        for status in [nobody, somebody] {
            assert!(matches!(status, Ok(301 | 400 | 404)), "{path}: {status:?}");
        }
    }
}

/// H9
fn unknown_methods_are_refused_after_authentication(backend: Backend) {
    let service = staff(backend);

    for method in ["TRACE", "PROPFIND", "get", "X-ME"] {
        let nobody = service.client().anonymous().send(Request::new(method, ME));
        let somebody = service
            .client()
            .token("MasterAdmin")
            .send(Request::new(method, ME));

        assert_eq!((nobody.status, somebody.status), (401, 405), "{method}");
        assert!(!somebody.text().contains(KEY), "{method}");
    }
}

/// H1
fn requests_that_two_servers_would_read_differently_are_refused(backend: Backend) {
    let service = staff(backend);
    let ambiguous = [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
        "Content-Length: +4\r\n\r\nabcd",
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    ];

    for headers in ambiguous {
        let bytes = format!("POST /api/profile/ HTTP/1.1\r\nHost: localhost\r\n{headers}");
        let answer = send_bytes(service.address(), bytes.as_bytes(), "POST");

        assert!(
            answer.as_ref().is_ok_and(|answer| answer.status == 400),
            "{headers:?}: {answer:?}"
        );
    }
}
