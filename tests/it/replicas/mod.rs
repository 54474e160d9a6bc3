//! A streaming replica that answers who stands behind a credential (ADR 0049): nobody sees anything old, and nobody notices
//! when it goes.

mod failover;
mod figures;
mod lag;

use std::thread;
use std::time::{Duration, Instant};

use acceptance::client::Caller;
use acceptance::postgres_server::{Cluster, PostgresServer, Standby};
use acceptance::replay::wire::Request;
use acceptance::service::{Data, Service};
use profiled_store::testing::TestDatabase;

/// What has not come about after so long never does.
const PATIENCE: Duration = Duration::from_mins(1);

/// Fields of the user 1, who is asked for in each dialect.
const READS: [(&str, &str); 3] = [
    ("GET", "/api/users/me/"),
    ("POST", "/api/profile/"),
    ("GET", "/api/v1/me/"),
];

/// A service over a primary and a standby. They end in this order.
pub(crate) struct Pair {
    pub(crate) service: Service,
    pub(crate) standby: Standby,
    primary: PostgresServer,
}

impl Pair {
    /// Both have the same, and the standby is asked.
    fn start(test: &str) -> Option<Self> {
        Self::with(test, Data::Staff, &["throttle.login="])
    }

    pub(crate) fn with(test: &str, data: Data<'_>, settings: &[&str]) -> Option<Self> {
        let primary = PostgresServer::start(test)?;
        // Else a commit would be told before a standby can have it.
        let durable = "ALTER ROLE postgres SET synchronous_commit = on";
        primary.session().execute(durable).unwrap();
        let database = primary.database();
        let standby = primary.standby("standby");
        let read_url = read_url(&standby, &database);
        // What is to be right must not be told to come again on a busy machine.
        let own = [read_url.as_str(), "database.deadline=30"];
        let settings = [&own, settings].concat();
        let service = Service::over(database, data, &settings);
        let pair = Self {
            service,
            standby,
            primary,
        };
        pair.until_asked();
        Some(pair)
    }

    /// Until the replica answers again: nothing else is to be known.
    fn until_asked(&self) {
        until_note(&self.service, None);
    }
}

/// The setting that has a standby asked for what a database of its primary has.
fn read_url(standby: &Cluster, database: &TestDatabase) -> String {
    format!("database.read_url={}", standby.url_of(&name(database)))
}

fn name(database: &TestDatabase) -> String {
    let (_, name) = database.url().rsplit_once('/').unwrap();
    name.trim_end_matches('?').to_owned()
}

/// What `/ready` has to say of a service that is ready.
fn note(service: &Service) -> Option<String> {
    let answer = service.client().anonymous().get("/ready");
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["note"].as_str().map(str::to_owned)
}

fn until_note(service: &Service, expected: Option<&str>) {
    let end = Instant::now() + PATIENCE;
    loop {
        let note = note(service);
        if note.as_deref() == expected {
            return;
        }
        assert!(Instant::now() < end, "still {note:?}");
        thread::yield_now();
    }
}

/// Callers of the three dialects, all of them the user 1.
fn callers(service: &Service) -> [(Caller, Request); 3] {
    let client = service.client();
    READS.map(|(method, path)| {
        let caller = match path {
            "/api/profile/" => client.bearer(1),
            _ => client.token("MasterAdmin"),
        };
        (caller, Request::new(method, path))
    })
}

fn rename(service: &Service, name: &str) -> u16 {
    let body = format!(r#"{{"first_name": "{name}"}}"#);
    let change = Request::json("PATCH", "/api/users/me/", &body);
    service.client().token("MasterAdmin").send(change).status
}

/// Each dialect knows the user 1 by this first name at this moment.
fn assert_named(service: &Service, name: &str) {
    for (caller, request) in callers(service) {
        let path = request.path.clone();
        let answer = caller.send(request);
        let text = answer.text();
        assert_eq!(answer.status, 200, "{path}: {text}");
        assert!(text.contains(&format!("\"{name}\"")), "{path}: {text}");
    }
}

/// Sessions at a server whose last statement was a look-up of a batch.
fn looking_up(server: &Cluster) -> i32 {
    let sessions = "SELECT count(*) FROM pg_stat_activity \
                    WHERE application_name = 'profiled' AND query LIKE '%ANY((SELECT $1)::%'";
    server.session().value(sessions).unwrap().parse().unwrap()
}

#[test]
fn look_ups_of_all_dialects_go_to_the_replica_and_changes_to_the_primary() {
    let test = "replicas::look_ups_of_all_dialects_go_to_the_replica_and_changes_to_the_primary";
    let Some(pair) = Pair::start(test) else {
        return;
    };

    for (caller, request) in callers(&pair.service) {
        assert_eq!(caller.send(request).status, 200);
    }
    let asked = [&*pair.primary, &*pair.standby].map(looking_up);
    assert_eq!(rename(&pair.service, "changed"), 200);

    assert!(asked[0] == 0 && asked[1] > 0, "{asked:?}");
    assert_named(&pair.service, "changed");
}

#[test]
fn a_setting_that_leads_elsewhere_is_told_and_the_database_itself_is_asked() {
    let test = "replicas::a_setting_that_leads_elsewhere_is_told_and_the_database_itself_is_asked";
    let Some(pair) = Pair::start(test) else {
        return;
    };
    let elsewhere = format!("database.read_url={}", pair.standby.url_of("postgres"));
    let own = pair.service.overrides().iter();
    let mut own = own.filter_map(|setting| setting.strip_prefix("database.url="));
    let own = format!("database.read_url={}", own.next_back().unwrap());

    let stranger = pair.service.sibling_with(&[&elsewhere]);
    let primary = pair.service.sibling_with(&[&own]);

    let told =
        "the replica is not asked: database.read_url leads to another database than database.url";
    until_note(&stranger, Some(told));
    until_note(&primary, Some("the replica is not asked: it is no standby"));
    assert_eq!(rename(&stranger, "Changed"), 200);
    for service in [&stranger, &primary, &pair.service] {
        assert_named(service, "Changed");
    }
}
