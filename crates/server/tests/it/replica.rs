//! The settings of a replica.

use crate::sandbox::Sandbox;

const SERVER: &str = "postgres://user:hunter2@127.0.0.1:1/profiled";

fn refused(sandbox: &Sandbox, settings: &[&str]) -> String {
    let settings = settings.iter().flat_map(|setting| ["--set", setting]);
    let command: Vec<_> = ["check"].into_iter().chain(settings).collect();
    let ended = sandbox.run(&command);
    assert_eq!(ended.code, Some(5), "{}", ended.err);
    assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    assert!(!ended.err.contains("hunter2"), "{}", ended.err);
    ended.err
}

#[test]
fn a_replica_beside_a_file_or_in_one_is_refused_in_one_line() {
    let sandbox = Sandbox::new();
    let (url, read_url) = (
        format!("database.url={SERVER}"),
        format!("database.read_url={SERVER}"),
    );

    let beside_a_file = refused(&sandbox, &[&read_url]);
    let in_a_file = refused(&sandbox, &[&url, "database.read_url=sqlite://copy.sqlite3"]);
    let of_another = refused(&sandbox, &[&url, "database.read_url=mysql://localhost/x"]);

    let end = "has a use with PostgreSQL alone: remove it, or let database.url name a server\n";
    assert_eq!(
        beside_a_file,
        format!("profiled: database.read_url in --set {end}")
    );
    assert_eq!(
        in_a_file,
        "profiled: database.read_url in --set must begin with postgres://: a file is no replica of a server\n"
    );
    assert_eq!(
        of_another,
        "profiled: database.read_url in --set must begin with sqlite://, postgres:// or postgresql://\n"
    );
}

#[test]
fn the_url_may_be_in_a_file_and_is_shown_without_its_password() {
    let mut sandbox = Sandbox::new();
    let file = sandbox.write("read-url", &format!("{SERVER}\n"));
    sandbox.set("PROFILED__DATABASE__READ_URL_FILE", &file);
    sandbox.set("PROFILED__DATABASE__URL", SERVER);

    let ended = sandbox.run(&["check"]);

    let shown = sandbox.json(&["settings", "database.read_url"]);
    assert_eq!(
        shown.get("value").unwrap(),
        "postgres://127.0.0.1:1/profiled"
    );
    assert!(!ended.out.contains("hunter2"), "{}", ended.out);
    assert_eq!(ended.code, Some(4));
    std::fs::remove_file(file).unwrap();
    assert_eq!(sandbox.run(&["check"]).code, Some(5));
}
