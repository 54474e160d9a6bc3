//! Several schemes on one view (contract `drf.md`, section 5).

use std::collections::HashMap;
use std::sync::Arc;

use profiled_auth::{
    AuthError, Authenticator, BasicVerifier, BearerVerifier, JwtFault, Progress, Scheme,
    TokenPolicy, TokenVerifier,
};
use profiled_domain::{Holder, HolderQuery, ProfileDepth, UserProfile};
use profiled_store::testing::defaults;

use crate::people::{access_token, attempt, login, user, verifier};
use crate::test_store::TestStore;

fn chain() -> Authenticator {
    Authenticator::new(vec![
        Box::new(TokenVerifier::new(TokenPolicy {
            check_binding: true,
        })),
        Box::new(BearerVerifier::new(Arc::new(verifier(&defaults(
            "auth.jwt",
        ))))),
        Box::new(BasicVerifier::new(login(""))),
    ])
}

#[test]
fn verifier_of_another_scheme_passes_the_attempt_on() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let header = format!(
        "Bearer {}",
        access_token(&verifier(&defaults("auth.jwt")), ada.id)
    );

    let identity = chain()
        .authenticate(&attempt(header.as_bytes()), &*repository)
        .unwrap();

    assert_eq!(
        (identity.profile.user.id, identity.scheme),
        (ada.id, Scheme::Bearer)
    );
}

#[test]
fn first_refusal_ends_the_request_and_the_first_scheme_challenges() {
    let repository = TestStore::new();

    let error = chain()
        .authenticate(&attempt(b"Bearer x"), &*repository)
        .unwrap_err();
    let none = chain()
        .authenticate(&attempt(b"Digest x"), &*repository)
        .unwrap_err();

    assert!(
        matches!(error, AuthError::Jwt(JwtFault::Invalid)),
        "{error:?}"
    );
    assert!(matches!(none, AuthError::NotProvided), "{none:?}");
    assert_eq!(chain().challenge(), "Token");
}

#[test]
fn tokens_of_deleted_and_inactive_users_are_refused_differently() {
    let repository = TestStore::new();
    let idle = user(&repository, "idle", false);
    let jwt = verifier(&defaults("auth.jwt"));
    let bearer = |id| format!("Bearer {}", access_token(&jwt, id));

    let inactive = chain().authenticate(&attempt(bearer(idle.id).as_bytes()), &*repository);
    let gone = bearer(profiled_domain::UserId(99));
    let gone = chain().authenticate(&attempt(gone.as_bytes()), &*repository);

    assert!(matches!(
        inactive,
        Err(AuthError::UserInactive(Scheme::Bearer))
    ));
    assert!(matches!(gone, Err(AuthError::UserGone)));
}

#[test]
fn only_passwords_are_hashed() {
    let is_hashed = |header: &[u8]| {
        let claim = chain().claim(&attempt(header));
        matches!(claim, Progress::Hash(_))
    };

    assert!(is_hashed(b"basic YTpi"));
    assert!(!is_hashed(b"basic x"));
    assert!(!is_hashed(b"Token x"));
    assert!(!is_hashed(b"Bearer x"));
}

/// As a service would that keeps its users elsewhere: no repository is at hand, only a map.
#[test]
fn holders_may_be_looked_up_anywhere() {
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    let idle = user(&repository, "idle", false);
    let elsewhere = HashMap::from([ada.clone(), idle.clone()].map(|user| (user.id, user)));
    let jwt = verifier(&defaults("auth.jwt"));
    let judge = |id| {
        let header = format!("Bearer {}", access_token(&jwt, id));
        let bearer = Authenticator::new(vec![Box::new(BearerVerifier::new(Arc::new(verifier(
            &defaults("auth.jwt"),
        ))))]);
        let Progress::Find(look_up) = bearer.claim(&attempt(header.as_bytes())) else {
            panic!("a good token asks for its holder");
        };
        let (HolderQuery::User(id), ProfileDepth::Account) = look_up.query() else {
            panic!("{:?}", look_up.query());
        };
        let profile = elsewhere.get(id).map(|user| UserProfile {
            user: user.clone(),
            groups: Vec::new(),
        });
        let holder = profile.map(|profile| Holder {
            profile,
            token: None,
            password: None,
        });
        let Progress::Done(judged) = look_up.found(holder) else {
            panic!("nothing more is needed");
        };
        judged
    };

    assert_eq!(judge(ada.id).unwrap().profile.user, ada);
    assert!(matches!(
        judge(idle.id),
        Err(AuthError::UserInactive(Scheme::Bearer))
    ));
    assert!(matches!(
        judge(profiled_domain::UserId(99)),
        Err(AuthError::UserGone)
    ));
}
