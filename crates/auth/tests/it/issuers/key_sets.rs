//! Sets of keys as they come in the wild.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use profiled_auth::{Algorithm, IssuerSettings, Issuers, JwtFault, UserClaim};
use profiled_domain::UserId;
use serde_json::{Value, json};

use super::provider::{Answer, Provider, ok};
use super::{PATIENCE, judge, service, settings_with};

const SEVEN: Result<UserClaim, JwtFault> = Ok(UserClaim::Id(UserId(7)));
const INVALID: Result<UserClaim, JwtFault> = Err(JwtFault::Invalid);

/// What a good token of the provider's first key comes to, when it publishes its keys like this.
fn outcome(provider: &Provider, answer: Answer) -> Result<UserClaim, JwtFault> {
    provider.answer_with([answer]);
    let algorithms = [
        Algorithm::ES256,
        Algorithm::RS256,
        Algorithm::ES512,
        Algorithm::EdDSA,
    ];
    let service = service(vec![provider.settings(&algorithms)]);
    judge(&service, &provider.sign(0, |_, _| ()))
}

fn key(provider: &Provider) -> Value {
    provider.document()["keys"][0].clone()
}

#[test]
fn hundred_keys_and_kinds_that_are_unknown_are_no_hindrance() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let other = |number: usize| match number % 4 {
        0 => json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": "x", "kid": number}),
        1 => json!({"kty": "EC", "crv": "brainpoolP256r1", "x": "AA", "y": "AA", "kid": "b"}),
        2 => json!({"kty": "OKP", "crv": "X25519", "x": "AA", "use": "enc", "kid": null}),
        _ => json!({"kty": "RSA", "alg": "RSA-OAEP", "n": "AQAB", "e": "AQAB", "use": "enc"}),
    };
    let with = |count: usize| {
        let mut mine = key(&provider);
        mine["nbf"] = json!(1_700_000_000);
        mine["x5c"] = json!(["M".repeat(4000)]);
        mine["vendor"] = json!({"deep": [{"er": null}]});
        let mut keys: Vec<_> = (1..count).map(other).collect();
        keys.push(mine);
        ok(json!({"keys": keys, "expires": 1, "issuer": {}}).to_string())
    };

    assert_eq!(outcome(&provider, with(100)), SEVEN);
    assert_eq!(outcome(&provider, with(128)), SEVEN);
    assert_eq!(outcome(&provider, with(129)), INVALID);
}

#[test]
fn set_that_serves_nothing_is_told_with_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.json");
    let provider = Provider::start(&[Algorithm::RS256]);
    let told = |document: &str| {
        std::fs::write(&file, document).unwrap();
        let settings = IssuerSettings {
            jwks_url: String::new(),
            jwks_file: file.to_str().unwrap().to_owned(),
            ..provider.settings(&[Algorithm::RS256])
        };
        let started = Issuers::start(&settings_with(vec![settings]), PATIENCE);
        started.err().unwrap().to_string()
    };
    let weak = json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode([0xff; 128]), "e": "AQAB"});

    let many = told(&json!({ "keys": vec![key(&provider); 129] }).to_string());
    assert!(
        many.ends_with("has 129 keys, and no more than 128 are taken"),
        "{many}"
    );
    let weak = told(&json!({ "keys": [weak] }).to_string());
    assert!(
        weak.contains("among its 1: ") && weak.contains("2048 to 8192 bits"),
        "{weak}"
    );
    let page = told("<html>");
    assert!(page.contains("is no set of keys (RFC 7517)"), "{page}");
}

#[test]
fn compressed_set_is_read_and_a_bomb_is_not() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let text = provider.document().to_string().into_bytes();
    let gzip = |text: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(&text).unwrap();
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
    deflate.write_all(&text).unwrap();
    let encoded = |name: &str, body: Vec<u8>| {
        let head = format!("200 OK\r\nContent-Type: application/json\r\nContent-Encoding: {name}");
        outcome(&provider, (head, body))
    };

    assert_eq!(encoded("gzip", gzip(&text)), SEVEN);
    assert_eq!(encoded("X-GZip", gzip(&text)), SEVEN);
    assert_eq!(encoded("deflate", zlib.finish().unwrap()), SEVEN);
    assert_eq!(encoded("deflate", deflate.finish().unwrap()), SEVEN);
    assert_eq!(encoded("identity", text.clone()), SEVEN);
    assert_eq!(encoded("br", text.clone()), INVALID);
    assert_eq!(encoded("gzip", text.clone()), INVALID);
    let bomb = [text, vec![b' '; 1024 * 1024]].concat();
    assert_eq!(encoded("gzip", gzip(&bomb)), INVALID);
}

#[test]
fn numbers_are_read_in_other_forms_of_base64() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let provider = Provider::start(&[algorithm]);
        let rewritten = |write: &dyn Fn(Vec<u8>) -> String| {
            let mut key = key(&provider);
            for name in ["n", "e", "x", "y"] {
                if let Some(text) = key[name].as_str() {
                    key[name] = write(URL_SAFE_NO_PAD.decode(text).unwrap()).into();
                }
            }
            outcome(&provider, ok(json!({ "keys": [key] }).to_string()))
        };

        assert_eq!(rewritten(&|bytes| STANDARD.encode(bytes)), SEVEN);
        let lines = rewritten(&|bytes| {
            let text = STANDARD.encode(bytes);
            let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy);
            lines.collect::<Vec<_>>().join("\r\n")
        });
        assert_eq!(lines, SEVEN);
        assert_eq!(
            rewritten(&|bytes| format!("{}!", STANDARD.encode(bytes))),
            INVALID
        );
        let zeros = rewritten(&|bytes| URL_SAFE_NO_PAD.encode([vec![0], bytes].concat()));
        let is_rsa = algorithm == Algorithm::RS256;
        assert_eq!(zeros.is_ok(), is_rsa, "coordinates have one length");
    }
}

#[test]
fn byte_order_mark_is_passed_over() {
    let provider = Provider::start(&[Algorithm::ES256]);

    let marked = outcome(&provider, ok(format!("\u{feff}{}", provider.document())));

    assert_eq!(marked, SEVEN);
}

/// Keys of OpenSSL (`openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_pubexp:3`), with what each has signed.
const EXPONENTS: &str = include_str!("exponents.json");

#[test]
fn unusual_exponents_are_taken_up_to_33_bits() {
    let cases: Vec<Value> = serde_json::from_str(EXPONENTS).unwrap();
    for case in &cases {
        let provider = Provider::start(&[]);
        let key = json!({ "kty": "RSA", "n": case["n"], "e": case["e"] });
        provider.answer_with([ok(json!({ "keys": [key] }).to_string())]);
        let mut settings = provider.settings(&[Algorithm::RS256]);
        "https://old.example".clone_into(&mut settings.issuer);

        let outcome = judge(&service(vec![settings]), case["token"].as_str().unwrap());

        let is_small = case["exponent"].as_u64().unwrap() < 1 << 33;
        assert_eq!(
            outcome.is_ok(),
            is_small,
            "{} {outcome:?}",
            case["exponent"]
        );
    }
    assert_eq!(cases.len(), 5);
}

#[test]
fn exponent_of_no_key_is_refused() {
    let provider = Provider::start(&[Algorithm::RS256]);
    let with = |exponent: &[u8]| {
        let mut key = key(&provider);
        key["e"] = URL_SAFE_NO_PAD.encode(exponent).into();
        outcome(&provider, ok(json!({ "keys": [key] }).to_string()))
    };
    // The token is of 65537.
    assert_eq!(with(&[0, 0, 1, 0, 1]), SEVEN);
    for other in [&[1][..], &[2], &[0], &[], &[3], &[1, 0, 0]] {
        assert_eq!(with(other), INVALID, "{other:?}");
    }
}

#[test]
fn keys_by_the_fully_specified_name_verify_tokens_by_either() {
    let provider = Provider::start(&[Algorithm::EdDSA]);
    for published in ["EdDSA", "Ed25519"] {
        let mut key = key(&provider);
        key["alg"] = json!(published);
        provider.answer_with([ok(json!({ "keys": [key] }).to_string())]);
        let service = service(vec![provider.settings(&["Ed25519".parse().unwrap()])]);
        for named in ["EdDSA", "Ed25519"] {
            let token = provider.sign(0, |header, _| header["alg"] = json!(named));
            assert_eq!(judge(&service, &token), SEVEN, "{published} {named}");
        }
        let other = provider.sign(0, |header, _| header["alg"] = json!("Ed448"));
        assert_eq!(judge(&service, &other), INVALID);
    }
}
