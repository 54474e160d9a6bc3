//! Whoever waits for the database takes nobody along, and nobody waits without an end. Each test shows an order:
//! what is asked is answered while the lock is still held, or the server still away.

mod asked;
mod buckets;
mod departures;
mod disks;
mod imports;
mod key_servers;
mod lists;
mod locks;
mod outages;

use acceptance::client::Caller;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::Service;

pub(crate) use asked::until_well;
use asked::{Ask, Asked};

/// Enough for all that waits to be where it waits, and far from the deadline of a request.
const ROUNDS: usize = 3;

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

/// A read of each dialect by the user whom writes change, those of another one, and what a balancer asks.
fn reads(service: &Service) -> Vec<Ask> {
    let client = service.client();
    let [own, other] = ["MasterAdmin", "plain"].map(|name| client.token(name));
    let get = |caller: &Caller, path| (caller.clone(), Request::new("GET", path));
    let profile = |id| (client.bearer(id), Request::new("POST", "/api/profile/"));
    vec![
        get(&own, "/api/users/me/"),
        profile(1),
        get(&own, "/api/v1/me/"),
        profile(2),
        get(&other, "/api/v1/me/"),
        get(&client.anonymous(), "/ready"),
        get(&client.anonymous(), "/live"),
    ]
}

/// Each read, one after the other, is answered with what it asks for.
fn assert_reads_are_answered(service: &Service) {
    for (caller, request) in reads(service) {
        let (path, answer) = (request.path.clone(), caller.send(request));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}

/// Reads are answered, again and again, before the first of those who wait: none of them stands before a read.
fn assert_reads_wait_for_none_of(waiting: &mut Asked, service: &Service) {
    // What was taken first may come to its lock only after a few of the others.
    for round in 1..=ROUNDS {
        assert_reads_are_answered(service);
        assert!(waiting.are_waiting(), "reads have waited in round {round}");
    }
}

/// 503 in the shape of its dialect, with the time after which to come again.
pub(crate) fn assert_told_to_wait(path: &str, answer: &Answer) {
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
