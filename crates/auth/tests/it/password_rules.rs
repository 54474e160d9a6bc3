//! Rules for new passwords (contract `drf.md`, section 9).

use profiled_auth::{PasswordPolicy, PasswordSettings, PasswordValidator};
use profiled_domain::Person;
use profiled_store::testing::defaults;
use serde_json::Value;

use crate::people::user;
use crate::test_store::TestStore;

/// What Django 5.2 said: `golden/record.py`.
const GOLDEN: &str = include_str!("../golden/rules.json");

fn policy(min_length: usize) -> PasswordPolicy {
    PasswordPolicy::new(&PasswordSettings {
        min_length,
        ..defaults("auth.password")
    })
}

fn messages(policy: &PasswordPolicy, password: &str, account: &Person) -> Vec<String> {
    let violations = policy.violations(password, account);
    violations.iter().map(ToString::to_string).collect()
}

#[test]
fn rules_say_what_django_says() {
    let golden: Value = serde_json::from_str(GOLDEN).unwrap();
    let vectors = golden["vectors"].as_array().unwrap();
    assert!(vectors.len() > 150);

    for vector in vectors {
        let text = |name: &str| vector[name].as_str().map(str::to_owned);
        let min_length = vector["min_length"].as_u64().unwrap_or(8);
        let account = Person {
            username: text("username"),
            first_name: text("first_name"),
            last_name: text("last_name"),
            email: text("email"),
            ..Person::default()
        };
        let policy = policy(usize::try_from(min_length).unwrap());

        let found = messages(&policy, &text("password").unwrap(), &account);

        assert_eq!(Value::from(found), vector["messages"], "{vector}");
    }
}

#[test]
fn similarity_is_judged_by_the_stored_account() {
    let ada = user(&TestStore::new(), "lovelace", true);

    let found = messages(&policy(8), "LoveLace1", &ada.person);

    assert_eq!(found, ["The password is too similar to the username."]);
}

#[test]
fn deployment_chooses_its_rules_and_their_order() {
    let chosen = PasswordSettings {
        validators: vec![PasswordValidator::Numeric, PasswordValidator::Length],
        min_length: 12,
        ..defaults("auth.password")
    };
    let account = Person {
        username: Some("123456".to_owned()),
        ..Person::default()
    };

    let found = messages(&PasswordPolicy::new(&chosen), "123456", &account);

    assert_eq!(
        found,
        [
            "This password is entirely numeric.",
            "This password is too short. It must contain at least 12 characters.",
        ]
    );
}

#[test]
fn huge_passwords_and_attributes_are_judged_quickly() {
    let huge = "é".repeat(1_000_000);
    let account = Person {
        username: Some(huge.clone()),
        ..Person::default()
    };

    let found = messages(&policy(8), &huge, &account);

    assert_eq!(found, ["The password is too similar to the username."]);
}
