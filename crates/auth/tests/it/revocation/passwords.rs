//! Tokens under `check_revoke_token`: they last as long as the password, whatever its stored hash is
//! (`decisions.md` 27).

use md5::{Digest, Md5};
use profiled_auth::{
    AuthError, JwtSettings, PasswordCredentials, PasswordHasher, PasswordLogin, PasswordSettings,
    RefreshError, TokenPair,
};
use profiled_domain::{CredentialRef, CredentialRepository, PasswordHash, RefreshTokenRepository};
use profiled_store::testing::defaults;
use serde_json::json;
use std::sync::Arc;

use super::{Site, later};
use crate::people::{SECRET, now, throttle, user};
use crate::signing::{claims_of, hmac};

fn checking() -> JwtSettings {
    JwtSettings {
        check_revoke_token: true,
        rotate_refresh_tokens: true,
        ..defaults("auth.jwt")
    }
}

fn digest(hash: &PasswordHash) -> String {
    hex::encode_upper(Md5::digest(hash.as_encoded()))
}

/// A log-in by password where new hashes take so many iterations: it upgrades those of others.
fn log_in(site: &Site, iterations: u32) -> TokenPair {
    let settings = PasswordSettings {
        iterations,
        ..defaults("auth.password")
    };
    let hasher = Arc::new(PasswordHasher::new(&settings).unwrap());
    let before = site.account().1;
    let attempt = PasswordCredentials {
        username: "ada",
        password: "p:äss",
        client_address: [127, 0, 0, 1].into(),
        now: now(),
    };
    let outcome = PasswordLogin::new(hasher, throttle("")).check(&attempt, &*site.repository);
    let profiled_auth::LoginOutcome::Accepted(user) = outcome.unwrap() else {
        panic!("the password is right")
    };
    assert_ne!(before, site.account().1, "the hash was upgraded");
    let pair = site.jwt.obtain(&user, now()).resolve(&*site.repository);
    pair.unwrap().unwrap()
}

/// A token that another service made with the same key, a while after any change.
fn made_elsewhere(kind: &str, jti: &str, digest: Option<&str>) -> String {
    let mut claims = json!({
        "token_type": kind, "exp": 1_900_000_000, "jti": jti, "user_id": 1,
        "iat": later(60).timestamp(),
    });
    if let Some(digest) = digest {
        claims["hash_password"] = json!(digest);
    }
    hmac(SECRET, r#"{"alg":"HS256"}"#, &claims.to_string())
}

fn changed<T>(outcome: &Result<T, AuthError>) -> bool {
    matches!(outcome, Err(AuthError::PasswordChanged))
}

fn refused<T>(outcome: &Result<T, RefreshError>) -> bool {
    matches!(outcome, Err(RefreshError::PasswordChanged))
}

#[test]
fn log_in_that_upgrades_a_stored_hash_ends_no_token() {
    let site = Site::new(&checking());
    let first_hash = site.account().1;
    let first = site.log_in(now());
    let ids = ["one", "two"];
    let elsewhere = ids.map(|id| made_elsewhere("access", id, Some(&digest(&first_hash))));

    let pairs = [first, log_in(&site, 3), log_in(&site, 4), log_in(&site, 5)];

    for pair in &pairs {
        assert!(site.access(&pair.access, now()).is_ok());
        let access = site.refreshed(&pair.refresh, now()).unwrap().access;
        assert!(site.access(&access, now()).is_ok());
        let claim = &claims_of(&access).1["hash_password"];
        assert_eq!(*claim, digest(&first_hash), "one digest for one password");
    }
    let at = later(61);
    assert!(elsewhere.iter().all(|token| site.access(token, at).is_ok()));
    let of_stored = digest(&site.account().1);
    let of_stored = made_elsewhere("access", "three", Some(&of_stored));
    assert!(site.access(&of_stored, at).is_ok(), "simplejwt's own");
}

#[test]
fn digest_of_an_upgraded_hash_ends_with_its_password() {
    let site = Site::new(&checking());
    let first_hash = site.account().1;
    let old = [log_in(&site, 3), log_in(&site, 4)];
    let upgraded = site.account().1;

    let new = PasswordHash::from_encoded("!new");
    let set = site
        .repository
        .set_password(site.ada, &new, &CredentialRef::None, now());
    assert!(set.unwrap());

    for pair in &old {
        assert!(changed(&site.access(&pair.access, now())));
        let outcome = site.refresh(&pair.refresh, now());
        assert!(refused(&outcome));
    }
    let at = later(61);
    for hash in [&first_hash, &upgraded] {
        let forged = made_elsewhere("access", "late", Some(&digest(hash)));
        assert!(changed(&site.access(&forged, at)), "whatever its iat says");
    }
    let fresh = made_elsewhere("access", "late", Some(&digest(&new)));
    assert!(site.access(&fresh, at).is_ok());
}

#[test]
fn refresh_token_whose_access_tokens_would_be_refused_is_refused() {
    let site = Site::new(&checking());
    let right = digest(&site.account().1);
    let wrong = digest(&PasswordHash::from_encoded("!former"));
    let at = later(61);
    let cases = [Some(wrong), Some(right.to_lowercase()), None];

    for claim in &cases {
        let claim = claim.as_deref();
        assert!(changed(
            &site.access(&made_elsewhere("access", "a", claim), at)
        ));
        let refresh = made_elsewhere("refresh", "r", claim);
        let outcome = site.refresh(&refresh, at);
        assert!(refused(&outcome), "{claim:?}");
        let known = site.repository.find_refresh_token("r").unwrap();
        assert_eq!(known, None, "not rotated");
        for kind in ["access", "refresh"] {
            let token = made_elsewhere(kind, "i", claim);
            let introspected = site
                .jwt
                .introspect(&token, at)
                .resolve(&*site.repository)
                .unwrap();
            assert!(introspected.is_none(), "{kind} {claim:?}");
        }
    }
    let good = made_elsewhere("refresh", "r", Some(&right));
    assert!(site.refresh(&good, at).is_ok());
    let without = Site::new(&defaults("auth.jwt"));
    let unmarked = made_elsewhere("refresh", "r", None);
    assert!(
        without.refresh(&unmarked, at).is_ok(),
        "the digest is not checked"
    );
}

#[test]
fn user_who_may_not_log_in_is_refused_before_the_password_is_judged() {
    let site = Site::new(&checking());
    let stale = made_elsewhere("refresh", "r", None);
    let bob = user(&site.repository, "bob", false);

    let claims = json!({
        "token_type": "refresh", "exp": 1_900_000_000, "jti": "b", "user_id": bob.id.0,
    });
    let of_bob = hmac(SECRET, r#"{"alg":"HS256"}"#, &claims.to_string());
    let outcome = site.refresh(&of_bob, now());

    assert!(matches!(outcome, Err(RefreshError::NoActiveAccount)));
    assert!(refused(&site.refresh(&stale, later(61))));
}

/// A change keeps the access token that it was asked with, and nothing else that goes by its id.
#[test]
fn refresh_token_with_the_id_of_a_kept_access_token_is_revoked() {
    for settings in [checking(), defaults("auth.jwt")] {
        let site = Site::new(&settings);
        let right = digest(&site.account().1);
        let access = made_elsewhere("access", "same", Some(&right));
        let refresh = made_elsewhere("refresh", "same", Some(&right));
        let keep = site.access(&access, later(61)).unwrap();

        let new = PasswordHash::from_encoded("!new");
        let set = site
            .repository
            .set_password(site.ada, &new, &keep, later(61));

        assert!(set.unwrap());
        assert!(site.access(&access, later(62)).is_ok());
        assert!(site.refresh(&refresh, later(62)).is_err());
    }
}
