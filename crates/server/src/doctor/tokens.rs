//! Settings of tokens that are dangerous, or do nothing.

use profiled_auth::{IssuerSettings, UserField};

use super::finding::Finding;
use super::patient::Patient;
use crate::error::Failure;

pub(super) fn examine(patient: &Patient<'_>) -> Vec<Finding> {
    let mut found = issuers_to_watch(patient);
    found.extend(idle(patient));
    found
}

/// Issuers whose users, or others, may choose whom a token stands for.
fn issuers_to_watch(patient: &Patient<'_>) -> Vec<Finding> {
    let line = |issuer: &IssuerSettings| {
        let risks = risks(issuer).join("; ");
        let name = &issuer.issuer;
        let text = format!(": {name:?} {risks}: see docs/KEYS.md");
        let failure = || patient.origins.failure("auth.jwt.issuers", &text);
        (!risks.is_empty()).then(|| Finding::warning(failure()))
    };
    patient
        .settings
        .auth
        .jwt
        .issuers
        .iter()
        .filter_map(line)
        .collect()
}

/// Settings of simplejwt's that do nothing together with the others.
fn idle(patient: &Patient<'_>) -> Vec<Finding> {
    let jwt = &patient.settings.auth.jwt;
    let mut told = Vec::new();
    if jwt.blacklist_after_rotation && !jwt.blacklist {
        told.push(patient.origins.failure(
            "auth.jwt.blacklist_after_rotation",
            "does nothing while auth.jwt.blacklist is false: set one of them otherwise",
        ));
    }
    if jwt.is_read_only() {
        let text = "auth.jwt takes tokens and makes none, so /api/token/ and the paths that exchange tokens do not exist: see \
                    verifying_key, jwk_url, token_type_claim and jti_claim";
        told.push(Failure::settings(text));
    }
    told.into_iter().map(Finding::warning).collect()
}

fn risks(issuer: &IssuerSettings) -> Vec<&'static str> {
    let by_name = match issuer.user_field {
        Some(UserField::Username) => Some(
            "names users by username (user_field = \"username\"): until a subject is bound, whoever may choose a name \
             there or here decides whose account its first token opens",
        ),
        Some(UserField::Email) => Some(
            "names users by e-mail address (user_field = \"email\"): until a subject is bound, whoever may choose an \
             address here decides whose account its first token opens",
        ),
        Some(UserField::Id | UserField::ExternalId) | None => None,
    };
    let any_audience = issuer
        .any_audience
        .then_some("takes tokens that were made for others (any_audience)");
    let trust_email = issuer
        .trust_email
        .then_some("believes addresses that nobody has verified (trust_email)");
    [any_audience, trust_email, by_name]
        .into_iter()
        .flatten()
        .collect()
}
