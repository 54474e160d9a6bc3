//! What is asked of a foreign token.

use std::sync::Arc;

use profiled_auth::{
    Algorithm, AuthError, BearerVerifier, IssuerSettings, Issuers, JwtFault, JwtSettings,
    UserClaim, UserField,
};
use profiled_domain::{CredentialRef, CredentialRepository, UserId, WriteContext};
use serde_json::{Value, json};

use super::{PATIENCE, Provider, judge, service, settings_with};
use crate::people::{SECRET, ask, now, subject, user};
use crate::signing::hmac;
use crate::test_store::TestStore;

const SEVEN: Result<UserClaim, JwtFault> = Ok(UserClaim::Id(UserId(7)));
const INVALID: Result<UserClaim, JwtFault> = Err(JwtFault::Invalid);

#[test]
fn tokens_of_every_asymmetric_algorithm_are_taken() {
    let algorithms = &Algorithm::ALL[3..];
    let provider = Provider::start(algorithms);
    let service = service(vec![provider.settings(algorithms)]);

    for (number, algorithm) in algorithms.iter().enumerate() {
        let token = provider.sign(number, |_, _| ());
        assert_eq!(judge(&service, &token), SEVEN, "{algorithm:?}");
    }
}

#[test]
fn key_is_used_for_the_configured_algorithms_only() {
    let provider = Provider::start(&[Algorithm::RS256, Algorithm::ES256]);
    let service = service(vec![provider.settings(&[Algorithm::ES256])]);

    assert_eq!(judge(&service, &provider.sign(0, |_, _| ())), INVALID);
    assert_eq!(judge(&service, &provider.sign(1, |_, _| ())), SEVEN);
    let renamed = provider.sign(0, |header, _| header["alg"] = json!("ES256"));
    assert_eq!(judge(&service, &renamed), INVALID);
}

#[test]
fn times_audience_and_ids_are_judged_by_the_issuers_rules() {
    let provider = Provider::start(&[Algorithm::EdDSA]);
    let mut settings = provider.settings(&[Algorithm::EdDSA]);
    settings.leeway = 10;
    let service = service(vec![settings]);
    let with = |change: &dyn Fn(&mut Value)| {
        judge(&service, &provider.sign(0, |_, claims| change(claims)))
    };
    let second = now().timestamp();

    assert_eq!(with(&|claims| claims["exp"] = json!(second - 9)), SEVEN);
    assert_eq!(
        with(&|claims| claims["exp"] = json!(second - 10)),
        Err(JwtFault::Expired)
    );
    assert_eq!(with(&|claims| claims["iat"] = json!(second + 10)), SEVEN);
    assert_eq!(with(&|claims| claims["iat"] = json!(second + 11)), INVALID);
    assert_eq!(with(&|claims| claims["nbf"] = json!(second + 11)), INVALID);
    assert_eq!(
        with(&|claims| claims["aud"] = json!(["x", "profile-api"])),
        SEVEN
    );
    for audience in [
        json!("x"),
        json!(["x"]),
        json!(null),
        json!(["profile-api", 1]),
    ] {
        assert_eq!(
            with(&|claims| claims["aud"] = audience.clone()),
            INVALID,
            "{audience}"
        );
    }
    let without = |name: &str| {
        with(&|claims| {
            claims.as_object_mut().unwrap().remove(name);
        })
    };
    assert_eq!(without("aud"), INVALID);
    assert_eq!(without("exp"), Err(JwtFault::NoExpiry));
    assert_eq!(without("sub"), Err(JwtFault::NoUser));
    assert_eq!(without("iat"), SEVEN);
}

#[test]
fn type_is_required_where_it_is_set() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let mut settings = provider.settings(&[Algorithm::ES256]);
    settings.required_type = "at+jwt".to_owned();
    let service = service(vec![settings]);
    let with = |kind: Value| {
        judge(
            &service,
            &provider.sign(0, |header, _| header["typ"] = kind),
        )
    };

    for kind in [
        "at+jwt",
        "AT+JWT",
        "application/at+jwt",
        "Application/At+Jwt",
    ] {
        assert_eq!(with(json!(kind)), SEVEN, "{kind}");
    }
    for kind in [
        json!("JWT"),
        json!("jwt"),
        json!("application/jwt"),
        json!(""),
        json!(null),
    ] {
        assert_eq!(with(kind.clone()), INVALID, "{kind}");
    }
    let absent = provider.sign(0, |header, _| {
        header.as_object_mut().unwrap().remove("typ");
    });
    assert_eq!(judge(&service, &absent), INVALID);
}

#[test]
fn a4_issuer_cannot_sign_for_another_or_for_us() {
    let (one, two) = (
        Provider::start(&[Algorithm::ES256]),
        Provider::start(&[Algorithm::ES256]),
    );
    let algorithms = [Algorithm::ES256];
    let service = service(vec![one.settings(&algorithms), two.settings(&algorithms)]);
    let own = service.mint_access(subject(UserId(7)), now()).unwrap();
    let other_kid = two.document()["keys"][0]["kid"].clone();

    let as_two = one.sign(0, |_, claims| claims["iss"] = json!(two.issuer()));
    let kid_of_two = one.sign(0, |header, _| header["kid"] = other_kid.clone());
    let both = one.sign(0, |header, claims| {
        (header["kid"], claims["iss"]) = (other_kid.clone(), json!(two.issuer()));
    });
    let as_us = one.sign(0, |_, claims| claims["iss"] = json!("us"));
    let nameless = one.sign(0, |_, claims| {
        claims.as_object_mut().unwrap().remove("iss");
    });
    let ours_as_one = hmac(SECRET, r#"{"alg":"HS256"}"#, &one.claims().to_string());

    for forged in [as_two, kid_of_two, both, as_us, nameless, ours_as_one] {
        assert_eq!(judge(&service, &forged), INVALID);
    }
    assert_eq!(judge(&service, &own), SEVEN);
    assert_eq!(judge(&service, &one.sign(0, |_, _| ())), SEVEN);
    assert_eq!(judge(&service, &two.sign(0, |_, _| ())), SEVEN);
}

#[test]
fn a7_foreign_refresh_token_is_refused_everywhere() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let service = Arc::new(service(vec![provider.settings(&[Algorithm::ES256])]));
    let kind = |kind: &str| provider.sign(0, |_, claims| claims["token_type"] = json!(kind));

    for access in ["access", "Bearer"] {
        assert_eq!(judge(&service, &kind(access)), SEVEN, "{access}");
    }
    for other in ["refresh", "Refresh", "sliding", "ID"] {
        assert_eq!(
            judge(&service, &kind(other)),
            Err(JwtFault::WrongType),
            "{other}"
        );
    }
    let repository = TestStore::new();
    for token in [kind("refresh"), kind("access")] {
        let refreshed = service.refresh(&token, now()).resolve(&*repository);
        assert!(refreshed.unwrap().is_err());
        let blacklisted = service.blacklist(&token, now()).resolve(&*repository);
        assert!(blacklisted.unwrap().is_err());
    }
    let simplejwts = json!({
        "token_type": "access", "exp": 1_900_000_000, "jti": "x", "user_id": "7",
        "iss": provider.issuer()
    });
    let token = hmac(SECRET, r#"{"alg":"HS256"}"#, &simplejwts.to_string());
    assert_eq!(judge(&service, &token), INVALID);
}

#[test]
fn secret_can_be_shared_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, format!("{}\n", "s".repeat(40))).unwrap();
    let provider = Provider::start(&[Algorithm::ES256]);
    let shared = IssuerSettings {
        jwks_url: String::new(),
        secret_file: file.to_str().unwrap().to_owned(),
        algorithms: vec![Algorithm::HS256],
        ..provider.settings(&[])
    };
    let service = service(vec![shared]);
    let claims = provider.claims().to_string();

    let good = hmac(&"s".repeat(40), r#"{"alg":"HS256","kid":"any"}"#, &claims);
    let own = hmac(SECRET, r#"{"alg":"HS256"}"#, &claims);
    let other = hmac(&"s".repeat(40), r#"{"alg":"HS512"}"#, &claims);

    assert_eq!(judge(&service, &good), SEVEN);
    assert_eq!(judge(&service, &own), INVALID);
    assert_eq!(judge(&service, &other), INVALID);
}

#[test]
fn contradictory_settings_are_refused_with_the_issuer() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let good = || provider.settings(&[Algorithm::ES256]);
    let own = JwtSettings {
        issuer: provider.issuer(),
        ..settings_with(vec![good()])
    };
    let set = |change: &dyn Fn(&mut IssuerSettings)| {
        let mut issuer = good();
        change(&mut issuer);
        settings_with(vec![issuer])
    };
    let cases = [
        (own, "is auth.jwt.issuer, this service itself"),
        (settings_with(vec![good(), good()]), "is there twice"),
        (
            set(&|i| i.issuer = String::new()),
            "is no issuer: give the iss of its tokens",
        ),
        (
            set(&|i| {
                i.jwks_url.clear();
                "urn:idp".clone_into(&mut i.issuer);
            }),
            "needs one of jwks_url, jwks_file and secret_file: it is no http(s) URL, below which a discovery document \
             could name its keys",
        ),
        (
            set(&|i| i.jwks_file = "x".to_owned()),
            "has more than one of jwks_url, jwks_file and secret_file: remove the others",
        ),
        (
            set(&|i| i.jwks_url = "ftp://x".to_owned()),
            "has a jwks_url that is none: write it as https://idp.example.com/jwks.json",
        ),
        (
            set(&|i| i.algorithms.clear()),
            "has no algorithms: name those that it signs with",
        ),
        (
            set(&|i| i.algorithms.push(Algorithm::HS256)),
            "has an HMAC algorithm, whose keys are never public: give secret_file, or others",
        ),
        (
            set(&|i| {
                i.secret_file = std::mem::take(&mut i.jwks_url);
            }),
            "has a secret_file, which HMAC algorithms only can use",
        ),
        (
            set(&|i| i.user_claim.clear()),
            "has no user_claim: name the claim that names the user",
        ),
        (
            set(&|i| i.issuer = "i".repeat(513)),
            "is longer than 512 bytes: no issuer of this length is taken",
        ),
        (
            set(&|i| i.client_ids.push(String::new())),
            "has an empty text in audience, audience_claims, client_ids or allowed_types: remove it",
        ),
        (
            set(&|i| i.audience.clear()),
            "has neither audience nor client_ids, so tokens for others would be taken: set one, or \
             any_audience = true if it serves no other",
        ),
        (
            set(&|i| i.any_audience = true),
            "has any_audience in addition to audience or client_ids: remove one",
        ),
        (
            set(&|i| i.user_field = None),
            "has no user_field: say what user_claim holds, \"id\" (of this service), \"username\", \
             \"email\" or \"external_id\"",
        ),
        (
            set(&|i| i.trust_email = true),
            "has trust_email, but does not name users by e-mail address: remove it",
        ),
        (
            set(&|i| {
                i.jwks_url.clear();
                i.jwks_file = "/nowhere/keys".to_owned();
            }),
            "/nowhere/keys: No such file or directory (os error 2)",
        ),
    ];

    for (settings, expected) in cases {
        let error = Issuers::start(&settings, PATIENCE)
            .err()
            .unwrap()
            .to_string();
        let name = &settings.issuers[0].issuer;
        assert_eq!(error, format!("auth.jwt.issuers: {name:?} {expected}"));
    }
}

#[test]
fn foreign_token_is_accepted_until_its_users_credentials_are_revoked() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let mut settings = provider.settings(&[Algorithm::ES256]);
    settings.user_field = Some(UserField::Username);
    let bearer = BearerVerifier::new(Arc::new(service(vec![settings])));
    let repository = TestStore::new();
    let ada = user(&repository, "ada", true);
    user(&repository, "bob", false);
    let judge = |name: &str, seconds: i64| {
        let token = provider.sign(0, |_, claims| {
            claims["sub"] = json!(name);
            claims["iat"] = json!(now().timestamp() + seconds);
        });
        let header = format!("Bearer {token}");
        let judged = ask(&bearer, header.as_bytes(), &repository);
        Ok(judged.expect("it is a Bearer token")?.profile.user.id)
    };

    assert_eq!(judge("ada", -5).unwrap(), ada.id);
    assert!(matches!(judge("eve", -5), Err(AuthError::UserGone)));
    assert!(matches!(judge("bob", -5), Err(AuthError::UserInactive(_))));
    let change = now() - chrono::Duration::seconds(2);
    repository
        .revoke_credentials(ada.id, &CredentialRef::None, WriteContext::operator(change))
        .unwrap();
    let old = judge("ada", -2);
    assert!(
        matches!(old, Err(AuthError::Jwt(JwtFault::Revoked))),
        "{old:?}"
    );
    assert_eq!(judge("ada", -1).unwrap(), ada.id);
}
