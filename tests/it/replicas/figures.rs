//! What is known of a replica, for whoever measures.

use std::time::Duration;

use acceptance::postgres_server::PostgresServer;
use profiled_domain::{HolderQuery, ProfileDepth, ProfileRepository, RepositoryError, UserId};
use profiled_store::testing::database_settings;
use profiled_store::{DatabaseSettings, Replica, Store};

use super::lag::{PAUSE, RESUME};
use super::name;

/// Of a role that reads rows and has no other right, as services may have.
const READER: &str =
    "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader";

#[test]
fn lag_and_answers_are_counted_and_a_reader_needs_no_further_right() {
    let test = "replicas::figures::lag_and_answers_are_counted_and_a_reader_needs_no_further_right";
    let Some(primary) = PostgresServer::start(test) else {
        return;
    };
    let database = primary.database();
    database.execute(READER).unwrap();
    let standby = primary.standby("standby");
    let as_reader = |url: &str| url.replace("postgres@", "reader@");
    let settings = DatabaseSettings {
        read_url: as_reader(&standby.url_of(&name(&database))),
        ..database_settings(&as_reader(database.url()))
    };
    let store = Store::open(&settings).unwrap();
    let replica = Replica::of(&store, &settings, 1, Duration::from_secs(3));
    let replica = replica.unwrap().unwrap();
    let find = || replica.find_holder(HolderQuery::User(UserId(1)), ProfileDepth::Groups);
    assert!(!replica.state().is_used);

    assert_eq!(replica.examine(), None);
    while find().is_err() {}
    let before = replica.state();
    standby.session().execute(PAUSE).unwrap();
    database.execute("CREATE TABLE something (id INT)").unwrap();
    let refused = find();
    replica.examine();
    let behind = replica.state();
    standby.session().execute(RESUME).unwrap();

    assert!(before.is_used && before.answered == 1, "{before:?}");
    let is_unavailable = matches!(refused, Err(RepositoryError::Unavailable(_)));
    assert!(is_unavailable, "{refused:?}");
    assert!(behind.lag > Duration::ZERO, "{behind:?}");
    assert_eq!(behind.passed_on, before.passed_on + 1);
    assert_eq!(behind.answered, 1);
}
