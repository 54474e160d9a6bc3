//! Several schemes on one view (contract `drf.md`, section 5).

use std::sync::Arc;

use profiled_auth::{
    AuthError, Authenticator, BasicVerifier, BearerVerifier, JwtFault, Scheme, TokenPolicy,
    TokenVerifier,
};
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
        matches!(error, AuthError::Jwt(JwtFault::Malformed)),
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
