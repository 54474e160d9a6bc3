//! Imports: one transaction, ids kept, idempotent.

use profiled_domain::{
    Case, Condition, CredentialRepository, Field, GroupRepository, Model, ObjectState,
    OrganizationId, OrganizationRepository, PasswordHash, Patch, Person, Precondition,
    ProfileChange, ProfileDepth, ProfileRepository, RepositoryError, SelectionRepository, TeamId,
    TeamRepository, Test, TextTest, TokenRepository, UniqueKey, UserId, UserKey, UserRepository,
};
use profiled_store::testing::TestDatabase;
use profiled_store::{
    ImportSession, ImportedGroup, ImportedOrganization, ImportedTeam, ImportedUser, Outcome,
    Refusal, Store, Taken, UserOutcome,
};

use crate::people::{at, group, operator, person, token};

profiled_store::database_tests!(
    rows_keep_their_ids_and_new_ids_come_after_them,
    a_second_import_changes_nothing,
    another_hash_of_a_password_ends_no_credentials,
    a_changed_row_is_updated,
    another_password_and_deactivation_end_all_credentials,
    taken_values_are_refused_and_the_rest_goes_on,
    shared_addresses_and_numbers_are_shown_by_all_and_held_by_the_first,
    shared_address_survives_other_changes_and_gives_way_to_a_new_one,
    filters_see_shared_addresses,
    values_too_long_for_a_column_are_refused,
    references_to_missing_users_are_refused,
    dry_run_and_failed_import_store_nothing,
    deleted_objects_are_imported_again_and_may_be_deleted_again,
);

/// What stands for the digest by which tokens know a password.
pub fn digest(password: &PasswordHash) -> String {
    format!("of {}", password.as_encoded())
}

fn user(id: i64, name: &str) -> ImportedUser {
    ImportedUser {
        id,
        person: Person {
            username: Some(name.to_owned()),
            email: Some(format!("{name}@example.com")),
            last_name: Some(String::new()),
            ..Person::default()
        },
        is_active: true,
        is_staff: true,
        is_superuser: false,
        ldap_dn: String::new(),
        password: PasswordHash::from_encoded("!"),
        date_joined: Some(at(1)),
        last_login: Some(at(2)),
    }
}

fn imported_group(id: i64, name: &str) -> ImportedGroup {
    ImportedGroup {
        id,
        name: name.to_owned(),
        notes: None,
        created_at: None,
        updated_at: None,
    }
}

fn import<T>(
    store: &Store,
    work: impl FnOnce(&mut ImportSession<'_>) -> Result<T, RepositoryError>,
) -> T {
    store.import(false, at(9), digest, work).unwrap()
}

fn users(
    session: &mut ImportSession<'_>,
    rows: &[ImportedUser],
) -> Result<Vec<Outcome>, RepositoryError> {
    let stored = session.users(rows)?.into_iter();
    Ok(stored.map(|stored| stored.outcome).collect())
}

fn everything(session: &mut ImportSession<'_>) -> Result<Vec<Outcome>, RepositoryError> {
    let mut outcomes = users(session, &[user(5, "ada"), user(7, "bob")])?;
    outcomes.push(session.group(&imported_group(40, "staff"))?);
    outcomes.extend(session.memberships(&[(5, 40), (7, 40)])?);
    outcomes.extend(session.tokens(&[token(UserId(5), 1)])?);
    Ok(outcomes)
}

fn rows_keep_their_ids_and_new_ids_come_after_them(database: &TestDatabase) {
    let store = database.store().unwrap();

    let outcomes = import(&store, everything);
    let next_user = store.create_user(&person("new"), operator(1)).unwrap();
    let next_group = store.create_group(&group("new"), operator(1)).unwrap();

    assert_eq!(outcomes, vec![Outcome::Created; 6]);
    assert_eq!((next_user.id.0, next_group.id.0), (8, 41));
    let staff = store.find_group("staff").unwrap().unwrap();
    assert_eq!((staff.users_count, staff.created_at), (2, at(9)));
}

fn a_second_import_changes_nothing(database: &TestDatabase) {
    let store = database.store().unwrap();
    import(&store, everything);
    let before = store.find_profile(UserId(5), ProfileDepth::Groups).unwrap();

    let outcomes = import(&store, everything);

    assert_eq!(outcomes, vec![Outcome::Unchanged; 6]);
    assert_eq!(
        store.find_profile(UserId(5), ProfileDepth::Groups).unwrap(),
        before
    );
}

fn another_password_and_deactivation_end_all_credentials(database: &TestDatabase) {
    let store = database.store().unwrap();
    import(&store, everything);
    let epoch = || {
        let found = store
            .find_profile(UserId(5), ProfileDepth::Account)
            .unwrap();
        let tokens = store.list_tokens(UserId(5)).unwrap();
        (found.unwrap().user.credentials.number, tokens.len())
    };
    let renamed = ImportedUser {
        person: Person {
            username: Some("eve".to_owned()),
            ..user(5, "ada").person
        },
        ..user(5, "ada")
    };
    let other_password = ImportedUser {
        password: PasswordHash::from_encoded("!!"),
        ..renamed.clone()
    };
    let inactive = ImportedUser {
        is_active: false,
        ..other_password.clone()
    };

    let mut epochs = vec![epoch()];
    for next in [&renamed, &other_password, &inactive, &other_password] {
        import(&store, |session| users(session, std::slice::from_ref(next)));
        epochs.push(epoch());
    }

    assert_eq!(epochs, [(0, 1), (0, 1), (1, 0), (2, 0), (2, 0)]);
}

fn another_hash_of_a_password_ends_no_credentials(database: &TestDatabase) {
    let store = database.store().unwrap();
    let hashed = |password: &str, last_login| ImportedUser {
        password: PasswordHash::from_encoded(password),
        last_login: Some(last_login),
        ..user(5, "ada")
    };
    let stored = || {
        let user = store.find_user(&UserKey::Id(UserId(5))).unwrap().unwrap();
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

fn a_changed_row_is_updated(database: &TestDatabase) {
    let store = database.store().unwrap();
    import(&store, everything);
    let renamed = ImportedUser {
        person: Person {
            username: None,
            ..user(5, "ada").person
        },
        last_login: None,
        ..user(5, "ada")
    };

    let outcomes = import(&store, |session| users(session, &[renamed]));

    assert_eq!(outcomes, [Outcome::Updated]);
    let stored = store
        .find_profile(UserId(5), ProfileDepth::Groups)
        .unwrap()
        .unwrap();
    assert_eq!(
        (stored.user.person.username, stored.user.last_login),
        (None, None)
    );
    assert_eq!(stored.groups.len(), 1);
}

fn taken_values_are_refused_and_the_rest_goes_on(database: &TestDatabase) {
    let store = database.store().unwrap();
    import(&store, everything);

    let outcomes = import(&store, |session| {
        let mut outcomes = users(session, &[user(8, "ada"), user(10, "last")])?;
        outcomes.push(session.group(&imported_group(41, "staff"))?);
        outcomes.extend(session.tokens(&[token(UserId(7), 1)])?);
        Ok(outcomes)
    });

    let taken = |key, holder| Outcome::Refused(Refusal::Taken(Taken { key, holder }));
    assert_eq!(
        outcomes,
        [
            taken(UniqueKey::Username, 5),
            Outcome::Created,
            taken(UniqueKey::GroupName, 40),
            taken(UniqueKey::Token, 5),
        ]
    );
}

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
        .find_user(&UserKey::Id(UserId(id)))
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
    let outcome = |outcome: Outcome, taken: &[Taken]| UserOutcome {
        outcome,
        taken: taken.to_vec(),
    };
    let expected = |stored: Outcome| {
        let alone = outcome(stored.clone(), &[]);
        let sharing = outcome(stored, &taken);
        [alone.clone(), sharing, alone.clone(), alone]
    };
    assert_eq!(first, expected(Outcome::Created));
    assert_eq!(second, expected(Outcome::Unchanged));
    let text = |text: &str| Some(text.to_owned());
    for (id, email, number) in [
        (1, "a@example.com", "1"),
        (2, "a@example.com", "1"),
        (3, "", ""),
        (4, "", ""),
    ] {
        assert_eq!(reach(&store, id), (text(email), text(number)), "{id}");
    }
    let holder = store.find_user(&UserKey::Email("a@example.com".to_owned()));
    assert_eq!(holder.unwrap().unwrap().id, UserId(1));
    assert_eq!(
        store.find_user(&UserKey::Email(String::new())).unwrap(),
        None
    );
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
    let found = store.find_user(&UserKey::Email("b@example.com".to_owned()));
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
        Test::Text(TextTest::Exact, "a@example.com".to_owned(), Case::Sensitive),
    );

    let conditions = [condition];
    let holds = [1, 2].map(|id| store.holds(Model::User, id, &conditions).unwrap());

    assert_eq!(holds, [[true], [true]]);
}

fn values_too_long_for_a_column_are_refused(database: &TestDatabase) {
    let store = database.store().unwrap();
    let long = ImportedUser {
        person: Person {
            mobile_number: Some("1".repeat(33)),
            ..user(1, "long").person
        },
        ..user(1, "long")
    };
    let null = ImportedUser {
        person: Person {
            first_name: Some("a\0b".to_owned()),
            ..user(2, "null").person
        },
        ..user(2, "null")
    };

    let outcomes = import(&store, |session| users(session, &[long, null]));

    let long = Refusal::TooLong {
        column: "mobile_number",
        max: 32,
    };
    let null = Refusal::NullCharacter("first_name");
    assert_eq!(outcomes, [Outcome::Refused(long), Outcome::Refused(null)]);
}

fn references_to_missing_users_are_refused(database: &TestDatabase) {
    let store = database.store().unwrap();
    import(&store, everything);

    let outcomes = import(&store, |session| {
        let mut outcomes = session.memberships(&[(99, 40), (5, 99)])?;
        outcomes.extend(session.tokens(&[token(UserId(99), 9)])?);
        Ok(outcomes)
    });

    let missing = |kind, id| Outcome::Refused(Refusal::Missing(kind, id));
    assert_eq!(
        outcomes,
        [
            missing("user", 99),
            missing("group", 99),
            missing("user", 99)
        ]
    );
}

fn dry_run_and_failed_import_store_nothing(database: &TestDatabase) {
    let store = database.store().unwrap();

    let tried = store.import(true, at(9), digest, everything).unwrap();
    let failed = store.import(false, at(9), digest, |session| {
        everything(session)?;
        Err::<(), _>(RepositoryError::Missing("courage"))
    });

    assert_eq!(tried, vec![Outcome::Created; 6]);
    assert!(
        matches!(failed, Err(RepositoryError::Missing("courage"))),
        "{failed:?}"
    );
    assert_eq!(
        store
            .find_profile(UserId(5), ProfileDepth::Account)
            .unwrap(),
        None
    );
    assert_eq!(store.find_group("staff").unwrap(), None);
}

fn deleted_objects_are_imported_again_and_may_be_deleted_again(database: &TestDatabase) {
    let store = database.store().unwrap();
    let organization = ImportedOrganization {
        id: 7,
        name: "One".to_owned(),
        description: String::new(),
        created_by: None,
        created: at(1),
        modified: at(1),
    };
    let team = ImportedTeam {
        id: 8,
        organization: Some(7),
        name: "A".to_owned(),
        description: String::new(),
        created_by: None,
        created: at(1),
        modified: at(1),
    };
    let state = |model, id| store.object_state(model, id).unwrap();

    for _ in 0..2 {
        let outcomes = import(&store, |session| {
            Ok([session.organization(&organization)?, session.team(&team)?])
        });
        assert_eq!(outcomes, [Outcome::Created, Outcome::Created]);
        assert_eq!(state(Model::Organization, 7), ObjectState::Present);
        assert_eq!(state(Model::Team, 8), ObjectState::Present);
        assert!(store.delete_team(TeamId(8), operator(2)).unwrap());
        let id = OrganizationId(7);
        assert!(store.delete_organization(id, operator(2)).unwrap());
        assert_eq!(state(Model::Organization, 7), ObjectState::Gone);
        assert_eq!(state(Model::Team, 8), ObjectState::Gone);
    }
}
