//! A replica that is behind, stands still or is gone.

use acceptance::replay::wire::Request;
use acceptance::service::Service;

use super::{Pair, assert_named, callers, looking_up, note, rename, until_note};

/// The standby takes over what comes, but shows nothing of it.
pub(super) const PAUSE: &str = "DO $$ BEGIN PERFORM pg_wal_replay_pause(); \
                     WHILE pg_get_wal_replay_pause_state() <> 'paused' LOOP PERFORM pg_sleep(0.001); END LOOP; END $$";
pub(super) const RESUME: &str = "SELECT pg_wal_replay_resume()";

/// Rounds in which a write and a read by others follow each other at once.
const ROUNDS: usize = 100;

#[test]
fn while_the_replica_shows_nothing_new_nobody_sees_anything_old() {
    let test = "replicas::lag::while_the_replica_shows_nothing_new_nobody_sees_anything_old";
    let Some(pair) = Pair::start(test) else {
        return;
    };
    let (one, other) = (&pair.service, pair.service.sibling());
    let plain = one.client().token("plain");
    for service in [one, &other] {
        assert_serves(service, "before");
    }
    assert_eq!(plain.get("/api/v1/me/").status, 200);

    pair.standby.session().execute(PAUSE).unwrap();
    // Each within the bound on the lag, and after it.
    for name in ["first", "second"] {
        assert_eq!(rename(one, name), 200);
        assert_named(one, name);
        assert_named(&other, name);
        until_note(one, Some("the replica is not asked: it is behind"));
    }
    let key = plain.credentials().trim_start_matches("Token ");
    one.run(&["token", "revoke", key]);
    let revoked = [one, &other].map(|service| service.client().token("plain").get("/api/v1/me/"));
    pair.standby.session().execute(RESUME).unwrap();

    assert_eq!(revoked.map(|answer| answer.status), [401, 401]);
    pair.until_asked();
    assert_named(one, "second");
    assert!(looking_up(&pair.standby) > 0);
}

/// The name and the credentials as they are at once after each write, whoever reads.
fn assert_each_write_is_seen(writer: &Service, reader: &Service) {
    for round in 0..ROUNDS {
        let name = format!("n{round}");
        assert_eq!(rename(writer, &name), 200);
        let (caller, request) = callers(reader).into_iter().nth(round % 3).unwrap();
        let text = caller.send(request).text();
        assert!(text.contains(&format!("\"{name}\"")), "{round}: {text}");
    }
}

#[test]
fn what_was_written_at_one_server_is_seen_at_the_other_at_once() {
    let test = "replicas::lag::what_was_written_at_one_server_is_seen_at_the_other_at_once";
    let Some(pair) = Pair::start(test) else {
        return;
    };
    let other = pair.service.sibling();

    assert_each_write_is_seen(&pair.service, &other);

    // Where commits do not wait for the log, it comes later to the standby.
    let lax = "ALTER ROLE postgres SET synchronous_commit = off";
    pair.primary.session().execute(lax).unwrap();
    let [writer, reader] = [(), ()].map(|()| pair.service.sibling());
    assert_each_write_is_seen(&writer, &reader);
}

/// Reads and a write, whose connections may be any.
fn assert_serves(service: &Service, name: &str) {
    for _ in 0..3 {
        assert_eq!(rename(service, name), 200);
        assert_named(service, name);
    }
}

#[test]
fn when_the_replica_goes_no_request_fails_and_it_is_asked_again_once_it_is_back() {
    let test = "replicas::lag::when_the_replica_goes_no_request_fails_and_it_is_asked_again_once_it_is_back";
    let Some(pair) = Pair::start(test) else {
        return;
    };
    let service = &pair.service;
    assert_serves(service, "before");

    pair.standby.stop();
    assert_serves(service, "gone");
    until_note(
        service,
        Some("the replica is not asked: it cannot be reached"),
    );
    assert_serves(service, "told");
    let without = service.sibling();
    assert_serves(&without, "without");
    pair.standby.restart();

    pair.until_asked();
    until_note(&without, None);
    assert_serves(service, "after");
    assert!(looking_up(&pair.standby) > 0);
}

#[test]
fn when_the_replica_stands_still_no_request_fails() {
    let test = "replicas::lag::when_the_replica_stands_still_no_request_fails";
    let Some(pair) = Pair::start(test) else {
        return;
    };
    let service = &pair.service;
    assert_serves(service, "before");

    let frozen = pair.standby.freeze();
    assert_serves(service, "frozen");
    until_note(
        service,
        Some("the replica is not asked: it does not answer"),
    );
    assert_serves(service, "told");
    drop(frozen);

    pair.until_asked();
    assert_serves(service, "after");
}

#[test]
fn a_replica_that_was_promoted_is_left_alone() {
    let test = "replicas::lag::a_replica_that_was_promoted_is_left_alone";
    let Some(pair) = Pair::start(test) else {
        return;
    };
    let service = &pair.service;
    assert_serves(service, "before");

    pair.standby.promote();
    until_note(service, Some("the replica is not asked: it is no standby"));
    let own = pair.service.session().value("current_database()").unwrap();
    let mut split = profiled_store::testing::TestSession::of_server(&pair.standby.url_of(&own));
    let stray = "UPDATE users SET first_name = 'stray'";
    split.as_mut().unwrap().execute(stray).unwrap();

    assert_named(service, "before");
    assert_serves(service, "after");
    assert!(note(service).is_some());
}

#[test]
fn of_several_servers_that_the_setting_names_the_standby_is_asked_once_it_is_there() {
    let test = "replicas::lag::of_several_servers_that_the_setting_names_the_standby_is_asked_once_it_is_there";
    let Some(pair) = Pair::start(test) else {
        return;
    };
    let own = pair.service.session().value("current_database()").unwrap();
    let hosts = format!("{},{}", pair.primary.place(), pair.standby.place());
    let url = format!(
        "database.read_url=postgres://postgres@{hosts}/{own}?target_session_attrs=prefer-standby"
    );
    pair.standby.stop();

    let service = pair.service.sibling_with(&[&url]);
    until_note(&service, Some("the replica is not asked: it is no standby"));
    assert_serves(&service, "alone");
    pair.standby.restart();

    until_note(&service, None);
    assert_serves(&service, "together");
}

#[test]
fn a_list_is_that_of_the_primary() {
    let test = "replicas::lag::a_list_is_that_of_the_primary";
    let Some(pair) = Pair::start(test) else {
        return;
    };
    let list = || {
        let admin = pair.service.client().token("MasterAdmin");
        admin.send(Request::new("GET", "/api/v1/users/?first_name=listed"))
    };

    pair.standby.session().execute(PAUSE).unwrap();
    assert_eq!(rename(&pair.service, "listed"), 200);

    assert_eq!(list().json()["count"], 1);
}
