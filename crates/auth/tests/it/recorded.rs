//! Recorded tokens: what simplejwt said of each (`tests/contract/cases`).

use chrono::{DateTime, Duration, Utc};
use profiled_auth::{Algorithm, JwtFault, JwtService, SigningKey, UserClaim};
use profiled_store::testing::defaults;
use serde_json::Value;

use crate::people::told;

const AUTH: &str = include_str!("../../../../tests/contract/cases/jwt_auth.json");
const SECRETS: &str = include_str!("../../../../tests/contract/fixtures/secrets.json");

/// The recorded tokens were issued in 2025 and expire in 2100.
fn recorded_now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::seconds(1_780_000_000)
}

fn fault(body: &str) -> Option<JwtFault> {
    let texts = [
        ("Token is expired", JwtFault::Expired),
        ("Token is invalid", JwtFault::Invalid),
        ("Token has no 'exp' claim", JwtFault::NoExpiry),
        ("Token has no id", JwtFault::NoId),
        ("Token has no type", JwtFault::NoType),
        ("Token has wrong type", JwtFault::WrongType),
        ("no recognizable user identification", JwtFault::NoUser),
    ];
    texts
        .into_iter()
        .find(|(text, _)| body.contains(text))
        .map(|(_, fault)| fault)
}

#[test]
fn recorded_tokens_are_judged_as_recorded() {
    let secrets: Value = serde_json::from_str(SECRETS).unwrap();
    let secret = secrets["SECRET"].as_str().unwrap().to_owned();
    let key = SigningKey::new(&secret.into(), Algorithm::HS256).unwrap();
    let verifier = JwtService::new(&defaults("auth.jwt"), key);
    let topic: Value = serde_json::from_str(AUTH).unwrap();
    let mut judged = 0;

    for case in topic["cases"].as_array().unwrap() {
        let headers = case["request"]["headers"].as_array().unwrap();
        let mut values = headers.iter().filter(|pair| pair[0] == "Authorization");
        let value = values
            .next()
            .and_then(|pair| pair[1].as_str())
            .unwrap_or_default();
        let Some(token) = value
            .strip_prefix("Bearer ey")
            .map(|rest| format!("ey{}", rest.trim()))
        else {
            continue;
        };
        if values.next().is_some() || token.contains(' ') {
            continue;
        }
        let outcome = verifier
            .verify(token.as_bytes(), recorded_now())
            .map_err(told);
        let name = &case["name"];
        let is_changed = case["compare"]["instead"]["status"].is_number();
        match case["response"]["status"].as_i64() {
            _ if is_changed => assert_eq!(outcome, Err(JwtFault::Invalid), "{name}"),
            Some(200 | 404) => assert!(outcome.is_ok(), "{name}: {outcome:?}"),
            _ => match fault(case["response"]["body"].as_str().unwrap()) {
                Some(expected) => assert_eq!(outcome, Err(expected), "{name}"),
                None => assert!(
                    matches!(outcome, Ok(UserClaim::Id(_))),
                    "{name}: {outcome:?}"
                ),
            },
        }
        judged += 1;
    }
    assert!(judged > 50, "{judged}");
}
