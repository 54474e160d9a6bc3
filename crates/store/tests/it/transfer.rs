//! Whole stores on their way from one database to another.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;

use profiled_domain::{GroupId, GroupRepository, UserId, UserRepository};
use profiled_store::testing::TestDatabase;
use profiled_store::{
    Existing, LEFT_OUT, PersonalRows, RowCounts, StoreHeader, TransferError, holds_rows, status,
};
use serde_json::Value;

use crate::full_store;
use crate::people::{operator, person};

profiled_store::database_tests!(
    every_table_and_column_of_the_schema_is_in_an_export,
    a_store_comes_back_from_each_database_byte_for_byte,
    a_filled_store_goes_on_as_the_one_that_it_came_from,
    a_store_with_rows_is_filled_only_if_they_may_go,
    an_export_is_as_of_its_first_read,
    lines_that_are_no_whole_export_leave_nothing,
    each_table_that_refers_to_users_is_in_the_rows_of_a_person,
);

fn export(database: &TestDatabase) -> (String, RowCounts) {
    let header = StoreHeader::of(status(&database.settings()).unwrap().pop().unwrap().name);
    let mut out = Vec::new();
    let store = database.store().unwrap();
    let counts = store.export(|session| session.write_store(&header, &mut out, &mut || {}));
    (String::from_utf8(out).unwrap(), counts.unwrap())
}

fn fill(
    database: &TestDatabase,
    export: &str,
    existing: Existing,
) -> Result<RowCounts, TransferError> {
    let mut input = BufReader::new(export.as_bytes());
    StoreHeader::read(&mut input)?;
    let store = database.store().unwrap();
    store.fill(&mut input, existing, &mut || {}, || Ok(()))
}

/// Empty databases of all kinds that there are.
fn targets() -> Vec<TestDatabase> {
    let postgres = TestDatabase::postgres("transfer").unwrap();
    let both = [Some(TestDatabase::sqlite().unwrap()), postgres];
    both.into_iter().flatten().collect()
}

/// The columns of each table, as the database itself knows them.
fn schema(database: &TestDatabase) -> BTreeMap<String, BTreeSet<String>> {
    let query = if database.url().starts_with("sqlite") {
        "SELECT t.name || ' ' || c.name AS line FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c \
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
    } else {
        "SELECT table_name || ' ' || column_name AS line FROM information_schema.columns WHERE table_schema = 'public'"
    };
    let mut tables = BTreeMap::<String, BTreeSet<String>>::new();
    for line in database.lines(query).unwrap() {
        let (table, column) = line.split_once(' ').unwrap();
        tables
            .entry(table.to_owned())
            .or_default()
            .insert(column.to_owned());
    }
    tables
}

fn every_table_and_column_of_the_schema_is_in_an_export(database: &TestDatabase) {
    let mut wanted = schema(database);
    for table in LEFT_OUT {
        assert!(wanted.remove(table).is_some(), "{table}");
    }

    let (text, _) = export(database);

    let mut written = BTreeMap::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        if let Some(table) = line.get("table") {
            let columns = line["columns"].as_array().unwrap().iter();
            let columns: BTreeSet<_> = columns.map(|it| it.as_str().unwrap().to_owned()).collect();
            written.insert(table.as_str().unwrap().to_owned(), columns);
        }
    }
    assert_eq!(written, wanted);
}

fn a_store_comes_back_from_each_database_byte_for_byte(database: &TestDatabase) {
    full_store::fill(database);
    let (first, counts) = export(database);
    let empty: Vec<_> = counts.iter().filter(|(_, rows)| **rows == 0).collect();
    assert!(empty.is_empty(), "full_store.rs has no row of {empty:?}");
    for target in targets() {
        let filled = fill(&target, &first, Existing::Refuse).unwrap();
        let (second, _) = export(&target);
        let back = TestDatabase::sqlite().unwrap();
        fill(&back, &second, Existing::Refuse).unwrap();

        assert_eq!(filled, counts);
        assert!(second == first, "{}\n{second}", target.url());
        assert!(export(&back).0 == first, "{}", target.url());
    }
}

fn a_filled_store_goes_on_as_the_one_that_it_came_from(database: &TestDatabase) {
    full_store::fill(database);
    let (text, _) = export(database);
    for target in targets() {
        fill(&target, &text, Existing::Refuse).unwrap();
        let store = target.store().unwrap();

        let group = store
            .create_group(&crate::people::group("new"), operator(1))
            .unwrap();
        let user = store.create_user(&person("eve"), operator(1)).unwrap();
        target
            .execute("INSERT INTO user_groups (user_id, group_id) VALUES (6, 2)")
            .unwrap();

        // 40 was given to a group that is gone.
        assert_eq!((group.id, user.id), (GroupId(41), UserId(6)));
        let members =
            target.lines("SELECT CAST(users_count AS TEXT) AS line FROM groups WHERE id = 2");
        assert_eq!(members.unwrap(), ["3"]);
        let active = "SELECT CAST(sum(change) AS TEXT) AS line FROM active_users_count";
        assert_eq!(target.lines(active).unwrap(), ["2"]);
    }
}

fn a_store_with_rows_is_filled_only_if_they_may_go(database: &TestDatabase) {
    full_store::fill(database);
    let (text, _) = export(database);
    for target in targets() {
        assert_eq!(holds_rows(&target.settings()).unwrap(), None);
        let store = target.store().unwrap();
        let mut eve = person("eve");
        eve.person.avatar = Some("users/avatars/eve.png".to_owned());
        store.create_user(&eve, operator(1)).unwrap();

        let refused = fill(&target, &text, Existing::Refuse).unwrap_err();
        let kept = target.count("users").unwrap();
        fill(&target, &text, Existing::Replace).unwrap();

        assert_eq!(refused.to_string(), "the database holds rows of users");
        assert_eq!(holds_rows(&target.settings()).unwrap(), Some("media_sweep"));
        assert_eq!(kept, 1);
        assert_eq!(export(&target).0, text);
    }
}

fn an_export_is_as_of_its_first_read(database: &TestDatabase) {
    full_store::fill(database);
    let (before, _) = export(database);
    let store = database.store().unwrap();
    let header = StoreHeader::read(&mut BufReader::new(before.as_bytes())).unwrap();
    let mut out = Vec::new();
    let mut is_changed = false;

    let counts = store.export(|session| {
        session.write_store(&header, &mut out, &mut || {
            if !is_changed {
                is_changed = true;
                database.execute("DELETE FROM activity").unwrap();
                let new = person("eve");
                database
                    .store()
                    .unwrap()
                    .create_user(&new, operator(1))
                    .unwrap();
            }
        })
    });

    counts.unwrap();
    assert_eq!(database.count("users").unwrap(), 4);
    let tables = |text: &str| {
        let lines = text.lines().filter(|line| line.starts_with('['));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(tables(&String::from_utf8(out).unwrap()), tables(&before));
}

fn lines_that_are_no_whole_export_leave_nothing(database: &TestDatabase) {
    let source = TestDatabase::sqlite().unwrap();
    full_store::fill(&source);
    let (text, counts) = export(&source);
    let rows: u64 = counts.values().sum();
    let cases = [
        ("", "line 1 is not that of an export"),
        (
            "{\"format\":\"other\"}\n",
            "line 1 is not that of an export",
        ),
        (
            &text.replace("\"version\":1,", "\"version\":2,"),
            "line 1 says version 2",
        ),
        (&text[..text.len() - 1], "is cut off"),
        (
            text.rsplit_once("{\"rows\"").unwrap().0,
            "the export is cut off",
        ),
        (
            &text.replace(&format!("{{\"rows\":{rows}}}"), "{\"rows\":1}"),
            "another number of rows",
        ),
        (&format!("{text}[]\n"), "stands behind the end"),
        (
            &text.replace("\"username\",", "\"nickname\","),
            "unknown column",
        ),
        (
            &text.replace("{\"table\":\"teams\"", "{\"table\":\"tea\""),
            "unknown",
        ),
        (
            &text.replace("{\"table\":\"teams\"", "{\"table\":\"users\""),
            "was there",
        ),
        (
            &text.replace("\"2026-02-02T03:04:05.123000Z\"", "\"soon\""),
            "a deleted_at that is no instant",
        ),
        (
            &text.replace("9223372036854775802", "92233720368547758020"),
            "a version that is no whole number",
        ),
        (
            &text.replace("[5,\"gone\"", "[\"5\",\"gone\""),
            "a user_id that is no whole number",
        ),
        (
            &text.replace("[5,\"gone\",", "[5,"),
            "too few or too many values",
        ),
        (
            &text.replace("[5,\"gone\"", "[555,\"gone\""),
            "does not exist",
        ),
        (&text.replace("\"ab", "\"xy"), "no hexadecimal text"),
    ];
    let (empty, _) = export(database);
    for (case, reason) in cases {
        assert!(*case != *text, "{reason}");
        let error = fill(database, case, Existing::Refuse).unwrap_err();
        let told = error.to_string();
        assert!(told.contains(reason), "{reason}: {told}");
        assert!(export(database).0 == empty, "{reason}");
    }
    fill(database, &text, Existing::Refuse).unwrap();
}

fn personal(database: &TestDatabase, user: i64) -> PersonalRows {
    let store = database.store().unwrap();
    store
        .export(|session| session.personal_rows(UserId(user)))
        .unwrap()
}

fn each_table_that_refers_to_users_is_in_the_rows_of_a_person(database: &TestDatabase) {
    full_store::fill(database);
    let query = if database.url().starts_with("sqlite") {
        "SELECT DISTINCT t.name AS line FROM sqlite_schema AS t JOIN pragma_foreign_key_list(t.name) AS f \
         WHERE f.\"table\" = 'users'"
    } else {
        "SELECT DISTINCT conrelid::regclass::text AS line FROM pg_constraint WHERE confrelid = 'users'::regclass"
    };
    let mut referring: BTreeSet<_> = database.lines(query).unwrap().into_iter().collect();
    // The user of an event; the event itself is there.
    assert!(referring.remove("activity_users"));

    let ada = personal(database, 3);
    let gone = personal(database, 5);

    let missing: Vec<_> = referring
        .iter()
        .filter(|table| !ada.contains_key(table.as_str()))
        .collect();
    assert!(missing.is_empty(), "not in personal.rs: {missing:?}");
    let none: Vec<_> = ada.iter().filter(|(_, rows)| rows.is_empty()).collect();
    assert_eq!(none, [(&"deleted_users", &Vec::new())]);
    let text = serde_json::to_string(&ada).unwrap();
    for planted in [
        "ada@example.com",
        "0049",
        "Ünï",
        "female",
        "users/avatars/a.png",
        "cn=ada",
        "kept-of-ada",
        "uuid-of-ada",
        "two lines",
        "label-of-ada",
        "address-of-ada",
        "family-of-ada",
        "jti-of-ada",
        "subject-of-ada",
        "Mills",
        "Carters",
        "{\\\"name\\\": ",
        "9999-12-31T23:59:59.999999Z",
    ] {
        assert!(text.contains(planted), "{planted}: {text}");
    }
    for secret in [
        "pbkdf2",
        "digest-of-ada",
        "00ff00ff",
        "jti-of-nobody",
        "Ploughs",
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert_eq!(gone["deleted_users"][0]["username"], "gone");
    assert_eq!(personal(database, 77)["users"].len(), 0);
}
