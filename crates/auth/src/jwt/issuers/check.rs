//! What is wrong with the settings of an issuer.

use jsonwebtoken::AlgorithmFamily;

use crate::settings::{IssuerSettings, LocalPartSetting, UserField};

/// Longest `issuer`, in bytes: subjects are looked up by it.
const MAX_ISSUER: usize = 512;

/// The field by which users are named, of settings that make sense; else what to do about them.
pub(super) fn user_field(settings: &IssuerSettings) -> Result<UserField, String> {
    let problem = keys(settings).or_else(|| texts(settings));
    let problems: Vec<&str> = match problem {
        Some(problem) => vec![problem],
        None => audience(settings)
            .into_iter()
            .chain(user(settings))
            .collect(),
    };
    match settings.user_field {
        Some(field) if problems.is_empty() => Ok(field),
        _ => Err(problems.join("; ")),
    }
}

fn keys(settings: &IssuerSettings) -> Option<&'static str> {
    let (url, file, secret) = (
        &settings.jwks_url,
        &settings.jwks_file,
        &settings.secret_file,
    );
    let sources = [url, file, secret];
    let given = sources.iter().filter(|source| !source.is_empty()).count();
    let families = settings.algorithms.iter().map(|a| a.family());
    let symmetric = families.filter(|family| *family == AlgorithmFamily::Hmac);
    if settings.issuer.is_empty() {
        Some("is no issuer: give the iss of its tokens")
    } else if settings.issuer.len() > MAX_ISSUER {
        Some("is longer than 512 bytes: no issuer of this length is taken")
    } else if given > 1 {
        Some("has more than one of jwks_url, jwks_file and secret_file: remove the others")
    } else if given == 0 && !is_http(&settings.issuer) {
        Some(
            "needs one of jwks_url, jwks_file and secret_file: it is no http(s) URL, below which a discovery document \
             could name its keys",
        )
    } else if !url.is_empty() && !is_http(url) {
        Some("has a jwks_url that is none: write it as https://idp.example.com/jwks.json")
    } else if settings.algorithms.is_empty() {
        Some("has no algorithms: name those that it signs with")
    } else if secret.is_empty() && symmetric.clone().next().is_some() {
        Some("has an HMAC algorithm, whose keys are never public: give secret_file, or others")
    } else if !secret.is_empty() && symmetric.count() != settings.algorithms.len() {
        Some("has a secret_file, which HMAC algorithms only can use")
    } else {
        None
    }
}

fn is_http(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn texts(settings: &IssuerSettings) -> Option<&'static str> {
    let lists = [
        &settings.audience,
        &settings.audience_claims,
        &settings.client_ids,
        &settings.allowed_types,
    ];
    if settings.user_claim.is_empty() {
        Some("has no user_claim: name the claim that names the user")
    } else if lists.into_iter().flatten().any(String::is_empty) {
        Some(
            "has an empty text in audience, audience_claims, client_ids or allowed_types: remove it",
        )
    } else if settings.audience_claims.is_empty() {
        Some("has no audience_claims: name the claims that may hold the audience, as [\"aud\"]")
    } else {
        None
    }
}

/// Tokens of an issuer that serves others, too, are not for us (RFC 8725, section 3.9).
fn audience(settings: &IssuerSettings) -> Option<&'static str> {
    let is_narrow = !settings.audience.is_empty() || !settings.client_ids.is_empty();
    match (is_narrow, settings.any_audience) {
        (false, false) => Some(
            "has neither audience nor client_ids, so tokens for others would be taken: set one, or \
             any_audience = true if it serves no other",
        ),
        (true, true) => Some("has any_audience in addition to audience or client_ids: remove one"),
        _ => None,
    }
}

fn user(settings: &IssuerSettings) -> Option<&'static str> {
    match settings.user_field {
        None => Some(
            "has no user_field: say what user_claim holds, \"id\" (of this service), \"username\", \
             \"email\" or \"external_id\"",
        ),
        Some(_) if settings.trust_email && !settings.names_by_email() => {
            Some("has trust_email, but does not name users by e-mail address: remove it")
        }
        Some(field)
            if settings.email_local_part != LocalPartSetting::Exact
                && field != UserField::Email =>
        {
            Some("has email_local_part, but its user_field is not \"email\": remove it")
        }
        Some(_) => None,
    }
}
