//! Every algorithm, in every form of a key file, compared with another implementation.

use aws_lc_rs::encoding::{AsDer, EcPrivateKeyRfc5915Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, EncodingKey, Validation};
use profiled_auth::{Algorithm, AlgorithmFamily, SigningKey};
use serde_json::{Value, json};

use super::{Keys, Server};
use crate::people::now;
use crate::signing::claims_of;

/// Algorithms with public keys that the other implementation has, too. `PyJWT` judges the rest.
fn asymmetric() -> impl Iterator<Item = (Algorithm, jsonwebtoken::Algorithm)> {
    let asymmetric = |algorithm: &Algorithm| algorithm.family() != AlgorithmFamily::Hmac;
    let all = Algorithm::ALL.into_iter().filter(asymmetric);
    all.filter_map(|algorithm| Some((algorithm, algorithm.as_str().parse().ok()?)))
}

#[test]
fn token_of_every_algorithm_names_its_key_and_is_accepted() {
    for algorithm in Algorithm::ALL {
        let keys = Keys::new();
        let kid = keys.add(algorithm, 0);
        let server = keys.server();

        let token = server.mint(now());

        let (header, _) = claims_of(&token);
        let expected = json!({ "alg": algorithm, "typ": "JWT", "kid": kid });
        assert_eq!(header, expected);
        assert_eq!(server.verify(&token, now()), Ok(()), "{algorithm:?}");
        let (text, signature) = token.rsplit_once('.').unwrap();
        let other = if signature.starts_with('A') { "B" } else { "A" };
        let forged = format!("{text}.{other}{}", &signature[1..]);
        assert!(server.verify(&forged, now()).is_err(), "{algorithm:?}");
    }
}

#[test]
fn another_implementation_verifies_our_tokens_by_our_published_keys() {
    for (algorithm, theirs) in asymmetric() {
        let keys = Keys::new();
        let kid = keys.add(algorithm, 0);
        let server = keys.server();
        let published = serde_json::to_value(server.jwt.jwks(now())).unwrap();
        let published: JwkSet = serde_json::from_value(published).unwrap();
        let jwk = published.find(&kid).unwrap();
        let mut rules = Validation::new(theirs);
        rules.validate_exp = false;

        let token = server.mint(now());
        let key = DecodingKey::from_jwk(jwk).unwrap();
        let read = jsonwebtoken::decode::<Value>(&token, &key, &rules).unwrap();

        assert_eq!(read.claims["user_id"], "7", "{algorithm:?}");
        let hash = jsonwebtoken::jwk::ThumbprintHash::SHA256;
        assert_eq!(jwk.thumbprint(hash).unwrap(), kid);
    }
}

#[test]
fn tokens_of_another_implementation_verify_here() {
    for (algorithm, theirs) in asymmetric() {
        let keys = Keys::new();
        let kid = keys.add(algorithm, 0);
        let pem = std::fs::read(keys.folder.path().join(format!("{kid}.pem"))).unwrap();
        let key = match algorithm.family() {
            AlgorithmFamily::Ec => EncodingKey::from_ec_pem(&pem),
            AlgorithmFamily::Ed => EncodingKey::from_ed_pem(&pem),
            _ => EncodingKey::from_rsa_pem(&pem),
        };
        let header = jsonwebtoken::Header {
            kid: Some(kid),
            ..jsonwebtoken::Header::new(theirs)
        };
        let claims = json!({
            "token_type": "access", "exp": 1_900_000_000, "jti": "x", "user_id": 7
        });

        let token = jsonwebtoken::encode(&header, &claims, &key.unwrap()).unwrap();

        assert_eq!(keys.server().verify(&token, now()), Ok(()), "{algorithm:?}");
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

#[test]
fn single_private_key_is_configured_in_any_of_its_encodings() {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
    let private = pair.private_key();
    let sec1: EcPrivateKeyRfc5915Der<'_> = private.as_der().unwrap();
    let plain = pem("PRIVATE KEY", pkcs8.as_ref());
    // As it stands within the dict of a settings file.
    let indented = format!("\n    {}", plain.replace('\n', "\n    "));
    let texts = [plain, pem("EC PRIVATE KEY", sec1.as_ref()), indented];
    let keys = texts.map(|text| SigningKey::new(&text.into(), Algorithm::ES256).unwrap());
    let public = keys.each_ref().map(|key| key.public().unwrap());

    let servers = keys.map(|key| Server::new(key.into()));

    assert_eq!(public[0], public[1]);
    assert_eq!(public[0], public[2]);
    let token = servers[0].mint(now());
    assert_eq!(servers[1].verify(&token, now()), Ok(()));
    assert_eq!(claims_of(&token).0["kid"], json!(public[0].common.key_id));
    assert_eq!(servers[0].jwt.jwks(now()).keys, [public[0].clone()]);
}

#[test]
fn rsa_keys_are_taken_in_pkcs1_too() {
    let keys = Keys::new();
    let kid = keys.add(Algorithm::RS256, 0);
    let text = std::fs::read_to_string(keys.folder.path().join(format!("{kid}.pem"))).unwrap();
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let pkcs8 = STANDARD.decode(body).unwrap();
    // What stands in front of the RSA key in PKCS#8 is of one length for keys of this size.
    let pkcs1 = pem("RSA PRIVATE KEY", &pkcs8[26..]);

    let key = SigningKey::new(&pkcs1.into(), Algorithm::RS256).unwrap();
    let pair = aws_lc_rs::rsa::KeyPair::from_der(&pkcs8[26..]).unwrap();
    let public = pem("RSA PUBLIC KEY", pair.public_key().as_ref());
    assert!(key.fits(&public) && key.fits(&public.replace('\n', "\n  ")));

    assert_eq!(key.public().unwrap().common.key_id, Some(kid));
    assert_eq!(key.self_test(), Ok(()));
}
