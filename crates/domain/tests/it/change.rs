use profiled_domain::{Gender, Patch, ProfileChange, User};

use crate::people::complete;

#[test]
fn what_is_not_mentioned_stays() {
    let mut user = complete();

    ProfileChange::default().apply_to(&mut user);

    assert_eq!(user, complete());
    assert!(ProfileChange::default().is_empty());
}

#[test]
fn values_are_set_and_cleared() {
    let change = ProfileChange {
        email: Patch::Set("new@example.com".to_owned()),
        first_name: Patch::Set(String::new()),
        last_name: Patch::Clear,
        gender: Patch::Set(Gender::Other),
        ..ProfileChange::default()
    };

    let mut user = complete();
    change.apply_to(&mut user);

    let expected = User {
        email: Some("new@example.com".to_owned()),
        first_name: Some(String::new()),
        last_name: None,
        gender: Some(Gender::Other),
        ..complete()
    };
    assert_eq!(user, expected);
    assert!(!change.is_empty());
}
