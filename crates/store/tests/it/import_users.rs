//! Users of imports: what they may share, and whose password is another one.

use profiled_domain::{
    Case, Condition, CredentialRepository, Field, Lookup, Model, PasswordHash, Patch, Person,
    Precondition, ProfileChange, SelectionRepository, TextLookup, UniqueKey, UserId, UserLookup,
    UserRepository,
};
use profiled_store::testing::TestDatabase;
use profiled_store::{HolderRule, ImportOutcome, ImportedUser, Store, Taken, UserOutcome};

use crate::import::{import, user, users};
use crate::people::{at, operator};

profiled_store::database_tests!(
    another_hash_of_a_password_ends_no_credentials,
    shared_address_is_held_by_whom_the_import_prefers,
    shared_addresses_and_numbers_are_shown_by_all_and_held_by_the_first,
    shared_address_survives_other_changes_and_gives_way_to_a_new_one,
    filters_see_shared_addresses,
);

/// A user with this address and this mobile number.
fn reached_by(id: i64, email: &str, number: &str) -> ImportedUser {
    let name = format!("user{id}");
    ImportedUser {
        person: Person {
            email: Some(email.to_owned()),
            mobile_number: Some(number.to_owned()),
            ..user(id, &name).person
        },
        ..user(id, &name)
    }
}

fn reach(store: &Store, id: i64) -> (Option<String>, Option<String>) {
    let person = store
        .find_user(&UserLookup::Id(UserId(id)))
        .unwrap()
        .unwrap()
        .person;
    (person.email, person.mobile_number)
}

fn shared_addresses_and_numbers_are_shown_by_all_and_held_by_the_first(database: &TestDatabase) {
    let store = database.store().unwrap();
    let rows = [
        reached_by(1, "a@example.com", "1"),
        reached_by(2, "a@example.com", "1"),
        reached_by(3, "", ""),
        reached_by(4, "", ""),
    ];

    let first = import(&store, |session| session.users(&rows));
    let second = import(&store, |session| session.users(&rows));

    let taken = [UniqueKey::Email, UniqueKey::MobileNumber].map(|key| Taken { key, holder: 1 });
    let outcome = |outcome: ImportOutcome, taken: &[Taken]| UserOutcome {
        outcome,
        taken: taken.to_vec(),
        taken_over: Vec::new(),
    };
    let expected = |stored: ImportOutcome| {
        let alone = outcome(stored.clone(), &[]);
        let sharing = outcome(stored, &taken);
        [alone.clone(), sharing, alone.clone(), alone]
    };
    assert_eq!(first, expected(ImportOutcome::Created));
    assert_eq!(second, expected(ImportOutcome::Unchanged));
    let text = |text: &str| Some(text.to_owned());
    for (id, email, number) in [
        (1, "a@example.com", "1"),
        (2, "a@example.com", "1"),
        (3, "", ""),
        (4, "", ""),
    ] {
        assert_eq!(reach(&store, id), (text(email), text(number)), "{id}");
    }
    let holder = store.find_user(&UserLookup::Email("a@example.com".to_owned()));
    assert_eq!(holder.unwrap().unwrap().id, UserId(1));
    assert_eq!(
        store.find_user(&UserLookup::Email(String::new())).unwrap(),
        None
    );
}

fn shared_address_is_held_by_whom_the_import_prefers(database: &TestDatabase) {
    let on = |day: &str| Some(format!("{day}T00:00:00Z").parse().unwrap());
    let dated = |id, joined: &str, login: Option<&str>| ImportedUser {
        date_joined: on(joined),
        last_login: login.and_then(on),
        ..reached_by(id, "a@example.com", &id.to_string())
    };
    let rows = [
        dated(1, "2020-01-01", Some("2024-01-01")),
        dated(2, "2022-01-01", None),
        dated(3, "2021-01-01", Some("2023-01-01")),
    ];
    let store = database.store().unwrap();
    let holder = || {
        let key = UserLookup::Email("a@example.com".to_owned());
        store.find_user(&key).unwrap().unwrap().id.0
    };
    let import_by = |rule, rows: &[ImportedUser]| {
        import(&store, |session| {
            session.choose_holders(rule);
            session.users(rows)
        })
    };
    let outcomes = |stored: &[UserOutcome]| -> Vec<ImportOutcome> {
        stored.iter().map(|user| user.outcome.clone()).collect()
    };

    let newest = import_by(HolderRule::Newest, &rows);
    let held_by_newest = holder();
    let again = import_by(HolderRule::Newest, &rows);
    let login = import_by(HolderRule::LatestLogin, &rows);
    let held_by_login = holder();
    let first = import_by(HolderRule::First, &rows);

    let over = |holder| {
        let key = UniqueKey::Email;
        vec![Taken { key, holder }]
    };
    let taken_over: Vec<_> = newest.iter().map(|user| user.taken_over.clone()).collect();
    assert_eq!(taken_over, [Vec::new(), over(1), Vec::new()]);
    assert_eq!(held_by_newest, 2);
    assert_eq!(outcomes(&again), vec![ImportOutcome::Unchanged; 3]);
    assert_eq!(login[0].taken_over, over(2));
    assert_eq!((held_by_login, holder()), (1, 1));
    assert_eq!(outcomes(&first), vec![ImportOutcome::Unchanged; 3]);
    for id in 1..=3 {
        assert_eq!(reach(&store, id).0.as_deref(), Some("a@example.com"));
    }
}

fn shared_address_survives_other_changes_and_gives_way_to_a_new_one(database: &TestDatabase) {
    let store = database.store().unwrap();
    let rows = [
        reached_by(1, "a@example.com", "1"),
        reached_by(2, "a@example.com", "1"),
    ];
    import(&store, |session| session.users(&rows));
    let change = |email: Option<&str>| {
        let change = ProfileChange {
            email: email.map_or(Patch::Keep, |email| Patch::Set(email.to_owned())),
            last_name: Patch::Set("New".to_owned()),
            ..ProfileChange::default()
        };
        let by = operator(1);
        let written = store.update_profile(UserId(2), &change, &Precondition::None, by);
        written.unwrap().unwrap().user.person.email
    };

    let kept = change(None);
    let sent_back = change(Some("a@example.com"));
    let own = change(Some("b@example.com"));

    let text = |text: &str| Some(text.to_owned());
    assert_eq!(kept, text("a@example.com"));
    assert_eq!(sent_back, text("a@example.com"));
    assert_eq!(own, text("b@example.com"));
    let found = store.find_user(&UserLookup::Email("b@example.com".to_owned()));
    assert_eq!(found.unwrap().unwrap().id, UserId(2));
    assert_eq!(reach(&store, 1), (text("a@example.com"), text("1")));
}

fn filters_see_shared_addresses(database: &TestDatabase) {
    let store = database.store().unwrap();
    let rows = [
        reached_by(1, "a@example.com", "1"),
        reached_by(2, "a@example.com", "1"),
    ];
    import(&store, |session| session.users(&rows));
    let condition = Condition::Field(
        Field::Email,
        Lookup::Text(
            TextLookup::Exact,
            "a@example.com".to_owned(),
            Case::Sensitive,
        ),
    );

    let conditions = [condition];
    let holds = [1, 2].map(|id| store.holds(Model::User, id, &conditions).unwrap());

    assert_eq!(holds, [[true], [true]]);
}

fn another_hash_of_a_password_ends_no_credentials(database: &TestDatabase) {
    let store = database.store().unwrap();
    let hashed = |password: &str, last_login| ImportedUser {
        password: PasswordHash::from_encoded(password),
        last_login: Some(last_login),
        ..user(5, "ada")
    };
    let stored = || {
        let user = store
            .find_user(&UserLookup::Id(UserId(5)))
            .unwrap()
            .unwrap();
        let password = store.find_password_by_id(UserId(5)).unwrap().unwrap();
        let credentials = user.credentials;
        let text = password.as_encoded().to_owned();
        (credentials.number, credentials.password_digest, text)
    };
    let steps = [
        // A log-in at a greater cost, and the same dump once more.
        ("pbkdf2_sha256$2$b$B", at(3)),
        ("pbkdf2_sha256$2$b$B", at(3)),
        // An older dump.
        ("pbkdf2_sha256$1$a$A", at(2)),
        // A new password, at the same cost and then without a log-in.
        ("pbkdf2_sha256$2$c$C", at(4)),
        ("pbkdf2_sha256$3$d$D", at(4)),
    ];

    import(&store, |session| {
        users(session, &[hashed("pbkdf2_sha256$1$a$A", at(2))])
    });
    let found = steps.map(|(password, last_login)| {
        import(&store, |session| {
            users(session, &[hashed(password, last_login)])
        });
        stored()
    });

    let first = Some("of pbkdf2_sha256$1$a$A".to_owned());
    let rehashed = |text: &str| (0, first.clone(), text.to_owned());
    assert_eq!(found[..3], ["pbkdf2_sha256$2$b$B"; 3].map(rehashed));
    assert_eq!(found[3], (1, None, "pbkdf2_sha256$2$c$C".to_owned()));
    assert_eq!(found[4], (2, None, "pbkdf2_sha256$3$d$D".to_owned()));
}
