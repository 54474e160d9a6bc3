//! How long events and tombstones are kept.

use serde_json::json;

use profiled_store::testing::TestDatabase;

use crate::sandbox::Sandbox;

const AN_HOUR: [&str; 4] = [
    "--set",
    "retention.activity=3600",
    "--set",
    "retention.tombstones=3600",
];

fn on_each_database(test: &str, body: impl Fn(&Sandbox, &TestDatabase)) {
    let server = TestDatabase::postgres(test).unwrap();
    for database in server.into_iter().chain([TestDatabase::sqlite().unwrap()]) {
        let mut sandbox = Sandbox::new();
        sandbox.set("PROFILED__DATABASE__URL", database.url());
        body(&sandbox, &database);
    }
}

/// Lets everything have happened long ago.
fn age(database: &TestDatabase) {
    let past = "UPDATE activity SET timestamp = '2020-01-01 00:00:00.000000'; \
                UPDATE deleted_directory_objects SET deleted_at = '2020-01-01 00:00:00.000000'";
    database.execute(past).unwrap();
}

#[test]
fn purge_keeps_events_and_tombstones_for_their_retention_time() {
    on_each_database("retention", |sandbox, database| {
        sandbox.done(&["user", "create", "--username", "root", "--superuser"]);
        let key = sandbox.done(&["token", "create", "root"]);
        let token = format!("Token {}", key.trim());
        sandbox.done(&["org", "create", "Mills"]);
        sandbox.done(&["team", "create", "Carters", "--organization", "Mills"]);
        sandbox.done(&["team", "delete", "Carters", "--yes"]);
        sandbox.done(&["org", "delete", "Mills", "--yes"]);
        sandbox.done(&["org", "create", "Farms"]);
        let service = sandbox.start(&["serve"]);
        let status = |path: &str| service.send("GET", path, &token).0;
        let count = || {
            let (_, body) = service.send("GET", "/api/v1/activity_stream/", &token);
            serde_json::from_str::<serde_json::Value>(&body).unwrap()["count"].clone()
        };
        let lists = ["/api/v1/organizations/1/users/", "/api/v1/teams/1/users/"];

        let forever = sandbox.json(&["purge", "--yes"]);
        let young = sandbox.json(&[&AN_HOUR[..], &["purge", "--yes"]].concat());

        let cleared = |told: &serde_json::Value| json!([told["events"], told["tombstones"]]);
        assert_eq!(
            [cleared(&forever), cleared(&young)],
            [json!([0, 0]), json!([0, 0])]
        );
        assert_eq!((count(), lists.map(status)), (json!(5), [403, 403]));

        age(database);
        let kept = sandbox.json(&["purge", "--yes"]);
        let old = sandbox.json(&[&AN_HOUR[..], &["purge", "--yes"]].concat());

        assert_eq!(
            [cleared(&kept), cleared(&old)],
            [json!([0, 0]), json!([5, 2])]
        );
        assert_eq!((count(), lists.map(status)), (json!(0), [404, 404]));
        assert_eq!(status("/api/v1/activity_stream/1/"), 404);
        assert_eq!(status("/api/v1/organizations/2/"), 200);
        let next = sandbox.json(&["org", "create", "Barns"]);
        let team = sandbox.json(&["team", "create", "Ploughs", "--organization", "Barns"]);
        assert_eq!((&next["id"], &team["id"]), (&json!(3), &json!(2)));
        assert_eq!(status("/api/v1/activity_stream/6/"), 200);
    });
}

#[test]
fn service_purges_on_its_own_and_records_erased_users() {
    on_each_database("purge while serving", |sandbox, database| {
        sandbox.done(&["user", "create", "--username", "ada"]);
        sandbox.done(&["user", "delete", "ada", "--yes"]);
        sandbox.done(&["org", "create", "Mills"]);
        age(database);
        let settings = [
            "--set",
            "accounts.purge_interval=1",
            "--set",
            "accounts.deletion_grace=0",
        ];

        let mut service = sandbox.start(&[&AN_HOUR[..], &settings, &["serve"]].concat());

        let line = service.log_line("user.erase");
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            (&line["actor_kind"], &line["object"]),
            (&json!("service"), &json!("user:1"))
        );
        let purged = service.log_line("purged");
        assert!(purged.contains("events: 1"), "{purged}");
    });
}
