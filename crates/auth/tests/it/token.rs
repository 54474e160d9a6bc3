//! Opaque tokens (attack cases B1 to B6).

use chrono::Duration;
use profiled_auth::{AuthError, Scheme, TokenKey, TokenPolicy, TokenVerifier};
use profiled_domain::{NewToken, TokenClient, TokenRepository, UserId};
use profiled_store::Store;

use crate::people::{ask, now, user};
use crate::test_store::TestStore;

pub fn issue(repository: &Store, owner: UserId, change: impl FnOnce(&mut NewToken)) -> String {
    let key = TokenKey::generate();
    let mut token = NewToken {
        owner,
        epoch: None,
        digest: key.digest(),
        prefix: key.prefix().to_owned(),
        label: String::new(),
        created_at: now(),
        expires_at: None,
        is_sliding: false,
        binding: None,
    };
    change(&mut token);
    repository.issue_token(&token).unwrap();
    key.as_str().to_owned()
}

fn verifier() -> TokenVerifier {
    TokenVerifier::new(TokenPolicy {
        check_binding: true,
    })
}

#[test]
fn key_is_40_lower_case_hexadecimal_digits_and_never_the_same() {
    let (one, two) = (TokenKey::generate(), TokenKey::generate());

    assert!(TokenKey::parse(one.as_str()).is_some());
    assert_ne!(one.as_str(), two.as_str());
    assert_eq!(one.prefix(), one.as_str().get(..8).unwrap());
    for text in ["", "abc", &"A".repeat(40), &"g".repeat(40), &"0".repeat(41)] {
        assert!(TokenKey::parse(text).is_none(), "{text}");
    }
}

#[test]
fn known_key_is_accepted_and_any_other_refused() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let key = issue(&repository, ada.id, |_| ());

    let accepted = ask(&verifier(), format!("Token {key}").as_bytes(), &repository);

    let identity = accepted.unwrap().unwrap();
    assert_eq!(
        (*identity.profile.user, identity.scheme),
        (ada, Scheme::Token)
    );
    let wrong = [
        key.to_uppercase(),
        format!("{key}0"),
        "'\"--;%".to_owned(),
        "a".repeat(1 << 20),
    ];
    for wrong in wrong {
        let refused = ask(
            &verifier(),
            format!("Token {wrong}").as_bytes(),
            &repository,
        );
        assert!(matches!(refused, Some(Err(AuthError::InvalidToken))));
    }
}

#[test]
fn token_of_an_inactive_user_is_refused_as_inactive() {
    let repository = TestStore::new();
    let key = issue(&repository, user(&repository, "ada", false).id, |_| ());

    let refused = ask(&verifier(), format!("Token {key}").as_bytes(), &repository);

    assert!(matches!(
        refused,
        Some(Err(AuthError::UserInactive(Scheme::Token)))
    ));
}

#[test]
fn token_ends_at_its_very_second() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let over = issue(&repository, ada.id, |token| token.expires_at = Some(now()));
    let last = now() + Duration::microseconds(1);
    let alive = issue(&repository, ada.id, |token| token.expires_at = Some(last));

    let over = ask(&verifier(), format!("Token {over}").as_bytes(), &repository);
    let alive = ask(
        &verifier(),
        format!("Token {alive}").as_bytes(),
        &repository,
    );

    assert!(matches!(over, Some(Err(AuthError::TokenExpired))));
    assert!(matches!(alive, Some(Ok(_))));
}

#[test]
fn expired_bound_token_is_unknown_at_another_address() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let bound = |address: &str, agent: Option<&str>| {
        issue(&repository, ada.id, |token| {
            token.expires_at = Some(now());
            token.binding = Some(TokenClient {
                address: address.to_owned(),
                user_agent: agent.map(str::to_owned),
            });
        })
    };
    let here = bound("127.0.0.1", Some("agent/1"));
    let elsewhere = [
        bound("192.0.2.44", Some("agent/1")),
        bound("127.0.0.1", Some("x")),
        bound("127.0.0.1", None),
    ];

    let outcome = ask(&verifier(), format!("Token {here}").as_bytes(), &repository);
    assert!(matches!(outcome, Some(Err(AuthError::TokenExpired))));
    for key in elsewhere {
        let header = format!("Token {key}");
        let outcome = ask(&verifier(), header.as_bytes(), &repository);
        assert!(matches!(outcome, Some(Err(AuthError::InvalidToken))));
        let free = TokenVerifier::new(TokenPolicy {
            check_binding: false,
        });
        let outcome = ask(&free, header.as_bytes(), &repository);
        assert!(matches!(outcome, Some(Err(AuthError::TokenExpired))));
    }
}

#[test]
fn storage_failure_is_not_a_refusal() {
    let repository = TestStore::new();
    repository.go_down();

    let outcome = ask(&verifier(), b"Token 0", &repository);

    assert!(matches!(outcome, Some(Err(AuthError::Repository(_)))));
}

/// B1: what storage compares is a digest, in which a key that begins right has no more in common with the
/// right one than any other. So no time of answering leads to a key digit by digit.
#[test]
fn b1_key_with_a_right_prefix_is_refused_as_any_other() {
    let key = TokenKey::generate();
    let right = key.digest();
    let agreeing_bits = |wrong: &str| {
        let wrong = TokenKey::digest_of(wrong);
        let pairs = right.0.iter().zip(wrong.0);
        pairs.map(|(a, b)| (!(a ^ b)).count_ones()).sum::<u32>()
    };

    for length in 0..40 {
        let mut wrong = key.as_str().to_owned();
        let other = if wrong.as_bytes()[length] == b'0' {
            "1"
        } else {
            "0"
        };
        wrong.replace_range(length..=length, other);
        // 128 of 256 are expected; 8 standard deviations are allowed.
        let bits = agreeing_bits(&wrong);
        assert!((64..=192).contains(&bits), "{length}: {bits}");
    }
    assert_eq!(agreeing_bits(key.as_str()), 256);
}

/// B3
#[test]
fn b3_stored_digest_is_refused_as_key() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let key = issue(&repository, ada.id, |_| ());
    let digest = hex::encode(TokenKey::digest_of(&key).0);
    let prefix = &key[..8];

    for stored in [
        digest.as_str(),
        &digest[..40],
        &digest.to_uppercase(),
        prefix,
    ] {
        let header = format!("Token {stored}");
        let outcome = ask(&verifier(), header.as_bytes(), &repository);
        assert!(
            matches!(outcome, Some(Err(AuthError::InvalidToken))),
            "{stored}"
        );
    }
}
