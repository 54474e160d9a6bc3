//! Tokens that django-rest-knox made.

use chrono::Duration;
use profiled_auth::{
    AuthError, Introspector, JwtSettings, Scheme, TokenKey, TokenPolicy, TokenVerifier,
};
use profiled_domain::{CredentialRef, TokenRepository, UserId};
use profiled_store::Store;
use profiled_store::testing::defaults;

use crate::people::{ask, now, user, verifier as jwt};
use crate::test_store::TestStore;
use crate::token::issue;

/// A key with the digest that a version of knox stores for it.
struct Stored {
    key: &'static str,
    digest: &'static str,
}

/// Of `knox.crypto.hash_token` of 4.2.0, and of 5.1.0 without and with a prefix.
const STORED: [Stored; 3] = [
    Stored {
        key: "73475cb40a568e8da8a045ced110137e159f890ac4da883b6b17dc651b3a8049",
        digest: "f0afffab861291b51350c1d819fbba35d21bc1b209d9c22958236992efaa1167954af201eb682e4e79362df9b557f913d7bb857336bb516dc0a41e2c492e4c1c",
    },
    Stored {
        key: "031b4af5197ec30a926f48cf40e11a7dbc470048a21e4003b7a3c07c5dab1baa",
        digest: "6b0eafb241c336615c84abeb05a22ba37e3388c580f072743a7cb5664f1d407eba5ee7c01fef06a5e5edf8d0953a37941d031c9338c638a6b4ef491f5f78a57d",
    },
    Stored {
        key: "live-148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940",
        digest: "55a54a21a9d8b69a730f2f1d5dc4e00c4687bb2bbb80d92f80e2dc7f20cc10da5774a72af4cdf15700693f5a6e4859148cbb6f82437a518d2aa72cc097a9cec2",
    },
];

const POLICY: TokenPolicy = TokenPolicy {
    check_binding: true,
};

/// What an import stores for a row of knox.
fn import(repository: &Store, owner: UserId, stored: &Stored, seconds: i64) {
    issue(repository, owner, |token| {
        token.digest = TokenKey::digest_of_knox(stored.digest).unwrap();
        token.expires_at = Some(now() + Duration::seconds(seconds));
    });
}

fn header(key: &str) -> Vec<u8> {
    format!("Token {key}").into_bytes()
}

#[test]
fn key_of_knox_is_accepted_until_it_expires_or_is_revoked() {
    for stored in &STORED {
        let repository = TestStore::new();
        let ada = user(&repository, "ada", true);
        import(&repository, ada.id, stored, 1);

        let accepted = ask(
            &TokenVerifier::new(POLICY),
            &header(stored.key),
            &repository,
        );

        let identity = accepted.unwrap().unwrap();
        assert_eq!(
            (&*identity.profile.user, identity.scheme),
            (&ada, Scheme::Token)
        );
        let CredentialRef::Token(id) = identity.keep else {
            panic!("{:?}", identity.keep);
        };
        assert!(repository.revoke_token(id).unwrap());
        let revoked = ask(
            &TokenVerifier::new(POLICY),
            &header(stored.key),
            &repository,
        );
        assert!(matches!(revoked, Some(Err(AuthError::InvalidToken))));

        import(&repository, ada.id, stored, 0);
        let expired = ask(
            &TokenVerifier::new(POLICY),
            &header(stored.key),
            &repository,
        );
        assert!(matches!(expired, Some(Err(AuthError::TokenExpired))));
    }
}

#[test]
fn digest_that_knox_stored_is_refused_as_key() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    for stored in &STORED {
        import(&repository, ada.id, stored, 60);

        for text in [stored.digest, &stored.digest[..64], &stored.key[..15]] {
            let refused = ask(&TokenVerifier::new(POLICY), &header(text), &repository);
            assert!(
                matches!(refused, Some(Err(AuthError::InvalidToken))),
                "{text}"
            );
        }
    }
}

#[test]
fn key_of_knox_is_introspected_as_any_token() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let jwt = jwt(&defaults::<JwtSettings>("auth.jwt"));
    let introspector = Introspector::new(jwt.into(), POLICY, &defaults("auth.introspection"));
    let [first, second, _] = &STORED;
    import(&repository, ada.id, first, 60);

    let introspected = introspector
        .introspect(first.key, now())
        .resolve(&*repository)
        .unwrap();
    let unknown = introspector
        .introspect(second.key, now())
        .resolve(&*repository)
        .unwrap();

    assert_eq!(introspected.map(|token| token.user), Some(ada.id));
    assert_eq!(unknown, None);
}

#[test]
fn unknown_key_in_the_form_of_knox_is_refused() {
    let repository = TestStore::new();

    let refused = ask(
        &TokenVerifier::new(POLICY),
        &header(STORED[0].key),
        &repository,
    );

    assert!(matches!(refused, Some(Err(AuthError::InvalidToken))));
}
