use profiled_domain::{CompletionRules, Patch, Person, ProfileChange, ProfileField};

use crate::people::complete;

/// `decisions.md` 4.
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
    let person = Person {
        username: None,
        avatar: None,
        number_phone: None,
        ..complete()
    };

    let rules = of_the_contract();

    assert_eq!(rules.missing(&person), []);
    assert!(rules.is_complete(&person));
}

#[test]
fn null_and_empty_fields_are_missing_in_the_order_of_the_rule() {
    let person = Person {
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
    assert_eq!(rules.missing(&person), missing);
    assert!(!rules.is_complete(&person));
}

#[test]
fn every_field_can_be_required() {
    for field in ProfileField::ALL.iter().copied() {
        let rules = CompletionRules {
            required: vec![field],
        };
        let mut person = complete();
        let mut change = ProfileChange::default();
        change.set(field, Patch::Clear).unwrap();
        assert!(rules.is_complete(&person), "{field:?}");

        change.apply_to(&mut person);

        assert_eq!(rules.missing(&person), [field]);
        assert_eq!(change.fields(), [field.as_str()]);
    }
}

#[test]
fn without_rules_every_profile_is_complete() {
    let rules = CompletionRules {
        required: Vec::new(),
    };

    assert!(rules.is_complete(&Person {
        email: None,
        ..complete()
    }));
}

#[test]
fn full_name_joins_the_names_that_are_set() {
    let cases = [
        (Some("Ada"), Some("Lovelace"), Some("Ada Lovelace")),
        (Some("Ada"), None, Some("Ada")),
        (Some(""), Some("Lovelace"), Some("Lovelace")),
        (Some(""), Some(""), None),
        (None, None, None),
        (Some("Ada  B "), Some(" C"), Some("Ada  B   C")),
    ];

    for (first, last, expected) in cases {
        let person = Person {
            first_name: first.map(str::to_owned),
            last_name: last.map(str::to_owned),
            ..complete()
        };
        assert_eq!(person.full_name().as_deref(), expected);
    }
}
