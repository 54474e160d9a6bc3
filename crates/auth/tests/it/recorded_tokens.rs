//! Recorded refreshes, verifications and blacklistings: what simplejwt answered to each
//! (`tests/contract/cases`).

use profiled_store::testing::defaults;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use profiled_auth::{
    Algorithm, Audience, JwtFault, JwtService, JwtSettings, RefreshError, SigningKey, TokenUser,
    VerifyError,
};
use profiled_domain::{
    NewUser, PasswordHash, Person, ProfileRepository, UserLookup, UserRepository, WriteContext,
};
use serde_json::{Value, json};

use crate::signing::claims_of;
use crate::test_store::TestStore;

const TOKENS: &str = include_str!("../../../../tests/contract/cases/jwt_tokens.json");
const ROTATION: &str = include_str!("../../../../tests/contract/cases/jwt_rotation.json");
const NO_BLACKLIST: &str =
    include_str!("../../../../tests/contract/cases/jwt_no_blacklist_app.json");
const CHECK_REVOKE: &str = include_str!("../../../../tests/contract/cases/jwt_check_revoke.json");
const AUDIENCE: &str = include_str!("../../../../tests/contract/cases/jwt_aud_iss_leeway.json");
const SECRETS: &str = include_str!("../../../../tests/contract/fixtures/secrets.json");
const PEOPLE: &str = include_str!("../../../../tests/contract/fixtures/jwt.json");

/// The recorded tokens were issued in 2025 and expire in 2100.
fn recorded_now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::seconds(1_780_000_000)
}

/// A service of one topic with the people of the fixture.
struct Site {
    jwt: Arc<JwtService>,
    repository: TestStore,
    captured: HashMap<String, String>,
}

impl Site {
    fn new(settings: &JwtSettings) -> Self {
        let secrets: Value = serde_json::from_str(SECRETS).unwrap();
        let secret = secrets["SECRET"].as_str().unwrap().to_owned();
        let key = SigningKey::new(&secret.into(), Algorithm::HS256).unwrap();
        let repository = TestStore::new();
        let people: Value = serde_json::from_str(PEOPLE).unwrap();
        let is_user = |record: &&Value| !record["fields"]["password"].is_null();
        for person in people.as_array().unwrap().iter().filter(is_user) {
            let fields = &person["fields"];
            let new = NewUser {
                person: Person {
                    username: Some(fields["username"].as_str().unwrap().to_owned()),
                    ..Person::default()
                },
                password: fields["password"].as_str().map(PasswordHash::from_encoded),
                is_active: fields["is_active"].as_bool().unwrap(),
                ..NewUser::default()
            };
            let user = repository
                .create_user(&new, WriteContext::operator(recorded_now()))
                .unwrap();
            assert_eq!(Some(user.id.0), person["pk"].as_i64());
        }
        Self {
            jwt: Arc::new(JwtService::new(settings, key)),
            repository,
            captured: HashMap::new(),
        }
    }

    /// The answer to a request for tokens, `None` if it is none or has no text for a token.
    fn answer(&self, request: &Value) -> Option<(i64, Value)> {
        let mut body = request["body"].as_str()?.to_owned();
        for (name, token) in &self.captured {
            body = body.replace(&format!("{{{{{name}}}}}"), token);
        }
        let body: Value = serde_json::from_str(&body).ok()?;
        let (repository, now) = (&*self.repository, recorded_now());
        let token = |name: &str| body[name].as_str().map(str::trim);
        let answer = match request["path"].as_str()? {
            "/api/token/" => self.log_in(body["username"].as_str()?)?,
            "/api/token/refresh/" => {
                let outcome = self.jwt.refresh(token("refresh")?, now);
                let outcome = outcome.resolve(repository).unwrap();
                outcome.map_or_else(refused, |tokens| match tokens.refresh {
                    None => (200, json!({ "access": tokens.access })),
                    Some(next) => (200, json!({ "access": tokens.access, "refresh": next })),
                })
            }
            "/api/token/verify/" => {
                let outcome = self.jwt.verify_any(token("token")?, now);
                match outcome.resolve(repository).unwrap() {
                    Ok(()) => (200, json!({})),
                    Err(VerifyError::Token(fault)) => refused(fault.into()),
                    Err(VerifyError::Blacklisted) => {
                        (400, json!({ "non_field_errors": ["Token is blacklisted"] }))
                    }
                }
            }
            "/api/token/blacklist/" => {
                let outcome = self.jwt.blacklist(token("refresh")?, now);
                let outcome = outcome.resolve(repository).unwrap();
                outcome.map_or_else(refused, |()| (200, json!({})))
            }
            _ => return None,
        };
        Some(answer)
    }

    /// As a user whose password is right.
    fn log_in(&self, username: &str) -> Option<(i64, Value)> {
        use profiled_domain::ProfileDepth;
        let key = UserLookup::Username(username.to_owned());
        let found = self
            .repository
            .find_profile_with_password(&key, ProfileDepth::Account);
        let (profile, password) = found.unwrap()?;
        let subject = TokenUser::new(&profile.user, &password);
        let pair = self.jwt.mint_pair(subject, recorded_now()).unwrap();
        Some((
            200,
            json!({ "refresh": pair.refresh, "access": pair.access }),
        ))
    }

    fn capture(&mut self, wanted: &Value, answer: &Value) {
        let wanted = wanted.as_object().into_iter().flatten();
        for (name, path) in wanted {
            let member = path.as_str().unwrap().trim_start_matches("$.");
            let token = answer[member].as_str().unwrap().to_owned();
            self.captured.insert(name.clone(), token);
        }
    }
}

fn refused(error: RefreshError) -> (i64, Value) {
    match error {
        RefreshError::Token(fault) => {
            let body = json!({ "detail": fault.message(), "code": "token_not_valid" });
            (401, body)
        }
        RefreshError::NoActiveAccount => {
            let text = "No active account found for the given token.";
            (401, json!({ "detail": text }))
        }
        error => panic!("{error}"),
    }
}

/// Compares tokens by their claims, and everything else as it is.
fn check(name: &str, response: &Value, (status, body): (i64, &Value)) {
    assert_eq!(response["status"].as_i64(), Some(status), "{name}: {body}");
    let minted = response["minted_tokens"].as_object();
    let Some(minted) = minted else {
        let expected: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
        assert_eq!(*body, expected, "{name}");
        return;
    };
    assert_eq!(body.as_object().unwrap().len(), minted.len(), "{name}");
    for (member, expected) in minted {
        let member = member.trim_start_matches("jwt:");
        let (header, claims) = claims_of(body[member].as_str().unwrap());
        assert_eq!(header, expected["header"], "{name}");
        let expected = expected["claims"].as_object().unwrap();
        let names = |claims: &serde_json::Map<String, Value>| -> Vec<String> {
            claims.keys().cloned().collect()
        };
        let claims = claims.as_object().unwrap();
        assert_eq!(names(claims), names(expected), "{name}");
        for (claim, expected) in expected {
            check_claim(name, claim, expected, &claims[claim]);
        }
    }
}

fn check_claim(name: &str, claim: &str, expected: &Value, given: &Value) {
    let now = recorded_now().timestamp();
    let expected = match expected.as_str() {
        Some("{{now}}") => json!(now),
        Some("{{now+300}}") => json!(now + 300),
        Some("{{now+86400}}") => json!(now + 86_400),
        Some("{{hex32}}") => {
            let id = given.as_str().unwrap();
            let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
            assert!(id.len() == 32 && id.chars().all(is_digit), "{name}: {id}");
            return;
        }
        _ => expected.clone(),
    };
    assert_eq!(*given, expected, "{name}: {claim}");
}

/// Replays the cases of a topic that ask for tokens; returns how many there were.
fn replay(topic: &str, settings: &JwtSettings) -> usize {
    let topic: Value = serde_json::from_str(topic).unwrap();
    let mut replayed = 0;
    for case in topic["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let mut site = Site::new(settings);
        let setup = case["setup"].as_array().into_iter().flatten();
        for step in setup {
            let Some((_, answer)) = site.answer(&step["request"]) else {
                continue;
            };
            site.capture(&step["capture"], &answer);
        }
        let is_refresh = |path: &str| path.starts_with("/api/token/") && path != "/api/token/";
        if !is_refresh(case["request"]["path"].as_str().unwrap())
            || case["compare"]["instead"].is_object()
        {
            continue;
        }
        // What is wrong with a body is not decided here.
        let Some((status, answer)) = site.answer(&case["request"]) else {
            continue;
        };
        if case["response"]["body"]
            .as_str()
            .is_some_and(|body| body.starts_with("{\"refresh\":["))
        {
            continue;
        }
        check(name, &case["response"], (status, &answer));
        replayed += 1;
    }
    replayed
}

fn rotating() -> JwtSettings {
    JwtSettings {
        rotate_refresh_tokens: true,
        blacklist_after_rotation: true,
        ..defaults("auth.jwt")
    }
}

#[test]
fn tokens_are_refreshed_verified_and_blacklisted_as_recorded() {
    let replayed = replay(TOKENS, &defaults("auth.jwt"));

    assert!(replayed >= 25, "{replayed}");
}

#[test]
fn tokens_are_rotated_as_recorded() {
    let replayed = replay(ROTATION, &rotating());

    assert!(replayed >= 5, "{replayed}");
}

#[test]
fn without_the_blacklist_everything_else_is_as_recorded() {
    let settings = JwtSettings {
        blacklist: false,
        ..defaults("auth.jwt")
    };

    assert!(replay(NO_BLACKLIST, &settings) >= 2);
}

/// Claims of the pair that a recorded log-in gave.
fn log_in_as_recorded(topic: &str, settings: &JwtSettings) {
    let topic: Value = serde_json::from_str(topic).unwrap();
    let mut cases = topic["cases"].as_array().unwrap().iter();
    let case = cases.find(|case| case["name"] == "obtain").unwrap();

    let (status, answer) = Site::new(settings).answer(&case["request"]).unwrap();

    check("obtain", &case["response"], (status, &answer));
}

#[test]
fn log_in_mints_the_recorded_claims() {
    log_in_as_recorded(ROTATION, &rotating());
    let check_revoke_token = true;
    log_in_as_recorded(
        CHECK_REVOKE,
        &JwtSettings {
            check_revoke_token,
            ..defaults("auth.jwt")
        },
    );
    let (audience, issuer) = ("profile-api".to_owned(), "profile-issuer".to_owned());
    log_in_as_recorded(
        AUDIENCE,
        &JwtSettings {
            audience: Audience::One(audience),
            issuer,
            ..defaults("auth.jwt")
        },
    );
}

#[test]
fn refresh_token_with_odd_claims_is_refused_as_the_contract_says() {
    let site = Site::new(&defaults("auth.jwt"));
    let refresh = |claims: Value| {
        let secrets: Value = serde_json::from_str(SECRETS).unwrap();
        let secret = secrets["SECRET"].as_str().unwrap();
        let token = crate::signing::hmac(secret, r#"{"alg":"HS256"}"#, &claims.to_string());
        let outcome = site.jwt.refresh(&token, recorded_now());
        outcome.resolve(&*site.repository).unwrap().map(drop)
    };
    let claims = |user: Value| json!({ "token_type": "refresh", "exp": 4_102_444_800_i64, "jti": "x", "user_id": user });

    for odd in [
        json!("abc"),
        json!("1.0"),
        json!(true),
        json!(null),
        json!([1]),
        json!(1.5),
    ] {
        let error = refresh(claims(odd.clone())).unwrap_err();
        assert!(
            matches!(error, RefreshError::Token(JwtFault::Invalid)),
            "{odd}: {error}"
        );
    }
    for user in [
        json!("99"),
        json!(99),
        json!("99999999999999999999"),
        json!("3"),
        json!("0"),
    ] {
        let error = refresh(claims(user.clone())).unwrap_err();
        assert!(
            matches!(error, RefreshError::NoActiveAccount),
            "{user}: {error}"
        );
    }
    for none in [json!(""), json!(0)] {
        assert!(refresh(claims(none.clone())).is_ok(), "{none}");
    }
    let mut without_id = claims(json!("1"));
    without_id.as_object_mut().unwrap().remove("jti");
    let error = refresh(without_id).unwrap_err();
    assert!(
        matches!(error, RefreshError::Token(JwtFault::NoId)),
        "{error}"
    );
}
