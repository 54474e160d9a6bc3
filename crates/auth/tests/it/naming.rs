//! The attribute by which tokens of ours name users (`auth.jwt.user_id_field`).

use std::sync::Arc;

use chrono::Duration;
use profiled_auth::{
    AuthError, BearerVerifier, JwtFault, JwtService, JwtSettings, RefreshError, Scheme, TokenPair,
    UserClaim, UserField,
};
use profiled_domain::{
    CredentialRef, CredentialRepository, User, UserId, UserLookup, UserRepository, WriteContext,
};
use profiled_store::testing::defaults;
use serde_json::{Value, json};

use crate::people::{SECRET, ask, now, user, verifier};
use crate::signing::{claims_of, hmac};
use crate::test_store::TestStore;

const UUID: &str = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";
const FIELDS: [UserField; 4] = [
    UserField::Id,
    UserField::Username,
    UserField::Email,
    UserField::ExternalId,
];

fn service(field: UserField) -> Arc<JwtService> {
    Arc::new(verifier(&JwtSettings {
        user_id_field: field,
        rotate_refresh_tokens: true,
        ..defaults("auth.jwt")
    }))
}

/// A user with each attribute.
fn ada(repository: &TestStore) -> User {
    let id = user(repository, "ada", true).id;
    repository.execute(&format!(
        "UPDATE users SET email = 'ada@example.com', external_id = '{UUID}' WHERE id = {id}"
    ));
    find(repository, id)
}

fn find(repository: &TestStore, id: UserId) -> User {
    repository.find_user(&UserLookup::Id(id)).unwrap().unwrap()
}

fn external_id(repository: &TestStore, id: UserId) -> Option<String> {
    let stored = repository.ensure_external_id(id, "none").unwrap().unwrap();
    Some(stored).filter(|stored| stored != "none")
}

fn obtain(jwt: &Arc<JwtService>, user: &User, repository: &TestStore) -> TokenPair {
    let pair = jwt.obtain(user, now()).resolve(&**repository);
    pair.unwrap().unwrap()
}

/// The user whom an access token stands for.
fn caller(jwt: Arc<JwtService>, access: &str, repository: &TestStore) -> Result<UserId, AuthError> {
    let verifier = BearerVerifier::new(jwt);
    let asked = ask(&verifier, format!("Bearer {access}").as_bytes(), repository);
    asked.unwrap().map(|identity| identity.profile.user.id)
}

/// An access token that another service with the same key has made.
fn foreign(user: &Value) -> String {
    let claims = json!({
        "token_type": "access", "exp": 1_900_000_000, "iat": 1_700_000_000,
        "jti": "0123456789abcdef0123456789abcdef", "user_id": user,
    });
    hmac(
        SECRET,
        r#"{"alg":"HS256","typ":"JWT"}"#,
        &claims.to_string(),
    )
}

#[test]
fn token_names_its_user_by_the_attribute_and_is_taken_and_refreshed() {
    let repository = TestStore::new();
    let ada = ada(&repository);
    let names = [
        ada.id.to_string(),
        "ada".into(),
        "ada@example.com".into(),
        UUID.into(),
    ];

    for (field, name) in FIELDS.into_iter().zip(names) {
        let pair = obtain(&service(field), &ada, &repository);
        let refreshed = service(field)
            .refresh(&pair.refresh, now())
            .resolve(&*repository)
            .unwrap()
            .unwrap();

        let next = refreshed.refresh.unwrap();
        for token in [&pair.refresh, &pair.access, &refreshed.access, &next] {
            assert_eq!(claims_of(token).1["user_id"], name, "{field:?}");
        }
        for access in [&pair.access, &refreshed.access] {
            let caller = caller(service(field), access, &repository);
            assert_eq!(caller.unwrap(), ada.id, "{field:?}");
        }
        let known = service(field).identify(&next, now());
        let known = known.resolve(&*repository).unwrap().unwrap();
        assert_eq!(known.user, Some(ada.id), "{field:?}");
    }
}

#[test]
fn end_of_all_credentials_ends_tokens_whatever_they_name_users_by() {
    for field in FIELDS {
        let repository = TestStore::new();
        let ada = ada(&repository);
        let old = obtain(&service(field), &ada, &repository);
        let by = WriteContext::operator(now());
        repository
            .revoke_credentials(ada.id, &CredentialRef::None, by)
            .unwrap();

        let refused = caller(service(field), &old.access, &repository);
        let refresh = service(field).refresh(&old.refresh, now());
        let refresh = refresh.resolve(&*repository).unwrap();
        let new = obtain(&service(field), &find(&repository, ada.id), &repository);

        assert!(
            matches!(refused, Err(AuthError::Jwt(JwtFault::Revoked))),
            "{field:?}"
        );
        assert!(
            matches!(refresh, Err(RefreshError::Token(JwtFault::Revoked))),
            "{field:?}"
        );
        // Made in the second of the change: the epoch in its id says that it is a later one.
        assert_eq!(
            caller(service(field), &new.access, &repository).unwrap(),
            ada.id
        );
    }
}

#[test]
fn token_that_django_made_is_taken_until_the_credentials_end() {
    let repository = TestStore::new();
    let ada = ada(&repository);
    let token = foreign(&json!(UUID));
    let ask = |token: &str| caller(service(UserField::ExternalId), token, &repository);

    assert_eq!(ask(&token).unwrap(), ada.id);
    assert!(matches!(
        ask(&foreign(&json!("other"))),
        Err(AuthError::UserGone)
    ));
    let by = WriteContext::operator(now() - Duration::days(1));
    repository
        .revoke_credentials(ada.id, &CredentialRef::None, by)
        .unwrap();
    assert!(matches!(
        ask(&token),
        Err(AuthError::Jwt(JwtFault::Revoked))
    ));
}

#[test]
fn number_is_compared_as_its_text_with_external_ids_only() {
    let claims = [
        (json!(0), "0"),
        (json!(-7), "-7"),
        (json!(u64::MAX), "18446744073709551615"),
    ];
    for (claim, text) in claims {
        let read = |field| service(field).verify(foreign(&claim).as_bytes(), now());

        let external = UserClaim::ExternalId(text.to_owned());
        assert_eq!(read(UserField::ExternalId), Ok(external));
        assert_eq!(read(UserField::Username), Err(JwtFault::Invalid));
        assert_eq!(read(UserField::Email), Err(JwtFault::Invalid));
    }
}

#[test]
fn claim_that_no_attribute_can_be_is_invalid() {
    let others = [
        json!(1.5),
        json!(1e300),
        json!(true),
        json!(null),
        json!([UUID]),
        json!({}),
        json!(""),
        json!("a\0"),
        json!("x".repeat(1025)),
    ];
    for field in FIELDS {
        for claim in &others {
            let read = service(field).verify(foreign(claim).as_bytes(), now());
            let huge = claim == &json!(1e300) && field == UserField::Id;
            assert!(
                huge || read == Err(JwtFault::Invalid),
                "{field:?}: {claim} {read:?}"
            );
        }
    }
}

#[test]
fn user_without_external_id_is_given_a_uuid_with_the_first_token_and_keeps_it() {
    let repository = TestStore::new();
    let eve = user(&repository, "eve", true);
    let version = eve.version;

    let [first, second] =
        [0, 1].map(|_| obtain(&service(UserField::ExternalId), &eve, &repository));

    let given = claims_of(&first.access).1["user_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(given.len(), 36);
    assert_eq!(claims_of(&second.access).1["user_id"], given);
    assert_eq!(external_id(&repository, eve.id), Some(given));
    assert_eq!(find(&repository, eve.id).version, version);
    let caller = caller(service(UserField::ExternalId), &first.access, &repository);
    assert_eq!(caller.unwrap(), eve.id);
}

#[test]
fn user_is_given_no_external_id_where_tokens_do_not_need_it() {
    for field in [UserField::Id, UserField::Username] {
        let repository = TestStore::new();
        let eve = user(&repository, "eve", true);

        obtain(&service(field), &eve, &repository);

        assert_eq!(external_id(&repository, eve.id), None, "{field:?}");
    }
}

/// As with simplejwt: whoever has the name by now is meant.
#[test]
fn token_with_a_username_that_has_changed_names_nobody_or_its_new_holder() {
    let repository = TestStore::new();
    let [ada, eve] = ["ada", "eve"].map(|name| user(&repository, name, true));
    let jwt = || service(UserField::Username);
    let token = foreign(&json!("ada"));
    let own = obtain(&jwt(), &ada, &repository).access;

    repository.execute(&format!(
        "UPDATE users SET username = 'was' WHERE id = {}",
        ada.id
    ));
    assert!(matches!(
        caller(jwt(), &token, &repository),
        Err(AuthError::UserGone)
    ));
    repository.execute(&format!(
        "UPDATE users SET username = 'ada' WHERE id = {}",
        eve.id
    ));

    assert_eq!(caller(jwt(), &token, &repository).unwrap(), eve.id);
    assert_eq!(caller(jwt(), &own, &repository).unwrap(), eve.id);
}

#[test]
fn user_whom_the_attribute_does_not_find_is_given_no_token() {
    let repository = TestStore::new();
    let ada = ada(&repository);
    let eve = user(&repository, "eve", true);
    let id = eve.id;
    repository.execute(&format!(
        "UPDATE users SET shared_email = 'ada@example.com', username = NULL WHERE id = {id}"
    ));
    let eve = find(&repository, id);
    assert_eq!(eve.person.email, ada.person.email);

    for field in [UserField::Username, UserField::Email] {
        let refused = service(field).obtain(&eve, now());
        let refused = refused.resolve(&*repository).unwrap();
        assert!(matches!(refused, Err(RefreshError::NoName(_))), "{field:?}");
    }
}

#[test]
fn inactive_user_is_refused_whatever_tokens_name_users_by() {
    for field in FIELDS {
        let repository = TestStore::new();
        let ada = ada(&repository);
        let access = obtain(&service(field), &ada, &repository).access;
        repository.execute("UPDATE users SET is_active = 0");

        let refused = caller(service(field), &access, &repository);

        let inactive = matches!(refused, Err(AuthError::UserInactive(Scheme::Bearer)));
        assert!(inactive, "{field:?}");
    }
}
