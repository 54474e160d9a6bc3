//! The schema: mirrored, reversible, applied once.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;

use profiled_domain::{
    Condition, Membership, MembershipRepository, NewOrganization, NewToken, NumberedPage,
    OrganizationRepository, PageNumber, Selection, SelectionRepository, TokenRepository,
    UserRepository,
};
use profiled_store::testing::{TestDatabase, database_settings};
use profiled_store::{MigrationState, MigrationStatus, Store, migrate, pending, revert, status};

use crate::people::{at, operator, person, token};

#[test]
fn both_databases_have_the_same_migrations() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let names = |folder: &str| -> BTreeSet<_> {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect()
    };

    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn a_database_that_is_not_there_is_pending_and_not_created() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new.sqlite3");
    let settings = database_settings(&format!("sqlite://{}", file.display()));

    let missing = pending(&settings).unwrap();
    let opened = Store::open(&settings);

    assert!(!missing.is_empty());
    assert!(opened.is_err());
    assert!(!file.exists());
}

profiled_store::database_tests!(
    migrations_go_down_and_up_again,
    rows_of_other_tables_survive_a_revert_of_the_newest_migrations,
    racing_migrators_both_succeed,
    migrations_of_later_builds_are_told_by_what_they_say_of_themselves,
);

fn migrations_go_down_and_up_again(database: &TestDatabase) {
    let settings = database.settings();
    let all = status(&settings).unwrap();
    assert!(
        all.iter()
            .all(|migration| migration.state == MigrationState::Applied)
    );

    let reverted = revert(&settings, all.len()).unwrap();
    let missing = pending(&settings).unwrap();
    let applied = migrate(&settings).unwrap();
    let store = database.store().unwrap();
    store.create_user(&person("ada"), operator(1)).unwrap();

    assert_eq!(reverted.len(), all.len());
    assert_eq!(missing, applied);
    assert_eq!(migrate(&settings).unwrap(), Vec::<String>::new());
}

fn rows_of_other_tables_survive_a_revert_of_the_newest_migrations(database: &TestDatabase) {
    let settings = database.settings();
    let store = database.store().unwrap();
    let organization = |name: &str| {
        let new = NewOrganization {
            name: name.to_owned(),
            description: String::new(),
        };
        store.create_organization(&new, operator(1)).unwrap().id
    };
    let kept = organization("kept");
    let ada = store
        .create_user_in(
            Membership::OrganizationUser(kept),
            &person("ada"),
            operator(1),
        )
        .unwrap()
        .id;
    let gone = organization("gone");
    store.delete_organization(gone, operator(2)).unwrap();
    let ends = NewToken {
        expires_at: Some(at(3)),
        ..token(ada, 1)
    };
    store.issue_token(&ends).unwrap();
    drop(store);

    // Those that made the activity stream, and all since.
    let all = status(&settings).unwrap();
    let older = all.iter().take_while(|one| !one.name.contains("activity"));
    revert(&settings, all.len() - older.count()).unwrap();
    // In its own words: the store has those of the newest schema.
    for name in ["bob", "eve"] {
        let insert = format!(
            "INSERT INTO users (username, is_active, is_staff, is_superuser, ldap_dn, password, \
             date_joined) VALUES ('{name}', TRUE, FALSE, FALSE, '', '!', '2026-01-01 00:00:00')"
        );
        database.execute(&insert).unwrap();
    }
    let deactivate = format!("UPDATE users SET is_active = FALSE WHERE id = {}", ada.0);
    database.execute(&deactivate).unwrap();
    migrate(&settings).unwrap();
    let store = database.store().unwrap();

    let page = NumberedPage {
        number: PageNumber::At(1),
        size: 10,
    };
    let selection = Selection {
        condition: Condition::everything(),
        order: Vec::new(),
        page,
    };
    let users = store.select_users(&selection).unwrap();
    assert_eq!((users.total, users.items.len()), (2, 2));
    assert_eq!(store.select_organizations(&selection).unwrap().total, 1);
    assert_eq!(database.count("organization_users").unwrap(), 1);
    assert_eq!(store.prune_tokens(at(3), 10).unwrap(), 1);
}

fn migrations_of_later_builds_are_told_by_what_they_say_of_themselves(database: &TestDatabase) {
    let settings = database.settings();
    let known = status(&settings).unwrap().len();
    let later = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000001'), ('99990101000002'); \
                 INSERT INTO breaking_migrations (version) VALUES ('99990101000002')";
    database.execute(later).unwrap();

    let all = status(&settings).unwrap();

    let unknown = |name: &str, is_breaking| MigrationStatus {
        name: name.to_owned(),
        state: MigrationState::Unknown { is_breaking },
    };
    assert_eq!(
        all[known..],
        [
            unknown("99990101000001", false),
            unknown("99990101000002", true)
        ]
    );
    assert_eq!(pending(&settings).unwrap(), Vec::<String>::new());
    assert_eq!(migrate(&settings).unwrap(), Vec::<String>::new());
}

fn racing_migrators_both_succeed(database: &TestDatabase) {
    let settings = database.settings();
    let count = status(&settings).unwrap().len();
    revert(&settings, count).unwrap();

    let applied: usize = thread::scope(|scope| {
        let racers: Vec<_> = (0..4).map(|_| scope.spawn(|| migrate(&settings))).collect();
        racers
            .into_iter()
            .map(|racer| racer.join().unwrap().unwrap().len())
            .sum()
    });

    assert_eq!(applied, count);
    assert_eq!(pending(&settings).unwrap(), Vec::<String>::new());
}
