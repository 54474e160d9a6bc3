//! The section `auth.jwt`.

use profiled_auth::{AlgorithmFamily, JwtSettings, KeyRing, SigningKey};
use secrecy::ExposeSecret;

use super::finding::{Finding, some};

pub(super) fn check(jwt: &JwtSettings) -> Vec<Finding> {
    some([
        signing_key(jwt),
        verifying_key(jwt),
        jwk_url(jwt),
        claims(jwt),
        lead_time(jwt),
    ])
}

fn signing_key(jwt: &JwtSettings) -> Option<Finding> {
    if jwt.signing_key.expose_secret().is_empty() {
        // A key that is made in its place is a secret.
        let others = [&jwt.keys_dir, &jwt.verifying_key, &jwt.jwk_url];
        let has_none = others.iter().all(|other| other.is_empty());
        let is_missing = has_none && jwt.algorithm.family() != AlgorithmFamily::Hmac;
        let text = || format!("is not set: {:?} needs a private key in PEM", jwt.algorithm);
        return is_missing.then(|| Finding("auth.jwt.signing_key", text()));
    }
    let error = SigningKey::new(&jwt.signing_key, jwt.algorithm).err()?;
    Some(Finding("auth.jwt.signing_key", error.to_string()))
}

/// A public key stands for itself, or is the other half of the one that signs.
fn verifying_key(jwt: &JwtSettings) -> Option<Finding> {
    let pem = &jwt.verifying_key;
    if pem.is_empty() {
        return None;
    }
    let finding = |text: String| Some(Finding("auth.jwt.verifying_key", text));
    if jwt.algorithm.family() == AlgorithmFamily::Hmac {
        let name = jwt.algorithm.as_str();
        return finding(format!(
            "is for public keys, and {name} has none: give the secret in auth.jwt.signing_key"
        ));
    }
    if let Err(error) = KeyRing::verifying_only(pem, jwt.algorithm) {
        return finding(error.to_string());
    }
    if !jwt.keys_dir.is_empty() {
        return finding("stands beside auth.jwt.keys_dir: put the key into that folder".to_owned());
    }
    let signing = SigningKey::new(&jwt.signing_key, jwt.algorithm).ok()?;
    let text =
        "is not the other half of auth.jwt.signing_key: tokens that are made would be refused";
    if signing.fits(pem) {
        None
    } else {
        finding(text.to_owned())
    }
}

/// Keys that are fetched judge all tokens of ours.
fn jwk_url(jwt: &JwtSettings) -> Option<Finding> {
    let url = &jwt.jwk_url;
    if url.is_empty() {
        return None;
    }
    let has_others = !jwt.keys_dir.is_empty() || !jwt.verifying_key.is_empty();
    let text = if !url.starts_with("https://") && !url.starts_with("http://") {
        "is no URL: write it as https://idp.example.com/jwks.json"
    } else if jwt.algorithm.family() == AlgorithmFamily::Hmac {
        "is for public keys, and auth.jwt.algorithm has none: name that of the keys"
    } else if has_others {
        "takes the place of auth.jwt.verifying_key and auth.jwt.keys_dir: remove the others"
    } else {
        return None;
    };
    Some(Finding("auth.jwt.jwk_url", text.to_owned()))
}

/// Each claim has a name of its own; a token may do without type and id.
fn claims(jwt: &JwtSettings) -> Option<Finding> {
    let own = [
        (
            "auth.jwt.user_id_claim",
            &jwt.user_id_claim,
            "user_id or sub",
        ),
        (
            "auth.jwt.token_type_claim",
            &jwt.token_type_claim,
            "token_type",
        ),
        ("auth.jwt.jti_claim", &jwt.jti_claim, "jti"),
        (
            "auth.jwt.revoke_token_claim",
            &jwt.revoke_token_claim,
            "hash_password",
        ),
        (
            "auth.jwt.sliding_refresh_exp_claim",
            &jwt.sliding_refresh_exp_claim,
            "refresh_exp",
        ),
    ];
    let may_lack = ["auth.jwt.token_type_claim", "auth.jwt.jti_claim"];
    let mut known = vec!["aud", "exp", "iat", "iss", "nbf"];
    for (key, name, example) in own {
        if name.is_empty() && may_lack.contains(&key) {
            continue;
        }
        if name.is_empty() || known.contains(&name.as_str()) {
            let text = format!("is {name:?}: name a claim of its own, as {example}");
            return Some(Finding(key, text));
        }
        known.push(name);
    }
    // What libraries read in one way only.
    known.extend(["jti", "sub", "token_type"]);
    for claim in &jwt.claims {
        let name = claim.name();
        if known.contains(&name) {
            let text = format!("has {name:?} twice, or in the place of a claim that tokens have");
            return Some(Finding("auth.jwt.claims", text));
        }
        known.push(name);
    }
    None
}

/// Servers must know a new key before one of them signs with it.
fn lead_time(jwt: &JwtSettings) -> Option<Finding> {
    let least = jwt.keys_reload.saturating_mul(2);
    (jwt.keys_lead_time < least).then(|| {
        let text = format!(
            "is {}: it must be at least twice auth.jwt.keys_reload, {least}",
            jwt.keys_lead_time
        );
        Finding("auth.jwt.keys_lead_time", text)
    })
}
