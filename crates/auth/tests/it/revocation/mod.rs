//! Credentials that have ended: by epoch, by password, by reuse (attack cases C1, C2, C3, C5).

mod families;
mod passwords;

use chrono::{DateTime, Duration, Utc};
use profiled_auth::{
    AuthError, BearerVerifier, JwtFault, JwtService, JwtSettings, RefreshError, Refreshed, Scheme,
    TokenPair, TokenUser,
};
use profiled_domain::{
    AccountRepository, CredentialRef, CredentialRepository, PasswordHash, ProfileDepth,
    ProfileRepository, User, UserId, UserLookup, WriteContext,
};
use profiled_store::testing::defaults;
use serde_json::json;
use std::sync::Arc;

use crate::people::{SECRET, ask, attempt, now, user, verifier, verify};
use crate::signing::{claims_of, hmac};
use crate::test_store::TestStore;

/// Ada, and servers that share her and the key.
struct Site {
    repository: TestStore,
    jwt: Arc<JwtService>,
    ada: UserId,
}

fn later(seconds: i64) -> DateTime<Utc> {
    now() + Duration::seconds(seconds)
}

impl Site {
    fn new(settings: &JwtSettings) -> Self {
        let repository = TestStore::new();
        let ada = user(&repository, "ada", true).id;
        Self {
            repository,
            jwt: Arc::new(verifier(settings)),
            ada,
        }
    }

    fn account(&self) -> (User, PasswordHash) {
        let key = UserLookup::Id(self.ada);
        let found = self
            .repository
            .find_profile_with_password(&key, ProfileDepth::Account);
        let (profile, password) = found.unwrap().unwrap();
        (*profile.user, password)
    }

    fn log_in(&self, at: DateTime<Utc>) -> TokenPair {
        let (user, password) = self.account();
        self.jwt
            .mint_pair(TokenUser::new(&user, &password), at)
            .unwrap()
    }

    fn access(&self, token: &str, at: DateTime<Utc>) -> Result<CredentialRef, AuthError> {
        let header = format!("Bearer {token}");
        let attempt = profiled_auth::RequestCredentials {
            now: at,
            ..attempt(header.as_bytes())
        };
        let bearer = BearerVerifier::new(Arc::clone(&self.jwt));
        let judged = verify(&bearer, &attempt, &self.repository);
        Ok(judged.unwrap()?.keep)
    }

    fn refresh(&self, token: &str, at: DateTime<Utc>) -> Result<(), RefreshError> {
        self.refreshed(token, at).map(drop)
    }

    fn refreshed(&self, token: &str, at: DateTime<Utc>) -> Result<Refreshed, RefreshError> {
        let refreshed = self.jwt.refresh(token, at);
        refreshed.resolve(&*self.repository).unwrap()
    }

    fn revoke(&self, keep: &CredentialRef, at: DateTime<Utc>) {
        assert!(
            self.repository
                .revoke_credentials(self.ada, keep, WriteContext::operator(at))
                .unwrap()
        );
    }
}

fn revoked<T: std::fmt::Debug>(outcome: &Result<T, AuthError>) -> bool {
    matches!(outcome, Err(AuthError::Jwt(JwtFault::Revoked)))
}

/// A token that another service made with the same key.
fn made_elsewhere(kind: &str, jti: &str, iat: Option<i64>) -> String {
    let mut claims = json!({
        "token_type": kind, "exp": 1_900_000_000, "jti": jti, "user_id": 1
    });
    if let Some(iat) = iat {
        claims["iat"] = json!(iat);
    }
    hmac(SECRET, r#"{"alg":"HS256"}"#, &claims.to_string())
}

#[test]
fn c1_revocation_ends_all_tokens_of_its_user_and_of_no_other() {
    let site = Site::new(&defaults("auth.jwt"));
    let bob = user(&site.repository, "bob", true);
    let hers = site.log_in(now());
    let his = site
        .jwt
        .mint_access(TokenUser::new(&bob, &site.account().1), now());

    site.revoke(&CredentialRef::None, later(1));

    assert!(revoked(&site.access(&hers.access, later(1))));
    let refreshed = site.refresh(&hers.refresh, later(1)).unwrap_err();
    assert!(
        matches!(refreshed, RefreshError::Token(JwtFault::Revoked)),
        "{refreshed}"
    );
    assert!(site.access(&his.unwrap(), later(1)).is_ok());
    let next = site.log_in(later(1));
    assert!(site.access(&next.access, later(1)).is_ok());
    assert!(site.refresh(&next.refresh, later(1)).is_ok());
}

#[test]
fn c1_token_of_the_request_outlives_the_change() {
    let site = Site::new(&defaults("auth.jwt"));
    let (used, other) = (site.log_in(now()), site.log_in(now()));
    let keep = site.access(&used.access, now()).unwrap();
    assert_eq!(
        keep,
        CredentialRef::Jwt(
            claims_of(&used.access).1["jti"]
                .as_str()
                .unwrap()
                .to_owned()
        )
    );

    site.revoke(&keep, now());

    assert!(site.access(&used.access, now()).is_ok());
    assert!(revoked(&site.access(&other.access, now())));
    assert!(site.refresh(&used.refresh, now()).is_err());
    site.revoke(&CredentialRef::None, now());
    assert!(revoked(&site.access(&used.access, now())));
}

#[test]
fn c1_token_of_another_service_counts_after_the_second_of_the_change() {
    let site = Site::new(&defaults("auth.jwt"));
    let second = now().timestamp();
    let tokens = |kind| {
        [None, Some(second - 1), Some(second), Some(second + 1)]
            .map(|iat| made_elsewhere(kind, "x", iat))
    };
    let judge = || {
        let at = later(5);
        let access = tokens("access").map(|token| site.access(&token, at).is_ok());
        let refresh = tokens("refresh").map(|token| site.refresh(&token, at).is_ok());
        assert_eq!(access, refresh);
        access
    };

    assert_eq!(judge(), [true; 4]);
    site.revoke(&CredentialRef::None, now() + Duration::milliseconds(900));
    assert_eq!(judge(), [false, false, false, true]);
    let kept = made_elsewhere("access", "kept", Some(second - 9));
    let keep = site.access(&kept, now());
    assert!(revoked(&keep));
}

#[test]
fn c1_token_of_another_service_is_kept_by_its_id() {
    let long = "x".repeat(5000);
    for jti in ["", "short", long.as_str(), "with\0null"] {
        let site = Site::new(&defaults("auth.jwt"));
        let token = made_elsewhere("access", jti, None);
        let keep = site.access(&token, now()).unwrap();

        site.revoke(&keep, now());

        let CredentialRef::Jwt(id) = keep else {
            panic!("{jti}")
        };
        assert!(id.len() < 100 && !id.contains('\0'), "{id:.100}");
        assert!(site.access(&token, later(9)).is_ok(), "{jti:.20}");
        let other = made_elsewhere("access", "other", None);
        assert!(revoked(&site.access(&other, later(9))));
    }
}

#[test]
fn c1_inactive_or_deleted_user_is_reported_before_any_other_fault() {
    let settings = JwtSettings {
        check_revoke_token: true,
        ..defaults("auth.jwt")
    };
    let site = Site::new(&settings);
    let (_, password) = site.account();
    for (name, is_deleted) in [("idle", false), ("gone", true)] {
        let person = user(&site.repository, name, false);
        let token = site
            .jwt
            .mint_pair(TokenUser::new(&person, &password), now())
            .unwrap();
        site.repository
            .revoke_credentials(
                person.id,
                &CredentialRef::None,
                WriteContext::operator(now()),
            )
            .unwrap();
        if is_deleted {
            let deleted = site
                .repository
                .delete_account(person.id, WriteContext::operator(now()));
            assert!(deleted.is_ok());
        }

        let access = site.access(&token.access, now()).unwrap_err();
        let refresh = site.refresh(&token.refresh, now()).unwrap_err();

        assert!(
            matches!(
                (is_deleted, &access),
                (false, AuthError::UserInactive(Scheme::Bearer)) | (true, AuthError::UserGone)
            ),
            "{access:?}"
        );
        assert!(
            matches!(refresh, RefreshError::NoActiveAccount),
            "{refresh}"
        );
    }
}

#[test]
fn c1_changed_password_with_the_password_check_is_reported_first() {
    let settings = JwtSettings {
        check_revoke_token: true,
        ..defaults("auth.jwt")
    };
    let site = Site::new(&settings);
    let (ada, _) = site.account();
    let old = PasswordHash::from_encoded("!old");
    let pair = site
        .jwt
        .mint_pair(TokenUser::new(&ada, &old), now())
        .unwrap();
    let fresh = site.log_in(now());

    let stale = site.access(&pair.access, now()).unwrap_err();
    let keep = CredentialRef::Jwt(
        claims_of(&pair.access).1["jti"]
            .as_str()
            .unwrap()
            .to_owned(),
    );
    site.revoke(&keep, now());

    assert!(matches!(stale, AuthError::PasswordChanged), "{stale:?}");
    assert!(
        site.access(&pair.access, now()).is_ok(),
        "kept whatever its digest"
    );
    assert!(revoked(&site.access(&fresh.access, now())));
    let unsigned = made_elsewhere("access", "x", Some(1));
    let missing = site.access(&unsigned, now()).unwrap_err();
    assert!(matches!(missing, AuthError::PasswordChanged), "{missing:?}");
}

/// The digest is simplejwt's: upper-case MD5 of the stored text.
#[test]
fn c1_refresh_hands_on_the_digest_of_the_password() {
    let settings = JwtSettings {
        check_revoke_token: true,
        ..defaults("auth.jwt")
    };
    let site = Site::new(&settings);
    let stored = PasswordHash::from_encoded("!stored");
    let set = site
        .repository
        .set_password(site.ada, &stored, &CredentialRef::None, now());
    assert!(set.unwrap());
    let pair = site.log_in(now());

    let access = site.refreshed(&pair.refresh, now()).unwrap().access;

    for token in [&pair.refresh, &pair.access, &access] {
        let (_, claims) = claims_of(token);
        assert_eq!(claims["hash_password"], "983BC692F919725B2737427125D0587E");
    }
}

#[test]
fn c2_token_of_one_server_is_refused_by_another_at_once() {
    let site = Site::new(&defaults("auth.jwt"));
    let token = site.log_in(now()).access;
    let other = BearerVerifier::new(Arc::new(verifier(&defaults("auth.jwt"))));
    let header = format!("Bearer {token}");
    let judge = || ask(&other, header.as_bytes(), &site.repository)?.err();

    let before = judge();
    site.revoke(&CredentialRef::None, now());
    let after = judge();
    site.repository.go_down();
    let cut_off = judge();

    assert!(before.is_none());
    assert!(
        matches!(after, Some(AuthError::Jwt(JwtFault::Revoked))),
        "{after:?}"
    );
    assert!(
        matches!(cut_off, Some(AuthError::Repository(_))),
        "{cut_off:?}"
    );
}
