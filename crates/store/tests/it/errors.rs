//! Errors of the databases in the words of the domain.

use profiled_domain::{
    GroupRepository, Person, ProfileDepth, ProfileRepository, RepositoryError, UniqueKey, UserId,
    UserRepository,
};
use profiled_store::testing::TestDatabase;

use crate::people::{group, operator, person};

profiled_store::database_tests!(
    a_taken_group_name_is_a_conflict,
    inconsistent_row_is_not_reported_as_missing,
    text_that_a_column_does_not_hold_is_a_failure_and_changes_nothing,
);

fn a_taken_group_name_is_a_conflict(database: &TestDatabase) {
    let store = database.store().unwrap();
    store.create_group(&group("staff"), operator(1)).unwrap();

    let error = store
        .create_group(&group("staff"), operator(1))
        .unwrap_err();

    assert!(
        matches!(error, RepositoryError::Conflict(UniqueKey::GroupName)),
        "{error:?}"
    );
}

fn inconsistent_row_is_not_reported_as_missing(database: &TestDatabase) {
    let store = database.store().unwrap();
    let user = store.create_user(&person("ada"), operator(1)).unwrap();
    database
        .execute("UPDATE users SET gender = 'unheard of'")
        .unwrap();

    let broken = store
        .find_profile(user.id, ProfileDepth::Groups)
        .unwrap_err();
    let missing = store
        .find_profile(UserId(99), ProfileDepth::Groups)
        .unwrap();

    let names_it = matches!(broken, RepositoryError::Inconsistent { entity: "user", id, .. } if id == user.id.0);
    assert!(names_it, "{broken:?}");
    assert_eq!(missing, None);
}

fn text_that_a_column_does_not_hold_is_a_failure_and_changes_nothing(database: &TestDatabase) {
    let store = database.store().unwrap();
    let long = profiled_domain::NewUser {
        person: Person {
            first_name: Some("x".repeat(201)),
            ..person("ada").person
        },
        ..person("ada")
    };

    let error = store.create_user(&long, operator(1)).unwrap_err();

    assert!(matches!(error, RepositoryError::Failed(_)), "{error:?}");
    let page = profiled_domain::PageRequest {
        offset: 0,
        limit: 1,
    };
    assert_eq!(store.list_users(page).unwrap().total, 0);
}
