use profiled_domain::{CompletionRules, ProfileField, User};

use crate::people::complete;

/// Section 4 of `decisions.md`.
fn of_the_contract() -> CompletionRules {
    let required = vec![
        ProfileField::MobileNumber,
        ProfileField::Email,
        ProfileField::FirstName,
        ProfileField::LastName,
        ProfileField::Gender,
    ];
    CompletionRules { required }
}

#[test]
fn a_profile_with_all_required_fields_misses_nothing() {
    let user = User {
        username: None,
        avatar: None,
        number_phone: None,
        ..complete()
    };

    let rules = of_the_contract();

    assert_eq!(rules.missing(&user), []);
    assert!(rules.is_complete(&user));
}

#[test]
fn null_and_empty_fields_are_missing_in_the_order_of_the_rule() {
    let user = User {
        gender: None,
        email: Some(String::new()),
        mobile_number: None,
        ..complete()
    };

    let rules = of_the_contract();

    let missing = [
        ProfileField::MobileNumber,
        ProfileField::Email,
        ProfileField::Gender,
    ];
    assert_eq!(rules.missing(&user), missing);
    assert!(!rules.is_complete(&user));
}

#[test]
fn every_field_can_be_required() {
    type Clear = fn(&mut User);
    let cases: [(ProfileField, Clear); 8] = [
        (ProfileField::Username, |user| user.username = None),
        (ProfileField::MobileNumber, |user| user.mobile_number = None),
        (ProfileField::NumberPhone, |user| user.number_phone = None),
        (ProfileField::Email, |user| user.email = None),
        (ProfileField::Avatar, |user| user.avatar = None),
        (ProfileField::FirstName, |user| user.first_name = None),
        (ProfileField::LastName, |user| user.last_name = None),
        (ProfileField::Gender, |user| user.gender = None),
    ];

    for (field, clear) in cases {
        let rules = CompletionRules {
            required: vec![field],
        };
        let mut user = complete();
        assert!(rules.is_complete(&user), "{field:?}");
        clear(&mut user);
        assert_eq!(rules.missing(&user), [field]);
    }
}

#[test]
fn without_rules_every_profile_is_complete() {
    let rules = CompletionRules {
        required: Vec::new(),
    };

    assert!(rules.is_complete(&User {
        email: None,
        ..complete()
    }));
}

#[test]
fn the_full_name_joins_what_there_is() {
    let cases = [
        (Some("Ada"), Some("Lovelace"), Some("Ada Lovelace")),
        (Some("Ada"), None, Some("Ada")),
        (Some(""), Some("Lovelace"), Some("Lovelace")),
        (Some(""), Some(""), None),
        (None, None, None),
        (Some("Ada  B "), Some(" C"), Some("Ada  B   C")),
    ];

    for (first, last, expected) in cases {
        let user = User {
            first_name: first.map(str::to_owned),
            last_name: last.map(str::to_owned),
            ..complete()
        };
        assert_eq!(user.full_name().as_deref(), expected);
    }
}
