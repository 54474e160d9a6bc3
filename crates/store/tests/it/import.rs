//! Imports: one transaction, ids kept, idempotent.

use profiled_domain::{
    GroupRepository, Model, ObjectState, OrganizationId, OrganizationRepository, PasswordHash,
    Person, ProfileDepth, ProfileRepository, RepositoryError, SelectionRepository, TeamId,
    TeamRepository, TokenRepository, UniqueKey, UserId, UserRepository,
};
use profiled_store::testing::TestDatabase;
use profiled_store::{
    ImportOutcome, ImportSession, ImportedGroup, ImportedOrganization, ImportedTeam, ImportedToken,
    ImportedUser, Refusal, Store, Taken,
};

use crate::people::{at, group, operator, person, token};

profiled_store::database_tests!(
    rows_keep_their_ids_and_new_ids_come_after_them,
    a_second_import_changes_nothing,
    a_changed_row_is_updated,
    another_password_and_deactivation_end_all_credentials,
    taken_values_are_refused_and_the_rest_goes_on,
    token_moves_to_another_user_and_the_first_of_two_claims_counts,
    values_too_long_for_a_column_are_refused,
    references_to_missing_users_are_refused,
    dry_run_and_failed_import_store_nothing,
    deleted_objects_are_imported_again_and_may_be_deleted_again,
);

/// What stands for the digest by which tokens know a password.
pub fn digest(password: &PasswordHash) -> String {
    format!("of {}", password.as_encoded())
}

pub fn user(id: i64, name: &str) -> ImportedUser {
    ImportedUser {
        id,
        external_id: None,
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

pub fn import<T>(
    store: &Store,
    work: impl FnOnce(&mut ImportSession<'_>) -> Result<T, RepositoryError>,
) -> T {
    store.import(false, at(9), digest, work).unwrap()
}

pub fn users(
    session: &mut ImportSession<'_>,
    rows: &[ImportedUser],
) -> Result<Vec<ImportOutcome>, RepositoryError> {
    let stored = session.users(rows)?.into_iter();
    Ok(stored.map(|stored| stored.outcome).collect())
}

fn everything(session: &mut ImportSession<'_>) -> Result<Vec<ImportOutcome>, RepositoryError> {
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

    assert_eq!(outcomes, vec![ImportOutcome::Created; 6]);
    assert_eq!((next_user.id.0, next_group.id.0), (8, 41));
    let staff = store.find_group("staff").unwrap().unwrap();
    assert_eq!((staff.users_count, staff.created_at), (2, at(9)));
}

fn a_second_import_changes_nothing(database: &TestDatabase) {
    let store = database.store().unwrap();
    import(&store, everything);
    let before = store.find_profile(UserId(5), ProfileDepth::Groups).unwrap();

    let outcomes = import(&store, everything);

    assert_eq!(outcomes, vec![ImportOutcome::Unchanged; 6]);
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

    assert_eq!(outcomes, [ImportOutcome::Updated]);
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

fn token_moves_to_another_user_and_the_first_of_two_claims_counts(database: &TestDatabase) {
    let store = database.store().unwrap();
    import(&store, everything);
    let held = || [5, 7].map(|user| store.list_tokens(UserId(user)).unwrap().len());

    let moved = import(&store, |session| {
        session.tokens(&[token(UserId(7), 1), token(UserId(5), 1)])
    });
    let after_move = held();
    let new = import(&store, |session| {
        session.tokens(&[token(UserId(5), 2), token(UserId(7), 2)])
    });

    let taken = |holder| {
        let key = UniqueKey::Token;
        ImportOutcome::Refused(Refusal::Taken(Taken { key, holder }))
    };
    assert_eq!(moved, [ImportOutcome::Updated, taken(7)]);
    assert_eq!(after_move, [0, 1]);
    assert_eq!(new, [ImportOutcome::Created, taken(5)]);
    assert_eq!(held(), [1, 1]);
}

fn taken_values_are_refused_and_the_rest_goes_on(database: &TestDatabase) {
    let store = database.store().unwrap();
    import(&store, everything);

    let outcomes = import(&store, |session| {
        let mut outcomes = users(session, &[user(8, "ada"), user(10, "last")])?;
        outcomes.push(session.group(&imported_group(41, "staff"))?);
        // One that no import has brought.
        let other = ImportedToken {
            label: "other".to_owned(),
            ..token(UserId(7), 1)
        };
        outcomes.extend(session.tokens(&[other])?);
        Ok(outcomes)
    });

    let taken = |key, holder| ImportOutcome::Refused(Refusal::Taken(Taken { key, holder }));
    assert_eq!(
        outcomes,
        [
            taken(UniqueKey::Username, 5),
            ImportOutcome::Created,
            taken(UniqueKey::GroupName, 40),
            taken(UniqueKey::Token, 5),
        ]
    );
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
    assert_eq!(
        outcomes,
        [ImportOutcome::Refused(long), ImportOutcome::Refused(null)]
    );
}

fn references_to_missing_users_are_refused(database: &TestDatabase) {
    let store = database.store().unwrap();
    import(&store, everything);

    let outcomes = import(&store, |session| {
        let mut outcomes = session.memberships(&[(99, 40), (5, 99)])?;
        outcomes.extend(session.tokens(&[token(UserId(99), 9)])?);
        Ok(outcomes)
    });

    let missing = |kind, id| ImportOutcome::Refused(Refusal::Missing(kind, id));
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

    assert_eq!(tried, vec![ImportOutcome::Created; 6]);
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
        assert_eq!(outcomes, [ImportOutcome::Created, ImportOutcome::Created]);
        assert_eq!(state(Model::Organization, 7), ObjectState::Present);
        assert_eq!(state(Model::Team, 8), ObjectState::Present);
        assert!(store.delete_team(TeamId(8), operator(2)).unwrap());
        let id = OrganizationId(7);
        assert!(store.delete_organization(id, operator(2)).unwrap());
        assert_eq!(state(Model::Organization, 7), ObjectState::Gone);
        assert_eq!(state(Model::Team, 8), ObjectState::Gone);
    }
}
