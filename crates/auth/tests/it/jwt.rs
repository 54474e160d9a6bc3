//! Access tokens: the checks that the recorded cases leave out, and attack cases A.

use profiled_store::testing::defaults;
use std::net::TcpListener;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use profiled_auth::{Audience, JwtFault, JwtSettings, RefreshError, UserClaim};
use profiled_domain::UserId;
use serde_json::{Value, json};

use crate::people::{SECRET, access_token, now, subject, told, verifier};
use crate::signing::hmac;
use crate::test_store::TestStore;

/// A token with any header and payload, signed as the header's default wants it.
fn signed(header: &str, payload: &str) -> String {
    hmac(SECRET, header, payload)
}

fn claims() -> Value {
    json!({ "token_type": "access", "exp": 1_900_000_000, "jti": "x", "user_id": "7" })
}

fn verify_with(settings: &JwtSettings, token: &str) -> Result<UserClaim, JwtFault> {
    let verified = verifier(settings).verify(token.as_bytes(), now());
    verified.map_err(told)
}

fn verify(header: &str, payload: &str) -> Result<UserClaim, JwtFault> {
    verify_with(&defaults("auth.jwt"), &signed(header, payload))
}

fn verify_claims(change: impl FnOnce(&mut Value)) -> Result<UserClaim, JwtFault> {
    let mut claims = claims();
    change(&mut claims);
    verify(r#"{"alg":"HS256"}"#, &claims.to_string())
}

#[test]
fn minted_token_has_simplejwts_form_and_is_accepted() {
    let settings = JwtSettings {
        audience: Audience::One("a".into()),
        issuer: "i".into(),
        ..defaults("auth.jwt")
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
fn a1_a3_only_the_pinned_algorithm_counts() {
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
        let stripped = verify_with(&defaults("auth.jwt"), &format!("{unsigned}."));
        assert_eq!(stripped, Err(JwtFault::Invalid), "{algorithm}");
    }
    assert_eq!(verify("{}", &payload), Err(JwtFault::Invalid));
    assert_eq!(
        verify(r#"{"alg":["HS256"]}"#, &payload),
        Err(JwtFault::Invalid)
    );
}

/// The listener would have a connection waiting.
#[test]
fn a5_links_and_keys_in_a_header_are_ignored_without_a_network_call() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let payload = claims().to_string();
    let own = json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode("k".repeat(32)) });
    let certificate = json!(["MIIB"]);
    let headers = [
        json!({ "alg": "HS256", "jku": url, "x5u": url, "jwk": own, "x5c": certificate }),
        json!({ "alg": "HS256", "jku": 1, "x5u": [], "jwk": "x", "x5c": null }),
    ];

    for header in headers {
        let header = header.to_string();
        assert_eq!(verify(&header, &payload), Ok(UserClaim::Id(UserId(7))));
        let forged = hmac(&"k".repeat(32), &header, &payload);
        let outcome = verify_with(&defaults("auth.jwt"), &forged);
        assert_eq!(outcome, Err(JwtFault::Invalid));
    }
    let called = listener.accept().map_err(|error| error.kind());
    assert_eq!(called.err(), Some(std::io::ErrorKind::WouldBlock));
}

#[test]
fn a6_unknown_critical_header_or_unencoded_payload_is_refused() {
    let payload = claims().to_string();
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

    let fine = verify(r#"{"alg":"HS256","crit":["b64"],"b64":true}"#, &payload);
    assert_eq!(fine, Ok(UserClaim::Id(UserId(7))));
    for header in refused {
        assert_eq!(verify(header, &payload), Err(JwtFault::Invalid), "{header}");
    }
}

#[test]
fn a7_refresh_token_gives_no_access_and_an_access_token_no_refresh() {
    let jwt = verifier(&defaults("auth.jwt"));
    let repository = TestStore::new();
    let pair = jwt.mint_pair(subject(UserId(7)), now()).unwrap();

    let as_access = jwt.verify(pair.refresh.as_bytes(), now());
    let as_refresh = Arc::new(jwt).refresh(&pair.access, now());
    let as_refresh = as_refresh.resolve(&*repository).unwrap().err().unwrap();

    assert_eq!(as_access, Err(JwtFault::WrongType));
    assert!(
        matches!(as_refresh, RefreshError::Token(JwtFault::WrongType)),
        "{as_refresh}"
    );
}

#[test]
fn a8_of_repeated_names_the_last_value_counts() {
    let payload = claims().to_string();
    let rest = r#""exp":1900000000,"jti":"x""#;
    let twice = format!(
        r#"{{"user_id":"1","token_type":"refresh",{rest},"token_type":"access","user_id":"7"}}"#
    );
    let back = format!(r#"{{"token_type":"access",{rest},"user_id":"7","token_type":"refresh"}}"#);

    let header = verify(r#"{"alg":"none","alg":"HS256"}"#, &payload);
    let other = verify(r#"{"alg":"HS256","alg":"none"}"#, &payload);

    assert_eq!(header, Ok(UserClaim::Id(UserId(7))));
    assert_eq!(other, Err(JwtFault::Invalid));
    assert_eq!(
        verify(r#"{"alg":"HS256"}"#, &twice),
        Ok(UserClaim::Id(UserId(7)))
    );
    assert_eq!(
        verify(r#"{"alg":"HS256"}"#, &back),
        Err(JwtFault::WrongType)
    );
}

#[test]
fn a9_malformed_or_deeply_nested_claims_are_refused() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let wide: Vec<String> = (0..1000).map(|n| format!(r#","c{n}":{n}"#)).collect();
    let wide = wide.concat();
    let good = claims().to_string();
    let good = good.trim_end_matches('}');
    let refused = [
        format!(r#"{good},"exp":NaN}}"#),
        format!(r#"{good},"exp":Infinity}}"#),
        format!(r#"{good},"exp":1e999}}"#),
        format!(r#"{good},"exp":{deep}}}"#),
        format!(r#"{good},"user_id":{deep}}}"#),
        format!("{good}}} {{}}"),
        format!(r#"{good},"jti":"\ud800"}}"#),
    ];

    for payload in refused {
        let outcome = verify(r#"{"alg":"HS256"}"#, &payload);
        assert_eq!(outcome, Err(JwtFault::Invalid), "{payload:.200}");
    }
    let many = verify(r#"{"alg":"HS256"}"#, &format!("{good}{wide}}}"));
    assert_eq!(many, Ok(UserClaim::Id(UserId(7))));
    // What is not looked at may be as odd as it likes.
    let unread = verify(
        r#"{"alg":"HS256"}"#,
        &format!(r#"{good},"other":[[[["\ud800"]]]]}}"#),
    );
    assert_eq!(unread, Ok(UserClaim::Id(UserId(7))));
    let header = format!(r#"{{"alg":"HS256","x":{deep}}}"#);
    let huge = verify(&header, &claims().to_string());
    assert_eq!(huge, Err(JwtFault::Invalid), "longer than any token");
}

#[test]
fn a9_times_of_odd_types_are_refused() {
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
fn times_are_exact_to_the_second_and_shifted_by_the_leeway() {
    let lenient = JwtSettings {
        leeway: 10,
        ..defaults("auth.jwt")
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
        let outcome = verify_with(&defaults("auth.jwt"), &token).map(drop);
        assert_eq!(outcome, strict, "{name} {at}");
        assert_eq!(
            verify_with(&lenient, &token).is_ok(),
            with_leeway,
            "{name} {at}"
        );
    }
}

#[test]
fn a10_user_is_a_canonical_decimal_number_as_text_or_number() {
    let id = |id| Ok(UserClaim::Id(UserId(id)));
    let cases = [
        (json!("7"), id(7)),
        (json!(7), id(7)),
        (json!("-1"), id(-1)),
        (json!("0"), id(0)),
        (json!("9223372036854775808"), Ok(UserClaim::OutOfRange)),
        (json!(u64::MAX), Ok(UserClaim::OutOfRange)),
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
        audience: Audience::One("a".into()),
        issuer: "i".into(),
        ..defaults("auth.jwt")
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
fn a11_a13_malformed_or_huge_token_is_refused() {
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
        format!(" {good}"),
        format!("{good}\n"),
        good.replacen('.', ".\n", 1),
        good.replacen('.', "+.", 1),
        good.replacen('.', "/.", 1),
        signed(r#"{"alg":"HS256"}"#, &nested),
        signed(r#"{"alg":"HS256"}"#, "[1]"),
        signed(r#"{"alg":"HS256"}"#, "\u{feff}{}"),
        "a".repeat(1 << 20),
    ];

    for token in cases {
        let outcome = verify_with(&defaults("auth.jwt"), &token);
        assert_eq!(
            outcome,
            Err(JwtFault::Invalid),
            "{}",
            token.get(..60).unwrap_or(&token)
        );
    }
    assert!(verify_with(&defaults("auth.jwt"), &format!("{good}=")).is_ok());
}
