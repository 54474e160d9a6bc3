//! Audiences and users where issuers write them.

use profiled_auth::{
    Algorithm, IssuerSettings, Issuers, JwtFault, LocalPartSetting, UserClaim, UserField,
};
use profiled_domain::{LocalPart, Mailbox, UserId};
use serde_json::{Value, json};

use super::provider::Provider;
use super::{PATIENCE, judge, service, settings_with};

const SEVEN: Result<UserClaim, JwtFault> = Ok(UserClaim::Id(UserId(7)));
const INVALID: Result<UserClaim, JwtFault> = Err(JwtFault::Invalid);

/// What a token with these claims comes to; null takes one away.
fn outcome(
    change: impl FnOnce(&mut IssuerSettings),
    claims: &Value,
) -> Result<UserClaim, JwtFault> {
    let provider = Provider::start(&[Algorithm::ES256]);
    let mut settings = provider.settings(&[Algorithm::ES256]);
    change(&mut settings);
    let token = provider.sign(0, |_, all| {
        let all = all.as_object_mut().unwrap();
        all.extend(claims.as_object().unwrap().clone());
        all.retain(|_, value| !value.is_null());
    });
    judge(&service(vec![settings]), &token)
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn contradictory_names_are_refused_with_the_remedy() {
    let told = |change: &dyn Fn(&mut IssuerSettings)| {
        let provider = Provider::start(&[Algorithm::ES256]);
        let mut settings = provider.settings(&[Algorithm::ES256]);
        change(&mut settings);
        let started = Issuers::start(&settings_with(vec![settings]), PATIENCE);
        let problem = started.err().unwrap().to_string();
        problem.split_once("\" ").unwrap().1.to_owned()
    };

    assert_eq!(
        told(&|issuer| issuer.audience.push(String::new())),
        "has an empty text in audience, audience_claims, client_ids or allowed_types: remove it"
    );
    assert_eq!(
        told(&|issuer| issuer.audience_claims.clear()),
        "has no audience_claims: name the claims that may hold the audience, as [\"aud\"]"
    );
    assert_eq!(
        told(&|issuer| issuer.email_local_part = LocalPartSetting::CaseInsensitive),
        "has email_local_part, but its user_field is not \"email\": remove it"
    );
}

#[test]
fn one_of_several_audiences_is_enough() {
    let two = |settings: &mut IssuerSettings| settings.audience = texts(&["api", "spa"]);
    for audience in [json!("api"), json!("spa"), json!(["x", "spa"])] {
        assert_eq!(outcome(two, &json!({ "aud": audience })), SEVEN);
    }
    for audience in [
        json!("x"),
        json!("profile-api"),
        json!(["apis"]),
        json!([]),
        json!(null),
    ] {
        let claims = json!({ "aud": audience, "client_id": "api" });
        assert_eq!(outcome(two, &claims), INVALID, "{audience}");
    }
}

#[test]
fn first_claim_that_is_there_names_the_audience() {
    let by_client = |settings: &mut IssuerSettings| {
        settings.audience_claims = texts(&["aud", "client_id", "azp"]);
    };
    let good = [
        json!({"aud": "profile-api", "client_id": "x"}),
        json!({"aud": null, "client_id": "profile-api"}),
        json!({"aud": [], "client_id": "profile-api", "azp": "x"}),
        json!({"aud": null, "azp": "profile-api"}),
    ];
    let bad = [
        json!({"aud": "x", "client_id": "profile-api"}),
        json!({"aud": null, "client_id": "x", "azp": "profile-api"}),
        json!({"aud": null, "client_id": 7, "azp": "profile-api"}),
        json!({"aud": ["x"], "azp": "profile-api"}),
        json!({"aud": null}),
    ];

    for claims in good {
        assert_eq!(outcome(by_client, &claims), SEVEN, "{claims}");
    }
    for claims in bad {
        assert_eq!(outcome(by_client, &claims), INVALID, "{claims}");
    }
}

#[test]
fn nested_claim_names_the_user_and_a_whole_name_wins() {
    let by = |path: &'static str| {
        move |settings: &mut IssuerSettings| {
            path.clone_into(&mut settings.user_claim);
            settings.user_field = Some(UserField::Username);
        }
    };
    let ada = Ok(UserClaim::Username("ada".to_owned()));
    let cases = [
        (
            "ext.username",
            json!({"ext": {"username": "ada"}}),
            ada.clone(),
        ),
        (
            "ext.username",
            json!({"ext.username": "ada", "ext": {"username": "eve"}}),
            ada.clone(),
        ),
        ("a.b.c", json!({"a": {"b": {"c": "ada"}}}), ada.clone()),
        (
            "a.b.c",
            json!({"a": {"b.c": "ada"}, "a.b": {"x": 1}}),
            ada.clone(),
        ),
        (
            "https://example.com/name",
            json!({"https://example.com/name": "ada"}),
            ada.clone(),
        ),
        (
            "https://example.com/user.name",
            json!({"https://example.com/user": {"name": "ada"}}),
            ada,
        ),
        ("ext.username", json!({"ext": "ada"}), Err(JwtFault::NoUser)),
        (
            "ext.username",
            json!({"username": "ada"}),
            Err(JwtFault::NoUser),
        ),
        (
            "ext.username",
            json!({"ext": {"username": ["ada"]}}),
            INVALID,
        ),
    ];
    for (path, claims, expected) in cases {
        assert_eq!(outcome(by(path), &claims), expected, "{path} {claims}");
    }
}

#[test]
fn address_is_read_as_mail_compares_it_and_verified_where_that_is_told() {
    let nested = |settings: &mut IssuerSettings| {
        "ext.email".clone_into(&mut settings.user_claim);
        "ext.email_verified".clone_into(&mut settings.email_verified_claim);
        settings.user_field = Some(UserField::Email);
        settings.email_local_part = LocalPartSetting::CaseInsensitive;
    };
    let with = |verified: Value, other: Value| {
        let ext = json!({"email": "A@x.org", "email_verified": verified});
        outcome(nested, &json!({"ext": ext, "email_verified": other}))
    };

    let mailbox = Mailbox::new("A@x.org".to_owned(), LocalPart::CaseInsensitive);
    assert_eq!(
        with(json!(true), json!(false)),
        Ok(UserClaim::Mailbox(mailbox))
    );
    assert_eq!(
        with(json!(false), json!(true)),
        Err(JwtFault::UnverifiedEmail)
    );
    let username_by_nested_address = |settings: &mut IssuerSettings| {
        "ext.email".clone_into(&mut settings.user_claim);
        settings.user_field = Some(UserField::Username);
    };
    let unverified = outcome(
        username_by_nested_address,
        &json!({"ext": {"email": "a@x.org"}}),
    );
    assert_eq!(unverified, Err(JwtFault::UnverifiedEmail));
}
