//! No secret is logged: each service of these tests is searched when it ends, and this is how one would be found.

use acceptance::confidential::{is_secret, leak_in, logged};
use acceptance::service::{Backend, Data, Service};

#[test]
fn secret_in_a_text_is_found_with_its_line() {
    is_secret("Tr0ub4dor&3");

    assert_eq!(leak_in(b"one\ntwo Tr0ub4dor&4\n"), None);
    let leak = leak_in(b"one\ntwo Tr0ub4dor&3 three\nfour").unwrap();
    assert_eq!(leak, "\"Tr0ub4dor&3\" in two Tr0ub4dor&3 three");
}

#[test]
fn credentials_of_requests_and_answers_are_searched_for() {
    let service = Service::start(Backend::Sqlite, Data::Staff, &[]);
    let client = service.client();
    let before = logged();
    let basic = client.authorization("Basic bm9ib2R5OlRyMHViNGRvciY1");
    assert_eq!(basic.get("/api/v1/me/").status, 401);
    assert_eq!(client.bearer(1).get("/api/v1/me/").status, 401);
    // In this process, so that it can be searched.
    assert!(logged() > before);
    let bearer = client.bearer(1).credentials().to_owned();

    for secret in ["Tr0ub4dor&5", bearer.trim_start_matches("Bearer ")] {
        assert!(leak_in(secret.as_bytes()).is_some(), "{secret}");
    }
}
