//! How the keys of an issuer are had: little, seldom, from one place, and kept.

use std::net::TcpListener;
use std::time::Duration;

use profiled_auth::{Algorithm, IssuerSettings, JwtFault, JwtService, UserClaim};
use profiled_domain::UserId;
use serde_json::json;

use super::provider::ok;
use super::{Provider, judge, service, service_with};
use crate::people::{now, told};

const SEVEN: Result<UserClaim, JwtFault> = Ok(UserClaim::Id(UserId(7)));
const INVALID: Result<UserClaim, JwtFault> = Err(JwtFault::Invalid);

fn judge_at(service: &JwtService, token: &str, seconds: i64) -> Result<UserClaim, JwtFault> {
    let verified = service.verify(token.as_bytes(), now() + chrono::Duration::seconds(seconds));
    verified.map_err(told)
}

#[test]
fn keys_are_fetched_once_and_kept() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let service = service(vec![provider.settings(&[Algorithm::ES256])]);

    for _ in 0..20 {
        assert_eq!(judge(&service, &provider.sign(0, |_, _| ())), SEVEN);
    }

    assert_eq!(provider.asked(), 1);
}

#[test]
fn unknown_key_is_fetched_at_a_capped_rate() {
    let mut provider = Provider::start(&[Algorithm::ES256]);
    let service = service(vec![provider.settings(&[Algorithm::ES256])]);
    assert_eq!(judge(&service, &provider.sign(0, |_, _| ())), SEVEN);

    provider.add(Algorithm::ES256);
    provider.publish();
    let rotated = judge(&service, &provider.sign(1, |_, _| ()));
    let made_up = |n: i64| provider.sign(0, |header, _| header["kid"] = json!(format!("x{n}")));
    let refused: Vec<_> = (0..20)
        .map(|n| judge_at(&service, &made_up(n), n))
        .collect();
    let asked = provider.asked();
    let later = judge_at(&service, &made_up(30), 30);

    assert_eq!(rotated, SEVEN);
    assert!(refused.iter().all(|outcome| *outcome == INVALID));
    assert_eq!((asked, later, provider.asked()), (2, INVALID, 3));
}

#[test]
fn new_key_under_a_known_name_or_none_is_taken_at_once_and_asked_for_once() {
    for names in [true, false] {
        let mut provider = Provider::start(&[Algorithm::ES256]);
        provider.add(Algorithm::ES256);
        let published = |provider: &Provider, number: usize| {
            let all = provider.document()["keys"].as_array().unwrap().clone();
            let kid = provider.kid(number);
            let mut key = all.into_iter().find(|key| key["kid"] == kid).unwrap();
            key.as_object_mut().unwrap().remove("kid");
            if names {
                key["kid"] = json!("the key");
            }
            ok(json!({ "keys": [key] }).to_string())
        };
        let sign =
            |number: usize| provider.sign(number, |header, _| header["kid"] = json!("the key"));
        provider.answer_with([published(&provider, 0)]);
        let service = service(vec![provider.settings(&[Algorithm::ES256])]);
        assert_eq!(judge(&service, &sign(0)), SEVEN);

        provider.answer_with([published(&provider, 1)]);

        assert_eq!(judge(&service, &sign(1)), SEVEN, "{names}");
        // Strangers have the key fetched seldom, whatever they sign.
        for seconds in 0..29 {
            assert_eq!(judge_at(&service, &sign(0), seconds), INVALID);
        }
        assert_eq!(provider.asked(), 2);
    }
}

#[test]
fn keys_stay_in_use_after_a_failed_fetch() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let service = service(vec![provider.settings(&[Algorithm::ES256])]);
    let good = provider.sign(0, |_, _| ());
    assert_eq!(judge(&service, &good), SEVEN);
    let broken = [
        ("500 Oops".to_owned(), Vec::new()),
        ok("no JSON"),
        ok(r#"{"keys":[]}"#),
        ok(json!({ "keys": vec![provider.document()["keys"][0].clone(); 129] }).to_string()),
        ok(format!(
            "{}{}",
            provider.document(),
            " ".repeat(1024 * 1024)
        )),
    ];

    for (number, answer) in (1..).zip(broken) {
        provider.answer_with([answer]);
        let made_up = provider.sign(0, |header, _| header["kid"] = json!("unknown"));
        assert_eq!(judge_at(&service, &made_up, 30 * number), INVALID);
        assert_eq!(judge(&service, &good), SEVEN, "answer {number}");
    }
    assert_eq!(provider.asked(), 6);
}

#[test]
fn issuer_that_does_not_answer_at_first_is_asked_again() {
    let provider = Provider::start(&[Algorithm::ES256]);
    provider.answer_with([
        ("503 Later".to_owned(), Vec::new()),
        ok(provider.document().to_string()),
    ]);
    let service = service(vec![provider.settings(&[Algorithm::ES256])]);
    let good = provider.sign(0, |_, _| ());

    // The token waits for the first answer, and then asks for another.
    assert_eq!(judge(&service, &good), SEVEN);
    assert_eq!(provider.asked(), 2);
}

#[test]
fn issuer_that_is_down_affects_its_own_tokens_only() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let nobody = IssuerSettings {
        jwks_url: "http://127.0.0.1:1/jwks.json".to_owned(),
        issuer: "https://down.example".to_owned(),
        ..provider.settings(&[Algorithm::ES256])
    };
    let service = service(vec![nobody, provider.settings(&[Algorithm::ES256])]);

    let down = provider.sign(0, |_, claims| claims["iss"] = json!("https://down.example"));

    assert_eq!(judge(&service, &down), INVALID);
    assert_eq!(judge(&service, &provider.sign(0, |_, _| ())), SEVEN);
}

#[test]
fn token_waits_for_no_fetch_that_is_under_way_for_long() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let provider = Provider::start(&[Algorithm::ES256]);
    let settings = IssuerSettings {
        jwks_url: format!("http://{}/jwks.json", silent.local_addr().unwrap()),
        ..provider.settings(&[Algorithm::ES256])
    };
    let service = service_with(vec![settings], Duration::ZERO);
    let (held, _) = silent.accept().unwrap();

    // Who is asked says nothing, and is asked nothing more.
    for seconds in [0, 60, 120] {
        let token = provider.sign(0, |_, _| ());
        assert_eq!(judge_at(&service, &token, seconds), INVALID);
    }
    silent.set_nonblocking(true).unwrap();
    assert!(silent.accept().is_err());
    drop(held);
}

#[test]
fn a5_redirects_and_links_in_tokens_are_not_followed() {
    let mut evil = Provider::start(&[Algorithm::ES256]);
    let provider = Provider::start(&[Algorithm::ES256]);
    let good = ok(provider.document().to_string());
    let redirect = format!("302 Found\r\nLocation: {}", evil.url());
    provider.answer_with([good, (redirect, Vec::new())]);
    let service = service(vec![provider.settings(&[Algorithm::ES256])]);
    assert_eq!(judge(&service, &provider.sign(0, |_, _| ())), SEVEN);
    evil.add(Algorithm::ES256);

    let jwk = evil.document()["keys"][0].clone();
    let forged = evil.sign(1, |header, claims| {
        claims["iss"] = json!(provider.issuer());
        header["jku"] = json!(evil.url());
        header["x5u"] = json!(evil.url());
        header["jwk"] = jwk;
        header["x5c"] = json!(["MIIB"]);
    });

    // An unknown kid has the keys fetched, and that answer is a redirect.
    assert_eq!(judge_at(&service, &forged, 30), INVALID);
    assert_eq!((provider.asked(), evil.asked()), (2, 0));
}

#[test]
fn unusable_keys_are_skipped() {
    let provider = Provider::start(&[Algorithm::ES256, Algorithm::RS256]);
    let document = provider.document();
    let named = |algorithm: &str| {
        let mut keys = document["keys"].as_array().unwrap().iter();
        keys.find(|key| key["alg"] == algorithm).unwrap().clone()
    };
    let (ec, rsa) = (named("ES256"), named("RS256"));
    let with = |key: &serde_json::Value, name: &str, value: serde_json::Value| {
        let mut key = key.clone();
        key[name] = value;
        key
    };
    let bare = json!({ "kty": "RSA", "n": rsa["n"], "e": rsa["e"] });
    let useless = vec![
        json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "x" }),
        json!({ "kty": "AKP", "kid": "y" }),
        json!("text"),
        with(&ec, "use", json!("enc")),
        with(&ec, "alg", json!("ES384")),
        with(&ec, "crv", json!("P-384")),
        with(&ec, "x", json!("AAAA")),
        with(&rsa, "n", json!("AQAB")),
        with(&rsa, "key_ops", json!(["sign"])),
    ];
    let algorithms = [Algorithm::ES256, Algorithm::RS256];
    let mut all = useless.clone();
    all.push(bare);
    provider.answer_with([ok(json!({ "keys": all }).to_string())]);
    let service = service(vec![provider.settings(&algorithms)]);

    // The bare key names neither itself nor an algorithm: it is tried for what it fits.
    assert_eq!(judge(&service, &provider.sign(1, |_, _| ())), SEVEN);
    assert_eq!(judge(&service, &provider.sign(0, |_, _| ())), INVALID);
}

#[test]
fn keys_come_from_a_file_too_and_are_read_again() {
    let mut provider = Provider::start(&[Algorithm::EdDSA]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.json");
    std::fs::write(&file, provider.document().to_string()).unwrap();
    let settings = IssuerSettings {
        jwks_url: String::new(),
        jwks_file: file.to_str().unwrap().to_owned(),
        ..provider.settings(&[Algorithm::EdDSA])
    };
    let service = service(vec![settings]);
    assert_eq!(judge(&service, &provider.sign(0, |_, _| ())), SEVEN);

    provider.add(Algorithm::EdDSA);
    std::fs::write(&file, provider.document().to_string()).unwrap();

    assert_eq!(judge(&service, &provider.sign(1, |_, _| ())), SEVEN);
    assert_eq!(provider.asked(), 0);
}
