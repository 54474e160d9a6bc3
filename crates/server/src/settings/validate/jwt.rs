//! The section `auth.jwt`.

use profiled_auth::{AlgorithmFamily, JwtSettings, SigningKey};
use secrecy::ExposeSecret;

use super::finding::Finding;

pub(super) fn check(jwt: &JwtSettings) -> Option<Finding> {
    signing_key(jwt)
        .or_else(|| claims(jwt))
        .or_else(|| lead_time(jwt))
}

fn signing_key(jwt: &JwtSettings) -> Option<Finding> {
    if jwt.signing_key.expose_secret().is_empty() {
        // A key that is made in its place is a secret.
        let is_missing = jwt.keys_dir.is_empty() && jwt.algorithm.family() != AlgorithmFamily::Hmac;
        let text = || format!("is not set: {:?} needs a private key in PEM", jwt.algorithm);
        return is_missing.then(|| Finding("auth.jwt.signing_key", text()));
    }
    let error = SigningKey::new(&jwt.signing_key, jwt.algorithm).err()?;
    Some(Finding("auth.jwt.signing_key", error.to_string()))
}

/// Each claim has a name of its own.
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
    ];
    let registered = ["aud", "exp", "iat", "iss", "nbf"];
    own.iter()
        .enumerate()
        .find_map(|(at, (key, name, example))| {
            let is_repeated = own.iter().take(at).any(|(_, other, _)| other == name);
            let is_taken = registered.contains(&name.as_str()) || is_repeated;
            (name.is_empty() || is_taken).then(|| {
                let text = format!("is {name:?}: name a claim of its own, as {example}");
                Finding(key, text)
            })
        })
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
