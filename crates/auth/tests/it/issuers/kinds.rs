//! Which tokens of a foreign issuer are access tokens, and for us (RFC 8725, 3.9, 3.11, 3.12; RFC 9068).

use profiled_auth::{Algorithm, IssuerSettings, JwtFault, JwtService, UserClaim};
use profiled_domain::UserId;
use serde_json::{Value, json};

use super::provider::Provider;
use super::{judge, service};

const SEVEN: Result<UserClaim, JwtFault> = Ok(UserClaim::Id(UserId(7)));
const INVALID: Result<UserClaim, JwtFault> = Err(JwtFault::Invalid);
const OTHER: Result<UserClaim, JwtFault> = Err(JwtFault::WrongType);

fn taking(provider: &Provider, change: impl FnOnce(&mut IssuerSettings)) -> JwtService {
    let mut settings = provider.settings(&[Algorithm::ES256]);
    change(&mut settings);
    service(vec![settings])
}

/// A token with these members of the header and these claims, besides those of every good one.
fn token(provider: &Provider, header: &Value, claims: &Value) -> String {
    provider.sign(0, |head, all| {
        for (target, change) in [(head, header), (all, claims)] {
            for (name, value) in change.as_object().unwrap() {
                target[name] = value.clone();
            }
        }
    })
}

#[test]
fn access_tokens_of_the_known_providers_are_taken() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let service = taking(&provider, |_| ());
    let cases = [
        (json!({}), json!({})),
        (
            json!({"typ": "at+jwt"}),
            json!({"client_id": "web", "scope": "openid"}),
        ),
        (json!({"typ": "application/AT+JWT"}), json!({})),
        (
            json!({"typ": "JWT"}),
            json!({"typ": "Bearer", "azp": "web", "nonce": "n"}),
        ),
        (
            json!({}),
            json!({"token_use": "access", "client_id": "web"}),
        ),
        (json!({}), json!({"token_type": "access", "jti": "x"})),
        (json!({}), json!({"type": "employee"})),
        (json!({}), json!({"type": 7, "nonce": "n", "ver": "1.0"})),
    ];

    for (header, claims) in cases {
        let token = token(&provider, &header, &claims);
        assert_eq!(judge(&service, &token), SEVEN, "{header} {claims}");
    }
    let silent = provider.sign(0, |header, _| {
        header.as_object_mut().unwrap().remove("typ");
    });
    assert_eq!(judge(&service, &silent), SEVEN);
}

#[test]
fn header_that_names_another_kind_is_refused() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let service = taking(&provider, |_| ());
    let kinds = [
        json!("logout+jwt"),
        json!("Logout+JWT"),
        json!("application/logout+jwt"),
        json!("secevent+jwt"),
        json!("dpop+jwt"),
        json!("id_token+jwt"),
        json!("token-introspection+jwt"),
        json!("oauth-authz-req+jwt"),
        json!("refresh+jwt"),
        json!("unheard-of"),
        json!(""),
        json!(null),
        json!(7),
        json!(["JWT"]),
    ];

    for kind in kinds {
        let token = token(&provider, &json!({ "typ": kind }), &json!({}));
        assert_eq!(judge(&service, &token), INVALID, "{kind}");
    }
}

#[test]
fn tokens_that_say_that_they_are_something_else_are_refused() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let service = taking(&provider, |_| ());
    let event = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let typ = [
        "ID",
        "id",
        "Refresh",
        "Offline",
        "Logout",
        "Serialized-ID",
        "DPoP",
        "",
    ];
    let cases = typ.map(|kind| json!({ "typ": kind })).into_iter().chain([
        json!({"typ": null}),
        json!({"typ": ["Bearer"]}),
        json!({"token_use": "id"}),
        json!({"token_use": "ID"}),
        json!({"token_use": "refresh"}),
        json!({"token_use": ""}),
        json!({"token_use": null}),
        json!({"token_use": ["access"]}),
        json!({"token_type": "refresh"}),
        json!({"token_type": "ID"}),
        json!({"type": "refresh"}),
        json!({"type": "ID"}),
        json!({ "events": event }),
        json!({"events": null}),
        json!({ "typ": "Bearer", "events": event }),
        json!({"nonce": "n", "at_hash": "h"}),
        json!({"nonce": "n", "c_hash": "h"}),
        json!({"typ": "Bearer", "nonce": "n", "at_hash": "h"}),
        json!({"at_hash": "h"}),
    ]);

    for claims in cases {
        let token = token(&provider, &json!({}), &claims);
        assert_eq!(judge(&service, &token), OTHER, "{claims}");
    }
}

#[test]
fn token_of_another_kind_is_accepted_only_if_allowed() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let allowing = |words: &[&str]| {
        let words = words.iter().map(|&word| word.to_owned()).collect();
        taking(&provider, |settings| settings.allowed_types = words)
    };
    let (id_token, refresh) = (
        json!({"typ": "ID", "at_hash": "h"}),
        json!({"typ": "Refresh"}),
    );
    let cognito = json!({"token_use": "id"});
    let logout = json!({"events": {}});
    let judge = |service: &JwtService, header: Value, claims: &Value| {
        judge(service, &token(&provider, &header, claims))
    };

    let ids = allowing(&["ID"]);
    for claims in [&id_token, &cognito] {
        assert_eq!(judge(&ids, json!({}), claims), SEVEN, "{claims}");
    }
    for claims in [&refresh, &logout] {
        assert_eq!(judge(&ids, json!({}), claims), OTHER, "{claims}");
    }
    let events = allowing(&["application/logout+jwt", "events"]);
    assert_eq!(judge(&events, json!({"typ": "logout+jwt"}), &logout), SEVEN);
    assert_eq!(
        judge(&events, json!({"typ": "secevent+jwt"}), &logout),
        INVALID
    );
    assert_eq!(judge(&events, json!({}), &id_token), OTHER);
}

/// RFC 7800; RFC 9449, section 7.1: a bearer does not prove the key.
#[test]
fn tokens_that_are_bound_to_a_key_are_refused() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let service = taking(&provider, |settings| {
        settings.allowed_types = vec!["dpop".to_owned()];
    });

    for cnf in [
        json!({"jkt": "x"}),
        json!({"x5t#S256": "x"}),
        json!({}),
        json!(null),
    ] {
        let token = token(&provider, &json!({}), &json!({ "typ": "DPoP", "cnf": cnf }));
        assert_eq!(judge(&service, &token), Err(JwtFault::KeyBound), "{cnf}");
    }
}

#[test]
fn token_for_another_client_is_refused() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let clients = || vec!["web".to_owned(), "app".to_owned()];
    let of_clients = taking(&provider, |settings| {
        settings.audience.clear();
        settings.client_ids = clients();
    });
    let cases = [
        (json!({"client_id": "web"}), SEVEN),
        (json!({"azp": "app"}), SEVEN),
        (json!({"azp": "web", "client_id": "other"}), SEVEN),
        (json!({"azp": "other", "client_id": "web"}), INVALID),
        (json!({"azp": null, "client_id": "web"}), INVALID),
        (json!({"azp": ["web"]}), INVALID),
        (json!({"azp": "WEB"}), INVALID),
        (json!({"client_id": "other"}), INVALID),
        (json!({"client_id": ""}), INVALID),
        (json!({}), INVALID),
    ];

    for (claims, expected) in cases {
        // As Cognito has it, and with that of another service.
        for audience in [None, Some("other")] {
            let token = provider.sign(0, |_, all| {
                let all = all.as_object_mut().unwrap();
                all.remove("aud");
                all.extend(claims.as_object().unwrap().clone());
                all.extend(audience.map(|text| ("aud".to_owned(), json!(text))));
            });
            assert_eq!(judge(&of_clients, &token), expected, "{claims}");
        }
    }
    let both = taking(&provider, |settings| settings.client_ids = clients());
    let good = token(&provider, &json!({}), &json!({"azp": "web"}));
    let other = token(
        &provider,
        &json!({}),
        &json!({"azp": "web", "aud": "other"}),
    );
    assert_eq!(judge(&both, &good), SEVEN);
    assert_eq!(judge(&both, &other), INVALID);
    let any = taking(&provider, |settings| {
        settings.audience.clear();
        settings.any_audience = true;
    });
    assert_eq!(judge(&any, &other), SEVEN);
}
