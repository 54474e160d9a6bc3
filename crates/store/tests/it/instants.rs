//! Instants are stored in microseconds, whatever the clock of the caller tells.

use chrono::{DateTime, Duration, Utc};
use profiled_domain::{
    Comparison, Condition, CredentialRepository, Field, FieldValue, GroupRepository, Lookup,
    NewToken, NumberedPage, OrganizationRepository, PageNumber, Selection, SelectionRepository,
    TokenRepository, UserId, UserLookup, UserRepository, WriteContext,
};
use profiled_store::Store;
use profiled_store::testing::TestDatabase;

use crate::directory::{events, organization};
use crate::people::{at, group, person, token};

profiled_store::database_tests!(
    instants_with_nanoseconds_are_stored_in_microseconds,
    users_are_selected_by_the_instant_that_is_read,
);

fn with_nanoseconds() -> DateTime<Utc> {
    at(5) + Duration::nanoseconds(789)
}

fn found(store: &Store, id: UserId) -> profiled_domain::User {
    store.find_user(&UserLookup::Id(id)).unwrap().unwrap()
}

fn instants_with_nanoseconds_are_stored_in_microseconds(database: &TestDatabase) {
    let store = database.store().unwrap();
    let now = with_nanoseconds();
    let created = store
        .create_user(&person("ada"), WriteContext::operator(now))
        .unwrap();
    store.record_login(created.id, now).unwrap();
    let team = store
        .create_group(&group("team"), WriteContext::operator(now))
        .unwrap();
    let new = NewToken {
        created_at: now,
        expires_at: Some(now),
        ..token(created.id, 1)
    };
    store.issue_token(&new).unwrap();
    let token = store.list_tokens(created.id).unwrap().remove(0);
    let mills = organization(&store, "Mills");
    let renamed = profiled_domain::OrganizationChange {
        name: Some("Works".to_owned()),
        ..Default::default()
    };
    let works = store.update_organization(mills.id, &renamed, WriteContext::operator(now));

    let user = found(&store, created.id);
    let stored = [
        created.date_joined,
        user.date_joined,
        user.last_login.unwrap(),
        team.created_at,
        team.updated_at,
        token.created_at,
        token.state.expires_at.unwrap(),
        works.unwrap().unwrap().modified,
        events(&store)[0].timestamp,
    ];

    assert_eq!(stored, [at(5); 9]);
}

fn users_are_selected_by_the_instant_that_is_read(database: &TestDatabase) {
    let store = database.store().unwrap();
    let created = store
        .create_user(&person("ada"), WriteContext::operator(with_nanoseconds()))
        .unwrap();
    let read = found(&store, created.id).date_joined;

    for comparison in [
        Comparison::Equal,
        Comparison::LessOrEqual,
        Comparison::GreaterOrEqual,
    ] {
        let test = Lookup::Compare(comparison, FieldValue::Instant(read));
        let selection = Selection {
            condition: Condition::Field(Field::DateJoined, test),
            order: Vec::new(),
            page: NumberedPage {
                number: PageNumber::At(1),
                size: 10,
            },
        };
        let page = store.select_users(&selection).unwrap();
        assert_eq!(page.total, 1, "{comparison:?}");
    }
}
