//! A bucket that takes connections and says nothing: pictures wait for it, and nothing else does.

use std::net::TcpListener;

use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};

use super::asked::{Ask, Asked};
use super::{assert_reads_wait_for_none_of, assert_told_to_wait, writes};

/// More than there are threads of any kind.
const WAITING: usize = 64;

/// A service with such a bucket, which it gives up after some seconds.
fn start(silent: &TcpListener, seconds: u32) -> Service {
    let settings = [
        "media.storage=s3".to_owned(),
        "media.s3.bucket=media".to_owned(),
        format!("media.s3.endpoint=http://{}", silent.local_addr().unwrap()),
        "media.s3.allow_http=true".to_owned(),
        "media.s3.access_key=id".to_owned(),
        "media.s3.secret_key=secret".to_owned(),
        format!("media.s3.timeout={seconds}"),
        "http.shutdown_timeout=0".to_owned(),
    ];
    let settings: Vec<_> = settings.iter().map(String::as_str).collect();
    Service::start(Backend::Sqlite, Data::Staff, &settings)
}

/// Pictures that are read and written, in turn.
fn pictures(service: &Service, count: usize) -> Vec<Ask> {
    let client = service.client();
    let read = Request::new("GET", "/media/users/avatars/a.png");
    let read = (client.anonymous(), read);
    let write = (
        client.token("MasterAdmin"),
        crate::avatars::form("a.png", &crate::avatars::png()),
    );
    let both = [read, write].into_iter().cycle();
    both.take(count).collect()
}

#[test]
fn while_a_bucket_says_nothing_reads_and_writes_are_answered() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let service = start(&silent, 600);

    let mut waiting = Asked::all(service.address(), pictures(&service, WAITING));
    let _held = silent.accept().unwrap();

    assert_reads_wait_for_none_of(&mut waiting, &service);
    for (caller, request) in writes(&service, 3) {
        let answer = caller.send(request);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    assert!(waiting.are_waiting());
}

#[test]
fn pictures_of_a_bucket_that_says_nothing_are_told_to_wait_at_last() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let service = start(&silent, 1);

    let waiting = Asked::all(service.address(), pictures(&service, 4));

    for (path, answer) in waiting.rest() {
        if path.starts_with("/media/") {
            assert_eq!(answer.status, 503, "{}", answer.text());
        } else {
            assert_told_to_wait(&path, &answer);
        }
    }
}
