//! Conditional requests on one's own profile (RFC 9110, section 13).

use acceptance::client::Caller;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};

use crate::databases::on_both_databases;

on_both_databases!(
    a_profile_that_is_known_is_not_sent_again,
    a_tag_changes_with_whatever_the_body_shows,
    a_write_for_another_version_changes_nothing,
    one_of_two_racing_writers_is_refused,
);

const ME: &str = "/api/users/me/";

fn etag(answer: &Answer) -> String {
    answer.header("ETag").unwrap_or_default()
}

fn patch(caller: &Caller, body: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::json("PATCH", ME, body);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    caller.send(request)
}

fn a_profile_that_is_known_is_not_sent_again(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let (token, bearer) = (
        service.client().token("MasterAdmin"),
        service.client().bearer(1),
    );
    let reads = [
        (&token, "GET", ME),
        (&token, "GET", "/api/v1/me/"),
        (&bearer, "POST", "/api/profile/"),
    ];

    for (caller, method, path) in reads {
        let first = caller.send(Request::new(method, path));
        let tag = etag(&first);
        assert!(tag.starts_with('"'), "{path}: {tag:?}");
        let known = Request::new(method, path).header("If-None-Match", &tag);
        let again = caller.send(known);
        let other = Request::new(method, path).header("If-None-Match", "\"1.0\", W/\"x\"");

        assert_eq!((again.status, again.text().as_str()), (304, ""), "{path}");
        assert_eq!(etag(&again), tag);
        assert_eq!(again.header("Vary"), first.header("Vary"));
        assert_eq!(caller.send(other).status, 200);
    }
    let page = Request::new("GET", ME).header("Accept", "text/html");
    assert_eq!(token.send(page).header("ETag"), None);
}

fn a_tag_changes_with_whatever_the_body_shows(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let token = service.client().token("MasterAdmin");

    let first = etag(&token.get(ME));
    let ids = etag(&token.get("/api/users/me/?groups=ids"));
    let indented = Request::new("GET", ME).header("Accept", "application/json; indent=2");
    let indented = etag(&token.send(indented));
    let written = patch(&token, r#"{"first_name": "Jack"}"#, &[]);
    let read = etag(&token.get(ME));

    assert_ne!(first, ids);
    assert_ne!(first, indented);
    assert_ne!(first, etag(&written));
    assert_eq!(etag(&written), read);
}

fn a_write_for_another_version_changes_nothing(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let token = service.client().token("MasterAdmin");
    let before = token.get(ME);
    let stale = etag(&before);
    assert_eq!(
        patch(&token, r#"{"gender": "other"}"#, &[("If-Match", &stale)]).status,
        200
    );
    let present = token.get(ME);

    for header in [
        ("If-Match", stale.as_str()),
        ("If-Match", "\"x\""),
        ("If-Match", &format!("W/{}", etag(&present))),
        ("If-None-Match", "*"),
        ("If-None-Match", &etag(&present)),
    ] {
        let refused = patch(&token, r#"{"first_name": "Eve"}"#, &[header]);
        assert_eq!(refused.status, 412, "{header:?}");
        assert_eq!(refused.text(), r#"{"detail":"Precondition failed."}"#);
    }
    let invalid = patch(&token, r#"{"gender": "x"}"#, &[("If-Match", &stale)]);

    assert_eq!(invalid.status, 400);
    assert_eq!(token.get(ME).body, present.body);
    assert_eq!(patch(&token, "{}", &[("If-Match", "*")]).status, 200);
}

fn one_of_two_racing_writers_is_refused(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let token = service.client().token("MasterAdmin");
    for round in 0..5 {
        let tag = etag(&token.get(ME));
        let write = |name: &str| {
            let body = format!(r#"{{"first_name": "{name}{round}"}}"#);
            patch(&token, &body, &[("If-Match", &tag)])
        };

        let (one, other) = std::thread::scope(|scope| {
            let one = scope.spawn(|| write("one"));
            let other = write("other");
            (one.join().unwrap(), other)
        });

        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
        let winner = if one.status == 200 { one } else { other };
        assert_eq!(token.get(ME).body, winner.body);
    }
}
