//! The primary goes, and its standby takes its place.

use acceptance::replay::wire::Request;
use acceptance::service::{Data, Service};

use super::{Pair, assert_named, callers, name, rename, until_note};
use crate::lanes::{assert_told_to_wait, until_well};

/// Each commit waits until the standby has it.
const SYNCHRONOUS: &str = "ALTER SYSTEM SET synchronous_standby_names = '*'";
const RELOAD: &str = "SELECT pg_reload_conf()";

#[test]
fn a_database_that_takes_no_changes_is_told_and_used_once_it_is_promoted() {
    let test =
        "replicas::failover::a_database_that_takes_no_changes_is_told_and_used_once_it_is_promoted";
    let Some(pair) = Pair::start(test) else {
        return;
    };
    let own = pair.service.session().value("current_database()").unwrap();
    let url = format!("database.url={}", pair.standby.url_of(&own));
    assert_eq!(rename(&pair.service, "before"), 200);
    let service = pair.service.sibling_with(&[&url, "database.read_url="]);
    let change = || Request::json("PATCH", "/api/users/me/", r#"{"first_name": "n"}"#);
    let admin = service.client().token("MasterAdmin");

    let refused = admin.send(change());

    assert_told_to_wait("/api/users/me/", &refused);
    assert_named(&service, "before");
    let note = "the database takes no changes: they are answered 503";
    until_note(&service, Some(note));
    pair.standby.promote();
    until_well(&(admin, change()));
    until_note(&service, None);
}

#[test]
fn after_a_failover_everything_that_was_acknowledged_is_there_and_no_restart_is_needed() {
    let test = "replicas::failover::after_a_failover_everything_that_was_acknowledged_is_there_and_no_restart_is_needed";
    let Some(pair) = Pair::start(test) else {
        return;
    };
    let mut session = pair.primary.session();
    session.execute(SYNCHRONOUS).unwrap();
    session.execute(RELOAD).unwrap();
    let follows = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
    while session.value(follows).unwrap() != "1" {}
    let own = pair.service.session().value("current_database()").unwrap();
    let hosts = format!("{},{}", pair.primary.place(), pair.standby.place());
    let url =
        format!("database.url=postgres://postgres@{hosts}/{own}?target_session_attrs=read-write");
    let service = pair.service.sibling_with(&[&url]);
    assert_eq!(rename(&service, "acknowledged"), 200);
    assert_named(&service, "acknowledged");

    pair.primary.kill();
    for (caller, request) in callers(&service) {
        let path = request.path.clone();
        assert_told_to_wait(&path, &caller.send(request));
    }
    pair.standby.promote();

    for ask in callers(&service) {
        until_well(&ask);
    }
    assert_named(&service, "acknowledged");
    assert_eq!(rename(&service, "afterwards"), 200);
    assert_named(&service, "afterwards");
}

/// The old primary takes connections, and says nothing.
#[test]
fn a_service_starts_by_the_second_server_while_the_first_one_stands_still() {
    let test = "replicas::failover::a_service_starts_by_the_second_server_while_the_first_one_stands_still";
    let Some(pair) = Pair::start(test) else {
        return;
    };
    assert_eq!(rename(&pair.service, "before"), 200);
    let own = pair.service.session().value("current_database()").unwrap();
    let hosts = format!("{},{}", pair.primary.place(), pair.standby.place());
    let url =
        format!("database.url=postgres://postgres@{hosts}/{own}?target_session_attrs=read-write");

    let frozen = pair.primary.freeze();
    pair.standby.promote();
    let service = pair.service.sibling_with(&[&url, "database.read_url="]);

    assert_named(&service, "before");
    assert_eq!(rename(&service, "after"), 200);
    drop(service);
    drop(frozen);
}

/// One who follows the new primary is asked again; nothing of the time before is shown.
#[test]
fn a_replica_that_follows_the_promoted_one_is_asked_after_its_next_checkpoint() {
    let test = "replicas::failover::a_replica_that_follows_the_promoted_one_is_asked_after_its_next_checkpoint";
    let Some(primary) = acceptance::postgres_server::PostgresServer::start(test) else {
        return;
    };
    let database = primary.database();
    let second = primary.standby("second");
    let third = primary.standby("third");
    let own = name(&database);
    second.promote();
    let follow = format!(
        "ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port={} user=postgres'",
        second.place().rsplit_once(':').unwrap().1
    );
    let mut follower = third.session();
    follower.execute(&follow).unwrap();
    follower.execute(RELOAD).unwrap();
    drop(follower);
    let settings = [
        format!("database.url={}", second.url_of(&own)),
        format!("database.read_url={}", third.url_of(&own)),
    ];
    let settings: Vec<_> = settings.iter().map(String::as_str).collect();
    let service = Service::over(database, Data::Staff, &settings);

    assert_eq!(rename(&service, "before"), 200);
    assert_named(&service, "before");
    second.session().execute("CHECKPOINT").unwrap();
    third.session().execute("CHECKPOINT").unwrap();

    until_note(&service, None);
    assert_eq!(rename(&service, "followed"), 200);
    assert_named(&service, "followed");
}
