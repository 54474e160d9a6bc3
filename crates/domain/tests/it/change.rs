use profiled_domain::{Gender, Patch, Person, ProfileChange, ProfileField, UnknownGender};

use crate::people::complete;

#[test]
fn absent_attributes_stay_unchanged() {
    let mut person = complete();

    ProfileChange::default().apply_to(&mut person);

    assert_eq!(person, complete());
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

    let mut person = complete();
    change.apply_to(&mut person);

    let expected = Person {
        email: Some("new@example.com".to_owned()),
        first_name: Some(String::new()),
        last_name: None,
        gender: Some(Gender::Other),
        ..complete()
    };
    assert_eq!(person, expected);
    assert!(!change.is_empty());
}

#[test]
fn attributes_are_set_by_name_and_unknown_names_and_values_are_refused() {
    let mut change = ProfileChange::default();
    for field in ProfileField::ALL {
        assert_eq!(field.as_str().parse(), Ok(*field));
    }

    let unknown = "shoe_size".parse::<ProfileField>();
    let wrong = change.set(ProfileField::Gender, Patch::Set("divers".to_owned()));

    assert_eq!(
        unknown.unwrap_err().to_string(),
        "a person has no attribute \"shoe_size\""
    );
    assert_eq!(wrong, Err(UnknownGender));
    assert!(change.is_empty());
}
