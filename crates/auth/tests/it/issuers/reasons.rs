//! Why a foreign token is refused, for the log; and what is refused that parsers could take differently.

use profiled_auth::{Algorithm, JwtFault, JwtService, JwtSettings};
use serde_json::{Value, json};

use super::provider::Provider;
use super::{service, service_of, settings_with};
use crate::people::now;

fn fault(service: &JwtService, token: &str) -> Option<JwtFault> {
    service.verify(token.as_bytes(), now()).err()
}

#[test]
fn each_reason_is_told_apart() {
    let provider = Provider::start(&[Algorithm::ES256, Algorithm::RS256]);
    let mut settings = provider.settings(&[Algorithm::ES256]);
    settings.client_ids = vec!["web".to_owned()];
    settings.leeway = 5;
    let service = service(vec![settings]);
    let second = now().timestamp();
    let told = |header: Value, claims: Value| {
        let token = provider.sign(0, |head, all| {
            all["azp"] = json!("web");
            for (target, change) in [(head, header), (all, claims)] {
                target
                    .as_object_mut()
                    .unwrap()
                    .extend(change.as_object().unwrap().clone());
            }
        });
        fault(&service, &token)
    };
    let cases = [
        (json!({}), json!({}), None),
        (json!({}), json!({"iat": second + 5}), None),
        (
            json!({}),
            json!({"iat": second + 6}),
            Some(JwtFault::NotYetValid {
                claim: "iat",
                ahead: 6,
            }),
        ),
        (json!({}), json!({"exp": second - 4}), None),
        (
            json!({}),
            json!({"exp": second - 5}),
            Some(JwtFault::Expired),
        ),
        (
            json!({}),
            json!({"aud": "x"}),
            Some(JwtFault::OtherAudience),
        ),
        (json!({}), json!({"azp": "x"}), Some(JwtFault::OtherClient)),
        (json!({}), json!({"sub": 7}), Some(JwtFault::Invalid)),
        (
            json!({"typ": "logout+jwt"}),
            json!({}),
            Some(JwtFault::OtherHeaderType),
        ),
        (json!({"alg": "none"}), json!({}), Some(JwtFault::Algorithm)),
        (json!({"kid": "x"}), json!({}), Some(JwtFault::UnknownKey)),
        (
            json!({"crit": ["x"], "x": 1}),
            json!({}),
            Some(JwtFault::Header),
        ),
        (json!({}), json!({"iss": "x"}), Some(JwtFault::Algorithm)),
    ];
    for (header, claims, expected) in cases {
        assert_eq!(
            told(header.clone(), claims.clone()),
            expected,
            "{header} {claims}"
        );
    }
    let mut forged = provider.sign(0, |_, claims| claims["azp"] = json!("web"));
    let kept = forged.rfind('.').unwrap() + 1;
    forged.replace_range(kept..kept + 4, "AAAA");
    assert_eq!(fault(&service, &forged), Some(JwtFault::Signature));
    assert_eq!(fault(&service, "x.y"), Some(JwtFault::Malformed));
}

#[test]
fn repeated_member_of_a_foreign_token_is_refused() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let service = service(vec![provider.settings(&[Algorithm::ES256])]);
    let claims = provider.claims().to_string();
    let claims = claims.trim_end_matches('}');
    let twice = [
        (
            r#"{"alg":"ES256","alg":"ES256"}"#.to_owned(),
            format!("{claims}}}"),
        ),
        (
            r#"{"alg":"ES256","x":1,"x":1}"#.to_owned(),
            format!("{claims}}}"),
        ),
        (
            r#"{"alg":"ES256"}"#.to_owned(),
            format!(r#"{claims},"sub":"7"}}"#),
        ),
        (
            r#"{"alg":"ES256"}"#.to_owned(),
            format!(r#"{claims},"x":1,"x":1}}"#),
        ),
    ];
    for (header, payload) in twice {
        let token = provider.sign_text(0, &header, &payload);
        assert_eq!(
            fault(&service, &token),
            Some(JwtFault::Repeated),
            "{header} {payload}"
        );
    }
    let once = provider.sign_text(0, r#"{"alg":"ES256"}"#, &format!("{claims}}}"));
    assert_eq!(fault(&service, &once), None);
    // Many names are compared in another way than few.
    let many: Vec<_> = (0..300).map(|n| format!(r#","c{n}":{n}"#)).collect();
    let many = many.concat();
    let large = provider.sign_text(0, r#"{"alg":"ES256"}"#, &format!("{claims}{many}}}"));
    assert_eq!(fault(&service, &large), None);
    let payload = format!(r#"{claims}{many},"c7":1}}"#);
    let twice = provider.sign_text(0, r#"{"alg":"ES256"}"#, &payload);
    assert_eq!(fault(&service, &twice), Some(JwtFault::Repeated));
}

#[test]
fn longest_token_is_a_setting_and_told() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let settings = |limit| JwtSettings {
        max_token_bytes: limit,
        ..settings_with(vec![provider.settings(&[Algorithm::ES256])])
    };
    let long = provider.sign(0, |_, claims| claims["groups"] = json!("g".repeat(20_000)));
    let limit = u32::try_from(long.len()).unwrap();

    assert_eq!(fault(&service_of(&settings(limit)), &long), None);
    let refused = fault(&service_of(&settings(limit - 1)), &long).unwrap();
    assert_eq!(refused, JwtFault::TooLong { limit: limit - 1 });
    assert_eq!(
        refused.message(),
        format!("Token is longer than {} bytes", limit - 1)
    );
}
