//! Django's encoding of passwords (contract `drf.md`, section 11; attack case D5).

use profiled_auth::{PasswordHasher, PasswordSettings};
use profiled_domain::PasswordHash;
use serde_json::Value;

use crate::people::hasher;

#[test]
fn djangos_own_hashes_are_verified() {
    let text = include_str!("../../../../tests/contract/fixtures/password_hashes.json");
    let fixture: Value = serde_json::from_str(text).unwrap();
    let mut seen = 0;

    for sample in fixture["samples"].as_array().unwrap() {
        if sample["algorithm"] == "pbkdf2_sha256" {
            let stored = PasswordHash::from_encoded(sample["encoded"].as_str().unwrap());
            let password = sample["password"].as_str().unwrap();
            assert_eq!(
                hasher().verify(password, &stored),
                sample["verifies"] == true,
                "{sample}"
            );
            seen += 1;
        }
    }
    assert!(seen > 0);
}

#[test]
fn a_new_hash_is_in_djangos_form_and_salted() {
    let hasher = PasswordHasher::new(&PasswordSettings {
        iterations: 3,
        ..Default::default()
    });

    let (one, two) = (hasher.encode("گذرواژه-é-🔑"), hasher.encode("گذرواژه-é-🔑"));

    let parts: Vec<&str> = one.as_encoded().split('$').collect();
    assert_eq!(parts.get(..2), Some(["pbkdf2_sha256", "3"].as_slice()));
    assert_eq!(parts.get(2).map(|salt| salt.len()), Some(22));
    assert_ne!(one, two);
    assert!(hasher.verify("گذرواژه-é-🔑", &one));
    assert!(!hasher.verify("گذرواژه-é-🔑 ", &one));
}

#[test]
fn other_encodings_and_absurd_costs_never_match() {
    let never = [
        "",
        "secret",
        "!unusable",
        "md5$salt$5ebe2294ecd0e0f08eab7690d2a6ee69",
        "pbkdf2_sha256$0$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "pbkdf2_sha256$4000000000$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "pbkdf2_sha256$1$salt$AAAA",
        "pbkdf2_sha256$1$salt",
    ];

    for encoded in never {
        let stored = PasswordHash::from_encoded(encoded);
        assert!(!hasher().verify("secret", &stored), "{encoded}");
    }
    let stored = hasher().encode("x");
    assert!(!hasher().verify(&"x".repeat(10_000_000), &stored));
}

#[test]
fn hashes_are_not_shown() {
    assert_eq!(
        format!("{:?}", hasher().encode("secret")),
        "PasswordHash(…)"
    );
}
