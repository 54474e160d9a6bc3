//! The end of all credentials at once, on every server (attack cases C1, C2; `decisions.md` 10).

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use acceptance::client::Caller;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};
use serde_json::{Value, json};

use crate::databases::on_both_databases;

on_both_databases!(no_other_credential_is_accepted_after_the_answer_to_a_change);

const PASSWORD: &str = "Correct-Horse-9";
const NEXT: &str = "Brand-New-Secret-77";
/// Requests of each caller that are sent after the answer.
const ROUNDS: usize = 20;

fn send(caller: &Caller, method: &str, path: &str, body: &Value) -> Answer {
    caller.send(Request::json(method, path, &body.to_string()))
}

/// An opaque token beside the one of the data.
fn log_in(service: &Service) -> Caller {
    let body = json!({ "username": "MasterAdmin", "password": PASSWORD });
    let anonymous = service.client().anonymous();
    let answer = send(&anonymous, "POST", "/api/auth/token/", &body);
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    service.client().authorization(&format!("Token {token}"))
}

/// A request that begins when the answer is there must not be let in; one that began before may.
fn no_other_credential_is_accepted_after_the_answer_to_a_change(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let servers = [&service, &service.sibling()];
    let token = log_in(&service);
    let opaque = token.credentials();
    let others: Vec<(Caller, &str, &str)> = servers
        .iter()
        .flat_map(|server| {
            let (token, bearer) = (
                server.client().authorization(opaque),
                server.client().bearer(1),
            );
            [
                (token, "GET", "/api/users/me/"),
                (bearer, "POST", "/api/profile/"),
            ]
        })
        .collect();
    let used = service.client().token("MasterAdmin");
    let (start, is_answered) = (Barrier::new(others.len() + 1), AtomicBool::new(false));

    let late: Vec<u16> = thread::scope(|scope| {
        let racers = others.iter().map(|(caller, method, path)| {
            let (start, is_answered) = (&start, &is_answered);
            scope.spawn(move || {
                let ask = || caller.send(Request::new(method, path)).status;
                assert_eq!(ask(), 200);
                start.wait();
                while !is_answered.load(Ordering::SeqCst) {
                    ask();
                }
                (0..ROUNDS).map(|_| ask()).collect::<Vec<_>>()
            })
        });
        let racers: Vec<_> = racers.collect();
        start.wait();
        let change = json!({ "password": NEXT, "current_password": PASSWORD });
        let answer = send(&used, "PATCH", "/api/users/me/", &change);
        is_answered.store(true, Ordering::SeqCst);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let late = racers.into_iter().flat_map(|racer| racer.join().unwrap());
        late.collect()
    });

    assert_eq!(late, vec![401; others.len() * ROUNDS]);
    for server in servers {
        let kept = server.client().authorization(used.credentials());
        assert_eq!(kept.get("/api/users/me/").status, 200);
    }
}
