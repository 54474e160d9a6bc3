//! JSON web tokens: those that requests need, and those that answers bring.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value};

use super::case::{Jwt, MintedToken};
use super::template::{Form, Meanings, next_placeholder, offset_from_now};

/// The keys of `fixtures/secrets.json`.
pub type Secrets = BTreeMap<String, String>;

/// Makes the token that `{{request-jwt}}` stands for.
pub fn mint(jwt: &Jwt, secrets: &Secrets, now: i64) -> Result<String, String> {
    let name = jwt.signed_with.as_deref().unwrap_or("SECRET");
    let secret = secrets.get(name).map_or(name, String::as_str);
    let algorithm: Algorithm = jwt
        .signature_algorithm
        .as_deref()
        .unwrap_or("HS256")
        .parse()
        .map_err(|error: jsonwebtoken::errors::Error| error.to_string())?;
    let claims: Map<String, Value> = jwt
        .claims
        .iter()
        .map(|(name, claim)| (name.clone(), at(claim, now)))
        .collect();
    let key = EncodingKey::from_secret(secret.as_bytes());
    let token = key.and_then(|key| jsonwebtoken::encode(&Header::new(algorithm), &claims, &key));
    token.map_err(|error| error.to_string())
}

/// A claim with `{{now+60}}` replaced by the instant.
fn at(claim: &Value, now: i64) -> Value {
    let offset = claim
        .as_str()
        .and_then(next_placeholder)
        .and_then(|(_, name, _)| offset_from_now(name));
    offset.map_or_else(|| claim.clone(), |offset| (now + offset).into())
}

/// Compares the tokens that an answer brought with what they have to say.
pub fn problems(minted: &BTreeMap<String, MintedToken>, meanings: &mut Meanings) -> Vec<String> {
    let mut problems = Vec::new();
    for (placeholder, wanted) in minted {
        // Without a match the body has been reported already.
        let Some(token) = meanings.value(placeholder).map(str::to_owned) else {
            continue;
        };
        let mut parts = token.split('.');
        for (part, wanted) in [("header", &wanted.header), ("claims", &wanted.claims)] {
            let problem = match decode(parts.next()) {
                Some(actual) => object_problem(wanted, &actual, meanings),
                None => Some("cannot be decoded".to_owned()),
            };
            problems.extend(problem.map(|problem| format!("{placeholder} {part}: {problem}")));
        }
    }
    problems
}

fn decode(part: Option<&str>) -> Option<Map<String, Value>> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part?).ok()?).ok()
}

fn object_problem(
    wanted: &Map<String, Value>,
    actual: &Map<String, Value>,
    meanings: &mut Meanings,
) -> Option<String> {
    let same_names = wanted.len() == actual.len();
    let same = same_names
        && wanted.iter().all(|(name, wanted)| {
            actual
                .get(name)
                .is_some_and(|actual| same_value(wanted, actual, meanings))
        });
    (!same).then(|| format!("expected {wanted:?}, got {actual:?}"))
}

fn same_value(wanted: &Value, actual: &Value, meanings: &mut Meanings) -> bool {
    let Some(template) = wanted.as_str().filter(|text| text.contains("{{")) else {
        return wanted == actual;
    };
    let bare_number = next_placeholder(template)
        .and_then(|(_, name, _)| offset_from_now(name))
        .is_some();
    let text = match actual {
        Value::Number(number) if bare_number => number.to_string(),
        Value::String(text) if !bare_number => text.clone(),
        _ => return false,
    };
    meanings
        .matches(template, &text, Form::Value)
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::template::Kept;

    fn jwt(claims: &str) -> Jwt {
        serde_json::from_str(&format!(
            r#"{{"header": {{"alg": "HS256"}}, "claims": {claims}, "signed_with": "SECRET", "signature_algorithm": "HS256"}}"#
        ))
        .unwrap()
    }

    fn minted(claims: &str) -> BTreeMap<String, MintedToken> {
        let token =
            format!(r#"{{"header": {{"alg": "HS256", "typ": "JWT"}}, "claims": {claims}}}"#);
        BTreeMap::from([(
            "jwt:access".to_owned(),
            serde_json::from_str(&token).unwrap(),
        )])
    }

    #[test]
    fn minted_token_has_the_claims_of_the_case() {
        let secrets = Secrets::from([("SECRET".to_owned(), "s".repeat(32))]);
        let token = mint(
            &jwt(r#"{"exp": "{{now+60}}", "user_id": "1"}"#),
            &secrets,
            1000,
        )
        .unwrap();
        let kept = Kept::from([("jwt:access".to_owned(), token)]);
        let mut meanings = Meanings::new(1000, &kept);

        let same = minted(r#"{"exp": "{{now+60}}", "user_id": "1"}"#);
        let later = minted(r#"{"exp": "{{now+300}}", "user_id": "1"}"#);
        let number = minted(r#"{"exp": "{{now+60}}", "user_id": 1}"#);
        let fewer = minted(r#"{"exp": "{{now+60}}"}"#);

        assert_eq!(problems(&same, &mut meanings), Vec::<String>::new());
        for wrong in [later, number, fewer] {
            assert_eq!(problems(&wrong, &mut meanings).len(), 1);
        }
    }
}
