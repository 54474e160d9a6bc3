//! RFC 8725, "JSON Web Token Best Current Practices", section by section: no leniency towards issuers opens a door.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use profiled_auth::{
    Algorithm, IssuerSettings, JwtFault, JwtService, KeyError, SigningKey, UserClaim, UserField,
};
use profiled_domain::UserId;
use serde_json::{Value, json};

use crate::issuers::provider::{Provider, ok};
use crate::issuers::service;
use crate::people::{now, subject};
use crate::signing::{hmac, unsigned};

/// A provider, and a service that takes its tokens under as many leniencies as there are.
struct Site {
    provider: Provider,
    service: JwtService,
}

impl Site {
    fn new(algorithm: Algorithm) -> Self {
        Self::with(algorithm, |_| ())
    }

    fn with(algorithm: Algorithm, change: impl FnOnce(&mut IssuerSettings)) -> Self {
        let provider = Provider::start(&[algorithm]);
        let mut settings = provider.settings(&[algorithm]);
        settings.audience.push("another".to_owned());
        settings.audience_claims = ["aud", "client_id", "azp"].map(str::to_owned).to_vec();
        settings.leeway = 60;
        change(&mut settings);
        let service = service(vec![settings]);
        Self { provider, service }
    }

    fn judge(&self, token: &str) -> Result<UserClaim, JwtFault> {
        self.service.verify(token.as_bytes(), now())
    }

    fn fault(&self, change: impl FnOnce(&mut Value, &mut Value)) -> Option<JwtFault> {
        self.judge(&self.provider.sign(0, change)).err()
    }

    fn key(&self) -> Value {
        self.provider.document()["keys"][0].clone()
    }
}

#[test]
fn section_3_1_algorithm_of_the_token_is_that_of_the_key() {
    let site = Site::new(Algorithm::RS256);
    let claims = site.provider.claims().to_string();
    let key = site.key();
    assert_eq!(site.fault(|_, _| ()), None);

    for name in [
        "RS384", "PS256", "ES256", "EdDSA", "Ed25519", "RS1", "rs256",
    ] {
        let outcome = site.fault(|header, _| header["alg"] = json!(name));
        assert_eq!(outcome, Some(JwtFault::Algorithm), "{name}");
    }
    for secret in [key.to_string(), key["n"].as_str().unwrap().to_owned()] {
        let confused = hmac(&secret, r#"{"alg":"HS256"}"#, &claims);
        assert_eq!(site.judge(&confused), Err(JwtFault::Algorithm));
        let pretended = hmac(&secret, r#"{"alg":"RS256"}"#, &claims);
        assert_eq!(site.judge(&pretended), Err(JwtFault::Signature));
    }
}

#[test]
fn section_3_2_token_without_an_algorithm_is_refused() {
    let site = Site::new(Algorithm::ES256);
    for name in [
        json!("none"),
        json!("None"),
        json!("nOnE"),
        json!(""),
        json!(null),
        json!(["ES256"]),
    ] {
        let header = json!({ "alg": name }).to_string();
        let bare = unsigned(&header, &site.provider.claims().to_string());
        assert_eq!(
            site.judge(&format!("{bare}.")),
            Err(JwtFault::Algorithm),
            "{name}"
        );
        let signed = site
            .provider
            .sign_text(0, &header, &site.provider.claims().to_string());
        assert_eq!(site.judge(&signed), Err(JwtFault::Algorithm), "{name}");
    }
}

#[test]
fn section_3_3_each_signature_is_verified() {
    for algorithm in [
        Algorithm::ES256,
        Algorithm::ES512,
        Algorithm::EdDSA,
        Algorithm::PS256,
    ] {
        let site = Site::new(algorithm);
        let good = site.provider.sign(0, |_, _| ());
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let mut last = bytes.clone();
        *last.last_mut().unwrap() ^= 1;
        let forgeries = [
            Vec::new(),
            vec![0; bytes.len()],
            bytes[1..].to_vec(),
            [bytes.as_slice(), &[0]].concat(),
            last,
        ];

        assert!(site.judge(&good).is_ok());
        for forgery in forgeries {
            let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(forgery));
            assert_eq!(
                site.judge(&token),
                Err(JwtFault::Signature),
                "{algorithm:?}"
            );
        }
    }
}

#[test]
fn section_3_4_point_that_is_not_on_the_curve_is_no_key() {
    for algorithm in [Algorithm::ES256, Algorithm::ES384, Algorithm::ES512] {
        let site = Site::new(algorithm);
        let mut key = site.key();
        let mut x = URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap();
        x[10] ^= 1;
        key["x"] = URL_SAFE_NO_PAD.encode(x).into();
        site.provider
            .answer_with([ok(json!({ "keys": [key] }).to_string())]);
        let service = service(vec![site.provider.settings(&[algorithm])]);

        let outcome = service.verify(site.provider.sign(0, |_, _| ()).as_bytes(), now());

        assert_eq!(outcome, Err(JwtFault::UnknownKey), "{algorithm:?}");
    }
}

#[test]
fn section_3_5_key_that_can_be_guessed_is_refused() {
    let short = "s".repeat(31).into();
    let refused = SigningKey::new(&short, Algorithm::HS256).err();
    assert_eq!(refused, Some(KeyError::TooShort { length: 31 }));

    let provider = Provider::start(&[Algorithm::RS256]);
    let n = URL_SAFE_NO_PAD.encode([0xff; 128]);
    let weak = json!({"kty": "RSA", "n": n, "e": "AQAB"});
    provider.answer_with([ok(json!({ "keys": [weak] }).to_string())]);
    let service = service(vec![provider.settings(&[Algorithm::RS256])]);
    let token = provider.sign(0, |_, _| ());
    assert_eq!(
        service.verify(token.as_bytes(), now()),
        Err(JwtFault::UnknownKey)
    );
}

#[test]
fn section_3_6_nothing_is_decrypted_or_decompressed() {
    let site = Site::new(Algorithm::ES256);
    let claims = site.provider.claims().to_string();
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
    deflated.write_all(claims.as_bytes()).unwrap();
    let payload = URL_SAFE_NO_PAD.encode(deflated.finish().unwrap());
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","zip":"DEF"}"#);
    let encrypted = URL_SAFE_NO_PAD.encode(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);

    assert!(site.judge(&format!("{header}.{payload}.AAAA")).is_err());
    assert!(
        site.judge(&format!("{encrypted}.AAAA.AAAA.AAAA.AAAA"))
            .is_err()
    );
}

#[test]
fn section_3_7_text_is_utf_8() {
    let site = Site::new(Algorithm::ES256);
    let claims = site.provider.claims().to_string();
    let wide: Vec<u8> = claims.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin = [claims.trim_end_matches('}').as_bytes(), b",\"x\":\"\xe9\"}"].concat();
    let marked = [b"\xef\xbb\xbf", claims.as_bytes()].concat();

    for payload in [wide, latin, marked] {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#);
        let text = format!("{header}.{}", URL_SAFE_NO_PAD.encode(payload));
        let token = site.provider.sign_encoded(0, &text);
        assert!(site.judge(&token).is_err());
    }
    let encoded = unsigned(r#"{"alg":"ES256"}"#, &claims);
    assert!(site.judge(&site.provider.sign_encoded(0, &encoded)).is_ok());
}

#[test]
fn section_3_8_issuer_and_subject_are_those_of_the_key() {
    let (one, two) = (
        Provider::start(&[Algorithm::ES256]),
        Provider::start(&[Algorithm::ES256]),
    );
    let by_name = |provider: &Provider| IssuerSettings {
        user_field: Some(UserField::Username),
        user_claim: "name".to_owned(),
        ..provider.settings(&[Algorithm::ES256])
    };
    let service = service(vec![by_name(&one), by_name(&two)]);
    let outcome = |change: &dyn Fn(&mut Value)| {
        let token = one.sign(0, |header, claims| {
            header.as_object_mut().unwrap().remove("kid");
            claims["name"] = json!("ada");
            change(claims);
        });
        service.verify(token.as_bytes(), now()).err()
    };

    assert_eq!(outcome(&|_| ()), None);
    assert_eq!(
        outcome(&|claims| claims["iss"] = json!(two.issuer())),
        Some(JwtFault::Signature)
    );
    let padded = format!("{}/", one.issuer());
    assert!(outcome(&|claims| claims["iss"] = json!(padded)).is_some());
    assert!(outcome(&|claims| claims["iss"] = json!([one.issuer()])).is_some());
    let without = outcome(&|claims| {
        claims.as_object_mut().unwrap().remove("sub");
    });
    assert_eq!(without, Some(JwtFault::NoUser));
}

#[test]
fn section_3_9_token_for_another_audience_is_refused() {
    let site = Site::new(Algorithm::ES256);
    for audience in [
        json!("x"),
        json!(["x"]),
        json!({"profile-api": 1}),
        json!(""),
        json!(["profile-api", 1]),
    ] {
        let outcome = site.fault(|_, claims| {
            claims["aud"] = audience.clone();
            claims["client_id"] = json!("profile-api");
        });
        assert_eq!(outcome, Some(JwtFault::OtherAudience), "{audience}");
    }
    for name in ["aud", "client_id", "azp"] {
        let outcome = site.fault(|_, claims| {
            claims.as_object_mut().unwrap().remove("aud");
            claims[name] = json!("another");
        });
        assert_eq!(outcome, None, "{name}");
    }
}

#[test]
fn section_3_10_what_a_token_says_of_keys_is_not_believed() {
    let site = Site::new(Algorithm::ES256);
    let evil = Provider::start(&[Algorithm::ES256]);
    let key = evil.document()["keys"][0].clone();
    let forge = |change: &dyn Fn(&mut Value)| {
        evil.sign(0, |header, claims| {
            claims["iss"] = json!(site.provider.issuer());
            header["kid"] = site.key()["kid"].clone();
            change(header);
        })
    };
    let members: [(&str, Value); 5] = [
        ("jwk", key),
        ("jku", json!(evil.url())),
        ("x5u", json!(evil.url())),
        ("x5c", json!(["MIIB"])),
        ("kid", json!("' OR 1=1 --")),
    ];
    for (name, value) in members {
        let forged = forge(&|header| header[name] = value.clone());
        assert!(site.judge(&forged).is_err(), "{name}");
    }
    for kid in [
        json!("../../../dev/null"),
        json!("http://localhost/"),
        json!(null),
        json!(7),
        json!({}),
    ] {
        let forged = forge(&|header| header["kid"] = kid.clone());
        assert!(site.judge(&forged).is_err(), "{kid}");
    }
    assert_eq!(evil.asked(), 0);
    let critical = site.fault(|header, _| header["crit"] = json!(["exp"]));
    assert_eq!(critical, Some(JwtFault::Header));
}

#[test]
fn section_3_11_explicit_type_is_required_where_it_is_set() {
    let site = Site::with(Algorithm::ES256, |settings| {
        "at+jwt".clone_into(&mut settings.required_type);
    });
    assert_eq!(
        site.fault(|header, _| header["typ"] = json!("at+jwt")),
        None
    );
    assert_eq!(site.fault(|_, _| ()), Some(JwtFault::OtherHeaderType));
}

#[test]
fn section_3_12_other_kinds_of_tokens_give_no_access() {
    let site = Site::new(Algorithm::ES256);
    let kinds = [
        ("typ", json!("ID")),
        ("typ", json!("Refresh")),
        ("token_use", json!("id")),
        ("token_type", json!("refresh")),
        ("type", json!("refresh_token")),
        ("at_hash", json!("x")),
        (
            "events",
            json!({"http://schemas.openid.net/event/backchannel-logout": {}}),
        ),
    ];
    for (name, value) in kinds {
        let outcome = site.fault(|_, claims| claims[name] = value.clone());
        assert_eq!(outcome, Some(JwtFault::WrongType), "{name}");
    }
    let bound = site.fault(|_, claims| claims["cnf"] = json!({"jkt": "x"}));
    assert_eq!(bound, Some(JwtFault::KeyBound));
    let own = site.service.mint_pair(subject(UserId(7)), now()).unwrap();
    assert_eq!(site.judge(&own.refresh), Err(JwtFault::WrongType));
    assert!(site.judge(&own.access).is_ok());
}
