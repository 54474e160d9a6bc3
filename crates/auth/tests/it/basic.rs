//! Username and password (contract `tower.md`, section 2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_auth::{AuthError, BasicVerifier, HeaderFault, Scheme};
use profiled_domain::testing::MemoryRepository;

use crate::people::{ask, login, user};

fn verifier() -> BasicVerifier {
    BasicVerifier::new(login(""))
}

fn header(scheme: &str, pair: &[u8]) -> Vec<u8> {
    format!("{scheme} {}", STANDARD.encode(pair)).into_bytes()
}

#[test]
fn the_pair_is_latin_1_and_split_at_the_first_colon() {
    let repository = MemoryRepository::default();
    let ada = user(&repository, "ada", true);

    for scheme in ["Basic", "basic", "BASIC"] {
        let outcome = ask(&verifier(), &header(scheme, b"ada:p:\xe4ss"), &repository);

        let identity = outcome.unwrap().unwrap();
        assert_eq!(
            (identity.profile.user.id, identity.scheme),
            (ada.id, Scheme::Basic)
        );
    }
}

#[test]
fn everything_that_is_wrong_with_a_pair_is_told_alike() {
    let repository = MemoryRepository::default();
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
fn a_broken_header_is_told_by_its_fault() {
    let repository = MemoryRepository::default();
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
fn after_too_many_wrong_passwords_none_is_tried() {
    let repository = MemoryRepository::default();
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

        // The right one no more than any other: what is told does not depend on it.
        for pair in [&right, &wrong] {
            assert!(matches!(say(pair), Err(AuthError::Throttled(_))), "{name}");
        }
    }
    assert!(matches!(say(b"no colon"), Err(AuthError::InvalidPassword)));
}
