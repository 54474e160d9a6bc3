//! Nothing that cannot be taken back is done without `--yes`, or without somebody who says so at a terminal.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use serde_json::json;

use crate::sandbox::Sandbox;
use crate::terminal::at_terminal;

/// What a command line does: what is refused is told without the way out.
const DESTRUCTIVE: [(&str, &str); 10] = [
    ("user delete ada", "user delete deletes user 1, ada"),
    (
        "group delete Poets",
        "group delete deletes group 1 and its 1 memberships",
    ),
    (
        "org delete Mills",
        "org delete deletes organization 1 and its memberships for good, and leaves its teams without one",
    ),
    (
        "team delete Carters",
        "team delete deletes team 1 and its memberships for good",
    ),
    (
        "purge",
        "purge erases deleted accounts and what has expired, for good",
    ),
    ("migrate --revert 1", "migrate --revert deletes data"),
    ("backup store.tar.gz", "store.tar.gz exists"),
    ("export store.tar.gz", "store.tar.gz exists"),
    ("restore store.tar.gz", "the database has rows of users"),
    (
        "import django dump.json --mirror",
        "--mirror removes users, memberships and tokens that the dumps do not have",
    ),
];

fn filled() -> Sandbox {
    let sandbox = Sandbox::migrated();
    for line in [
        "user create --username ada",
        "group create Poets",
        "group add Poets ada",
        "org create Mills",
        "team create Carters --organization Mills",
        "backup store.tar.gz",
    ] {
        sandbox.done(&line.split(' ').collect::<Vec<_>>());
    }
    sandbox.write("dump.json", "[]");
    sandbox
}

/// All that is stored.
fn rows(sandbox: &Sandbox) -> String {
    let all = sandbox.done(&["export", "-"]);
    // The first line has the time.
    all.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn destructive_commands_are_refused_where_nobody_can_be_asked() {
    let sandbox = filled();
    let before = rows(&sandbox);

    for (line, what) in DESTRUCTIVE {
        let ended = sandbox.run(&line.split(' ').collect::<Vec<_>>());

        assert_eq!(ended.code, Some(3), "{line}: {ended:?}");
        let told = format!("profiled: {what}: add --yes to ");
        assert!(ended.err.starts_with(&told), "{line}: {ended:?}");
        assert_eq!(ended.err.lines().count(), 1, "{line}: {ended:?}");
        assert_eq!(ended.out, "", "{line}");
    }

    assert_eq!(rows(&sandbox), before);
}

#[test]
fn a_terminal_is_asked_and_only_yes_goes_on() {
    let test = "confirmation::a_terminal_is_asked_and_only_yes_goes_on";
    let sandbox = filled();
    let question = "group delete deletes group 1 and its 1 memberships: confirm? [y/N]";

    for typed in ["n\n", "\n", "yesterday\n", "\u{4}"] {
        let Some(ended) = at_terminal(test, &sandbox, "group delete Poets", typed) else {
            return;
        };

        assert_eq!(ended.code, Some(3), "{typed:?}: {ended:?}");
        assert!(ended.err.contains(question), "{ended:?}");
        assert!(ended.err.contains("profiled: nothing is done"), "{ended:?}");
        assert_eq!(sandbox.json(&["group", "list"])[0]["name"], "Poets");
    }
    let ended = at_terminal(test, &sandbox, "group delete Poets", "y\n").unwrap();

    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains(question), "{ended:?}");
    assert_eq!(sandbox.json(&["group", "list"]), json!([]));
}
