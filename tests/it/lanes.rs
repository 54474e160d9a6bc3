//! Whoever waits for the database takes nobody along, and nobody waits without an end. Each test shows an order:
//! what is asked is answered while the lock is still held, or the server still away.

mod asked;
mod departures;
mod disks;
mod imports;
mod lists;
mod locks;
mod outages;

use acceptance::client::Caller;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::Service;

use asked::Ask;

/// A write of each dialect, over and over: all of them change the user 1, but for those of `tower`.
fn writes(service: &Service, count: usize) -> Vec<Ask> {
    let client = service.client();
    let (token, bearer) = (client.token("MasterAdmin"), client.bearer(1));
    let change = |caller: &Caller, path: &str, number: usize| {
        let body = format!(r#"{{"first_name": "n{number}"}}"#);
        (caller.clone(), Request::json("PATCH", path, &body))
    };
    let each = |number| match number % 3 {
        0 => change(&token, "/api/users/me/", number),
        1 => change(&bearer, "/api/profile/1/update/", number),
        _ => change(&token, "/api/v1/users/2/", number),
    };
    (0..count).map(each).collect()
}

/// Writes that change the user 1.
fn writes_of_one_user(service: &Service, count: usize) -> Vec<Ask> {
    let all = writes(service, 2 * count).into_iter();
    let own = all.filter(|(_, request)| !request.path.starts_with("/api/v1/"));
    own.take(count).collect()
}

/// A read of each dialect by either of two users, and what a balancer asks.
fn reads(service: &Service) -> Vec<Ask> {
    let client = service.client();
    let mut all = Vec::new();
    for (name, id) in [("MasterAdmin", 1), ("plain", 2)] {
        let token = client.token(name);
        all.push((token.clone(), Request::new("GET", "/api/users/me/")));
        all.push((client.bearer(id), Request::new("POST", "/api/profile/")));
        all.push((token, Request::new("GET", "/api/v1/me/")));
    }
    for path in ["/ready", "/live"] {
        all.push((client.anonymous(), Request::new("GET", path)));
    }
    all
}

/// Each read, one after the other, is answered with what it asks for.
fn assert_reads_are_answered(service: &Service) {
    for (caller, request) in reads(service) {
        let (path, answer) = (request.path.clone(), caller.send(request));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}

/// 503 in the shape of its dialect, with the time after which to come again.
fn assert_told_to_wait(path: &str, answer: &Answer) {
    let text = answer.text();
    assert_eq!(answer.status, 503, "{path}: {text}");
    if path == "/ready" {
        return;
    }
    let wait = answer.header("Retry-After");
    let seconds = wait.and_then(|wait| wait.parse::<u32>().ok());
    assert!(seconds.is_some_and(|seconds| seconds > 0), "{path}: {text}");
    let colon = if path.starts_with("/api/v") {
        ": "
    } else {
        ":"
    };
    let body = format!("{{\"detail\"{colon}\"Service temporarily unavailable.\"}}");
    assert_eq!(text, body, "{path}");
}
