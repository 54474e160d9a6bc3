//! Access tokens: the checks that the recorded cases leave out, and attack cases A.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use profiled_auth::{Algorithm, JwtFault, JwtSettings, KeyError, SigningKey, UserClaim};
use profiled_domain::UserId;
use serde_json::{Value, json};

use crate::people::{SECRET, access_token, now, verifier};

/// A token with any header and payload, signed as the header's default wants it.
fn signed(header: &str, payload: &str) -> String {
    let text = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let key = jsonwebtoken::EncodingKey::from_secret(SECRET.as_bytes());
    let algorithm = jsonwebtoken::Algorithm::HS256;
    let signature = jsonwebtoken::crypto::sign(text.as_bytes(), &key, algorithm).unwrap();
    format!("{text}.{signature}")
}

fn claims() -> Value {
    json!({ "token_type": "access", "exp": 1_900_000_000, "jti": "x", "user_id": "7" })
}

fn verify_with(settings: &JwtSettings, token: &str) -> Result<UserClaim, JwtFault> {
    verifier(settings).verify(token.as_bytes(), now())
}

fn verify(header: &str, payload: &str) -> Result<UserClaim, JwtFault> {
    verify_with(&JwtSettings::default(), &signed(header, payload))
}

fn verify_claims(change: impl FnOnce(&mut Value)) -> Result<UserClaim, JwtFault> {
    let mut claims = claims();
    change(&mut claims);
    verify(r#"{"alg":"HS256"}"#, &claims.to_string())
}

#[test]
fn a_minted_token_has_simplejwts_form_and_is_accepted() {
    let settings = JwtSettings {
        audience: "a".into(),
        issuer: "i".into(),
        ..JwtSettings::default()
    };

    let token = access_token(&verifier(&settings), UserId(7));

    let parts: Vec<&str> = token.split('.').collect();
    let decode = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_eq!(
        decode(parts.first().unwrap()),
        r#"{"alg":"HS256","typ":"JWT"}"#
    );
    let payload = decode(parts.get(1).unwrap());
    let jti = serde_json::from_str::<Value>(&payload).unwrap()["jti"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(jti.len() == 32 && jti.chars().nth(12) == Some('4'), "{jti}");
    let expected = format!(
        r#"{{"token_type":"access","exp":1800000300,"iat":1800000000,"jti":"{jti}","user_id":"7","aud":"a","iss":"i"}}"#
    );
    assert_eq!(payload, expected);
    assert_eq!(verify_with(&settings, &token), Ok(UserClaim::Id(UserId(7))));
    let at_its_end = now() + Duration::seconds(300);
    let over = verifier(&settings).verify(token.as_bytes(), at_its_end);
    assert_eq!(over, Err(JwtFault::Expired));
}

#[test]
fn only_the_pinned_algorithm_counts() {
    let payload = claims().to_string();

    for algorithm in [
        "none", "None", "nOnE", "", "HS384", "HS512", "RS256", "hs256",
    ] {
        let header = json!({ "alg": algorithm }).to_string();
        assert_eq!(
            verify(&header, &payload),
            Err(JwtFault::Invalid),
            "{algorithm}"
        );
        let unsigned = signed(&header, &payload);
        let unsigned = unsigned.rsplit_once('.').unwrap().0;
        let stripped = verify_with(&JwtSettings::default(), &format!("{unsigned}."));
        assert_eq!(stripped, Err(JwtFault::Invalid), "{algorithm}");
    }
    assert_eq!(verify("{}", &payload), Err(JwtFault::Invalid));
    assert_eq!(
        verify(r#"{"alg":["HS256"]}"#, &payload),
        Err(JwtFault::Invalid)
    );
    let last_wins = verify(r#"{"alg":"none","alg":"HS256"}"#, &payload);
    assert_eq!(last_wins, Ok(UserClaim::Id(UserId(7))));
}

#[test]
fn headers_name_no_other_key_and_nothing_unknown_is_critical() {
    let payload = claims().to_string();
    let fine = [
        r#"{"alg":"HS256","kid":"../../etc/passwd"}"#,
        r#"{"alg":"HS256","jku":"http://evil.example/","jwk":{},"x5u":1}"#,
        r#"{"alg":"HS256","crit":["b64"],"b64":true}"#,
    ];
    let refused = [
        r#"{"alg":"HS256","kid":7}"#,
        r#"{"alg":"HS256","kid":null}"#,
        r#"{"alg":"HS256","crit":["exp"]}"#,
        r#"{"alg":"HS256","crit":[]}"#,
        r#"{"alg":"HS256","crit":"b64"}"#,
        r#"{"alg":"HS256","crit":["b64"]}"#,
        r#"{"alg":"HS256","b64":false}"#,
        "[]",
        "",
    ];

    for header in fine {
        assert_eq!(
            verify(header, &payload),
            Ok(UserClaim::Id(UserId(7))),
            "{header}"
        );
    }
    for header in refused {
        assert_eq!(verify(header, &payload), Err(JwtFault::Invalid), "{header}");
    }
}

#[test]
fn times_of_odd_types_are_refused() {
    for name in ["exp", "nbf", "iat"] {
        for odd in [
            json!("1"),
            json!(true),
            json!(null),
            json!([1]),
            json!({}),
            json!(1e300),
        ] {
            let outcome = verify_claims(|claims| claims[name] = odd.clone());
            assert_eq!(outcome, Err(JwtFault::Invalid), "{name}: {odd}");
        }
    }
    let late = verify_claims(|claims| claims["exp"] = json!(253_402_300_800_i64));
    let last = verify_claims(|claims| claims["exp"] = json!(253_402_300_799_i64));
    assert_eq!((late, last.is_ok()), (Err(JwtFault::Invalid), true));
    let negative = verify_claims(|claims| claims["exp"] = json!(-1));
    assert_eq!(negative, Err(JwtFault::Expired));
}

#[test]
fn times_are_exact_to_the_second_and_leeway_moves_all_three() {
    let lenient = JwtSettings {
        leeway: 10,
        ..JwtSettings::default()
    };
    let now = now().timestamp();
    let cases = [
        ("exp", now, Err(JwtFault::Expired), true),
        ("exp", now + 1, Ok(()), true),
        ("exp", now - 10, Err(JwtFault::Expired), false),
        ("nbf", now, Ok(()), true),
        ("nbf", now + 1, Err(JwtFault::Invalid), true),
        ("iat", now + 11, Err(JwtFault::Invalid), false),
    ];

    for (name, at, strict, with_leeway) in cases {
        let mut claims = claims();
        claims[name] = json!(at);
        let token = signed(r#"{"alg":"HS256"}"#, &claims.to_string());
        let outcome = verify_with(&JwtSettings::default(), &token).map(drop);
        assert_eq!(outcome, strict, "{name} {at}");
        assert_eq!(
            verify_with(&lenient, &token).is_ok(),
            with_leeway,
            "{name} {at}"
        );
    }
}

#[test]
fn a_user_is_a_canonical_decimal_number_as_text_or_number() {
    let id = |id| Ok(UserClaim::Id(UserId(id)));
    let cases = [
        (json!("7"), id(7)),
        (json!(7), id(7)),
        (json!("-1"), id(-1)),
        (json!("0"), id(0)),
        (json!("9223372036854775808"), Ok(UserClaim::Nobody)),
        (json!(u64::MAX), Ok(UserClaim::Nobody)),
        (json!("01"), Err(JwtFault::Invalid)),
        (json!("+1"), Err(JwtFault::Invalid)),
        (json!("-0"), Err(JwtFault::Invalid)),
        (json!(" 1 "), Err(JwtFault::Invalid)),
        (json!("1_0"), Err(JwtFault::Invalid)),
        (json!("1.0"), Err(JwtFault::Invalid)),
        (json!("۱"), Err(JwtFault::Invalid)),
        (json!(""), Err(JwtFault::Invalid)),
        (json!("abc"), Err(JwtFault::Invalid)),
        (json!(1.5), Err(JwtFault::Invalid)),
        (json!(true), Err(JwtFault::Invalid)),
        (json!(null), Err(JwtFault::Invalid)),
        (json!([1]), Err(JwtFault::Invalid)),
    ];

    for (value, expected) in cases {
        let outcome = verify_claims(|claims| claims["user_id"] = value.clone());
        assert_eq!(outcome, expected, "{value}");
    }
}

#[test]
fn issuer_and_audience_are_required_where_they_are_set() {
    let settings = JwtSettings {
        audience: "a".into(),
        issuer: "i".into(),
        ..JwtSettings::default()
    };
    let cases = [
        (json!("i"), json!("a"), true),
        (json!("i"), json!(["x", "a"]), true),
        (json!("i"), json!(["a", 1]), false),
        (json!("i"), json!("x"), false),
        (json!("i"), json!(null), false),
        (json!(["i"]), json!("a"), false),
        (json!("x"), json!("a"), false),
    ];

    for (issuer, audience, expected) in cases {
        let mut claims = claims();
        (claims["iss"], claims["aud"]) = (issuer.clone(), audience.clone());
        let token = signed(r#"{"alg":"HS256"}"#, &claims.to_string());
        assert_eq!(
            verify_with(&settings, &token).is_ok(),
            expected,
            "{issuer} {audience}"
        );
    }
    let without = signed(r#"{"alg":"HS256"}"#, &claims().to_string());
    assert_eq!(verify_with(&settings, &without), Err(JwtFault::Invalid));
}

#[test]
fn shapeless_and_huge_tokens_are_refused() {
    let good = signed(r#"{"alg":"HS256"}"#, &claims().to_string());
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let cases = [
        String::new(),
        "a".into(),
        "a.b".into(),
        "a.b.c.d.e".into(),
        format!(".{good}"),
        format!("{good}."),
        format!("{good}=="),
        good.replacen('.', "..", 1),
        good.replacen('.', "=.", 1),
        format!("{good}\u{e9}"),
        signed(r#"{"alg":"HS256"}"#, &nested),
        signed(r#"{"alg":"HS256"}"#, "[1]"),
        signed(r#"{"alg":"HS256"}"#, "\u{feff}{}"),
        "a".repeat(1 << 20),
    ];

    for token in cases {
        let outcome = verify_with(&JwtSettings::default(), &token);
        assert_eq!(
            outcome,
            Err(JwtFault::Invalid),
            "{}",
            token.get(..60).unwrap_or(&token)
        );
    }
    assert!(verify_with(&JwtSettings::default(), &format!("{good}=")).is_ok());
}

#[test]
fn weak_keys_are_refused_with_the_setting_and_the_remedy() {
    for length in [0, 31] {
        let error = SigningKey::new(&"k".repeat(length).into(), Algorithm::HS256)
            .err()
            .unwrap();

        assert_eq!(error, KeyError::TooShort { length });
        let text = format!("has {length} bytes: use at least 32 random ones");
        assert_eq!(error.to_string(), text);
    }
    let key = SigningKey::new(&"k".repeat(32).into(), Algorithm::HS512).unwrap();
    assert_eq!(key.self_test(), Ok(()));
}
