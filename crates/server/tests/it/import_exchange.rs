//! Users whose names and addresses are those that others had before the import.

use serde_json::{Value, json};

use crate::dump::{dump, token, user};
use crate::import_django::{import, tally};
use crate::import_keys::{key, known};
use crate::sandbox::Sandbox;

/// More users than are stored together.
const LAST: i64 = 1002;

/// A user of this name, with an address of the same name.
fn named(id: i64, name: &str) -> Value {
    let email = format!("{name}@example.com");
    user(id, &json!({"username": name, "email": email}))
}

#[test]
fn users_far_apart_who_exchange_names_and_addresses_are_updated() {
    Sandbox::on_each_database("exchange", |sandbox| {
        let mut records: Vec<Value> = (2..=LAST).map(|id| named(id, &format!("n{id}"))).collect();
        import(sandbox, &dump(&records));
        // A new user has the name of the last one, who has that of the first.
        records.insert(0, named(1, &format!("n{LAST}")));
        records[1] = named(2, "new");
        records[1001] = named(LAST, "n2");
        records.push(token(&key("a"), &json!(1)));
        records.push(token(&key("b"), &json!([format!("n{LAST}")])));

        let changed = import(sandbox, &dump(&records));
        let again = import(sandbox, &dump(&records));

        assert_eq!(changed["skipped"], json!([]));
        assert_eq!(changed["warnings"], json!([]));
        assert_eq!(tally(&changed, "users"), [1, 2, LAST - 3, 0]);
        assert_eq!(tally(&changed, "tokens"), [2, 0, 0, 0]);
        assert_eq!(tally(&again, "users"), [0, 0, LAST, 0]);
        assert_eq!(tally(&again, "tokens"), [0, 0, 2, 0]);
        for (id, name) in [(1, "n1002"), (2, "new"), (LAST, "n2")] {
            assert_eq!(known(sandbox, name).0, id, "{name}");
            let address = format!("{name}@example.com");
            assert_eq!(known(sandbox, &address).0, id, "{address}");
        }
    });
}

#[test]
fn a_user_made_again_under_another_id_is_taken_by_a_mirror_at_once() {
    Sandbox::on_each_database("made again", |sandbox| {
        import(sandbox, &dump(&[named(1, "ada"), named(2, "eve")]));
        let records = [
            named(2, "eve"),
            named(3, "ada"),
            token(&key("a"), &json!(3)),
        ];
        let file = sandbox.write("dump.json", &dump(&records));

        let kept = sandbox.json(&["import", "django", &file]);
        let mirrored = sandbox.json(&["import", "django", &file, "--mirror", "--yes"]);
        let again = sandbox.json(&["import", "django", &file, "--mirror", "--yes"]);

        assert_eq!(
            kept["skipped"],
            json!([
                "accounts.user 3: username is taken by 1",
                "token aaaaaaaa…: user 3 is not imported"
            ])
        );
        assert_eq!(tally(&mirrored, "users"), [1, 0, 1, 0]);
        assert_eq!(tally(&mirrored, "tokens"), [1, 0, 0, 0]);
        assert_eq!(mirrored["skipped"], json!([]));
        assert_eq!(tally(&again, "users"), [0, 0, 2, 0]);
        assert_eq!(known(sandbox, "ada").0, 3);
    });
}
