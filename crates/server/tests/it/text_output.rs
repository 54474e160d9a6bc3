//! Text that users write, where an operator reads it.

use serde_json::json;

use crate::sandbox::Sandbox;
use crate::terminal::at_terminal;

/// Sets the title, clears the screen, begins a line and turns the direction.
const HOSTILE: &str = "x\u{1b}]0;pwn\u{7}\u{9b}2J\r\n9 forged\u{2028}\u{202e}end";
const SHOWN: &str = r"x\u{1b}]0;pwn\u{7}\u{9b}2J\r\n9 forged\u{2028}\u{202e}end";

fn filled() -> Sandbox {
    let sandbox = Sandbox::migrated();
    let commands: [&[&str]; 5] = [
        &["user", "create", "ada", "--first-name", HOSTILE],
        &["token", "create", "ada", "--label", HOSTILE],
        &["group", "create", HOSTILE, "--notes", HOSTILE],
        &["org", "create", HOSTILE, "--description", HOSTILE],
        &[
            "team",
            "create",
            HOSTILE,
            "--organization",
            "1",
            "--description",
            HOSTILE,
        ],
    ];
    for command in commands {
        sandbox.done(command);
    }
    sandbox.done(&["group", "add", "1", "ada"]);
    sandbox
}

#[test]
fn text_of_users_never_steers_the_terminal_of_who_reads_it() {
    let sandbox = filled();
    // Each with the number of its lines.
    let cases = [
        ("user show ada", 11),
        ("token list ada", 1),
        ("group list", 1),
        ("group show 1", 2),
        ("org list", 1),
        ("org show 1", 5),
        ("team list", 1),
        ("team show 1", 3),
    ];

    for (line, count) in cases {
        let shown = sandbox.done(&line.split(' ').collect::<Vec<_>>());

        assert!(shown.contains(SHOWN), "{line}: {shown:?}");
        let others = shown.replace('\n', "");
        assert!(
            !others.contains(|c: char| c.is_control() || "\u{2028}\u{202e}".contains(c)),
            "{line}: {shown:?}"
        );
        assert_eq!(shown.lines().count(), count, "{line}: {shown:?}");
    }
    // Programs read what is there.
    let user = sandbox.json(&["user", "show", "ada"]);
    assert_eq!(user["first_name"], json!(HOSTILE));
    assert_eq!(user["groups"], json!([HOSTILE]));
}

#[test]
fn failures_and_questions_steer_no_terminal() {
    let sandbox = filled();
    let taken = sandbox.run(&["--set", "http.bind=\u{9b}2J\u{202e}", "user", "list"]);
    assert_eq!(taken.code, Some(5), "{taken:?}");
    assert!(taken.err.contains(r"\u{9b}2J\u{202e}"), "{taken:?}");
    assert!(!taken.err.contains(['\u{9b}', '\u{202e}']), "{taken:?}");

    let test = "text_output::failures_and_questions_steer_no_terminal";
    sandbox.write("a\u{9b}2J", "");
    let Some(asked) = at_terminal(test, &sandbox, "export 'a\u{9b}2J'", "n\n") else {
        return;
    };
    assert!(asked.err.contains(r"a\u{9b}2J exists"), "{asked:?}");
    assert!(!asked.err.contains('\u{9b}'), "{asked:?}");
}
