//! Username and password (contract `tower.md`, section 2.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_auth::{AuthError, BasicVerifier, HeaderFault, Scheme};
use profiled_domain::{NewUser, Person, User, UserRepository, WriteContext};
use profiled_store::Store;

use crate::people::{ask, hasher, login, now, user};
use crate::test_store::TestStore;

fn verifier() -> BasicVerifier {
    BasicVerifier::new(login(""))
}

fn header(scheme: &str, pair: &[u8]) -> Vec<u8> {
    format!("{scheme} {}", STANDARD.encode(pair)).into_bytes()
}

/// A user with a password of its own.
fn with_password(repository: &Store, name: &str, password: &str) -> User {
    let new = NewUser {
        person: Person {
            username: Some(name.to_owned()),
            ..Person::default()
        },
        password: hasher().encode(password).ok(),
        ..NewUser::default()
    };
    repository
        .create_user(&new, WriteContext::operator(now()))
        .unwrap()
}

#[test]
fn pair_is_split_at_the_first_colon_in_either_encoding() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);

    for scheme in ["Basic", "basic", "BASIC"] {
        for pair in ["ada:p:äss".as_bytes(), b"ada:p:\xe4ss"] {
            let outcome = ask(&verifier(), &header(scheme, pair), &repository);

            let identity = outcome.unwrap().unwrap();
            assert_eq!(
                (identity.profile.user.id, identity.scheme),
                (ada.id, Scheme::Basic)
            );
        }
    }
}

#[test]
fn names_and_passwords_of_any_script_are_read_as_utf_8() {
    let repository = TestStore::new();
    let pairs = [
        ("мария", "пароль:с двоеточием"),
        ("名前", "パスワード😀"),
        ("zoé", "l\u{2019}été €"),
        ("plain", "e\u{301}"),
    ];

    for (name, password) in pairs {
        let user = with_password(&repository, name, password);
        let sent = header("Basic", format!("{name}:{password}").as_bytes());
        let identity = ask(&verifier(), &sent, &repository).unwrap().unwrap();

        assert_eq!(identity.profile.user.id, user.id, "{name}");
    }
    let composed = header("Basic", "plain:\u{e9}".as_bytes());
    let outcome = ask(&verifier(), &composed, &repository).unwrap();
    assert!(outcome.is_err(), "what looks alike is not the same");
}

/// One byte that is not UTF-8 decides for the whole pair.
#[test]
fn what_is_not_utf_8_is_latin_1_from_its_first_to_its_last_byte() {
    let repository = TestStore::new();
    let zoe = with_password(&repository, "zoé", "p\u{e4}ss\u{ff}");
    let mixed = with_password(&repository, "zoÃª", "p\u{e4}ss");

    for (pair, user) in [
        (b"zo\xe9:p\xe4ss\xff".as_slice(), &zoe),
        ("zoé:päss\u{ff}".as_bytes(), &zoe),
        (b"zo\xc3\xaa:p\xe4ss", &mixed),
    ] {
        let identity = ask(&verifier(), &header("Basic", pair), &repository);

        assert_eq!(
            identity.unwrap().unwrap().profile.user.id,
            user.id,
            "{pair:x?}"
        );
    }
}

#[test]
fn every_wrong_pair_gets_the_same_error() {
    let repository = TestStore::new();
    user(&repository, "ada", true);
    user(&repository, "idle", false);
    let wrong = [
        header("Basic", b"ada:wrong"),
        header("Basic", b"ADA:p:\xe4ss"),
        header("Basic", b"nobody:p:\xe4ss"),
        header("Basic", b"idle:p:\xe4ss"),
        header("Basic", b"no colon"),
        b"Basic !!!".to_vec(),
    ];

    for header in wrong {
        let outcome = ask(&verifier(), &header, &repository);
        assert!(matches!(outcome, Some(Err(AuthError::InvalidPassword))));
    }
}

#[test]
fn broken_header_is_refused_with_its_fault() {
    let repository = TestStore::new();
    let cases: [(&[u8], HeaderFault); 2] = [
        (b"Basic", HeaderFault::NoCredentials),
        (b"Basic a b", HeaderFault::Spaces),
    ];

    for (header, expected) in cases {
        match ask(&verifier(), header, &repository) {
            Some(Err(AuthError::Header {
                scheme: Scheme::Basic,
                fault,
            })) => {
                assert_eq!(fault, expected);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn password_after_too_many_failures_is_not_verified() {
    let repository = TestStore::new();
    user(&repository, "ada", true);
    user(&repository, "idle", false);
    let verifier = BasicVerifier::new(login("3/min"));
    let say = |pair: &[u8]| ask(&verifier, &header("Basic", pair), &repository).unwrap();

    for _ in 0..5 {
        assert!(say(b"ada:p:\xe4ss").is_ok());
    }
    for name in ["ada", "idle", "nobody"] {
        let right = [name.as_bytes(), b":p:\xe4ss"].concat();
        let wrong = [name.as_bytes(), b":p"].concat();
        for _ in 0..3 {
            assert!(
                matches!(say(&wrong), Err(AuthError::InvalidPassword)),
                "{name}"
            );
        }

        // The right one no more than any other: the error does not depend on it.
        for pair in [&right, &wrong] {
            assert!(matches!(say(pair), Err(AuthError::Throttled(_))), "{name}");
        }
    }
    assert!(matches!(say(b"no colon"), Err(AuthError::InvalidPassword)));
}
