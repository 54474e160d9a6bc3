//! Tokens of foreign issuers: identity providers, and other services that sign their own.
//!
//! A token that names one of them in `iss` is judged by that issuer's keys and rules, and by no other.

mod document;
mod fetch;
mod keys;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use self::keys::IssuerKeys;
use super::algorithm::Algorithm;
use super::checks::{Rules, UserClaim, user_id};
use super::claims::{Claims, Parts};
use crate::error::JwtFault;
use crate::settings::{IssuerSettings, JwtSettings, UserField};

/// Longest username or e-mail address that is looked up, in bytes.
const MAX_NAME: usize = 1024;

/// Why an issuer of the settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("auth.jwt.issuers: {issuer:?} {problem}")]
pub struct IssuerError {
    issuer: String,
    problem: String,
}

/// All foreign issuers whose tokens are taken.
#[derive(Clone, Default)]
pub struct Issuers {
    all: Vec<Arc<Issuer>>,
}

impl Issuers {
    /// Takes the issuers of the settings and begins to fetch their keys, each on a thread of its own. A
    /// token waits for keys that are being fetched for `patience` at most.
    ///
    /// # Errors
    /// [`IssuerError`] for settings that make no sense, or a file that cannot be read. An issuer that
    /// does not answer is no error: its tokens are refused until it does.
    pub fn start(settings: &JwtSettings, patience: Duration) -> Result<Self, IssuerError> {
        let mut all: Vec<Arc<Issuer>> = Vec::new();
        let refresh = Duration::from_secs(settings.jwks_refresh.into());
        for each in &settings.issuers {
            let told = |problem: String| IssuerError {
                issuer: each.issuer.clone(),
                problem,
            };
            check(each).map_err(told)?;
            if all.iter().any(|known| known.name == each.issuer) {
                return Err(told("is there twice".to_owned()));
            }
            if each.issuer == settings.issuer {
                return Err(told("is auth.jwt.issuer, this service itself".to_owned()));
            }
            let issuer = Issuer::new(each, refresh, patience).map_err(told)?;
            all.push(Arc::new(issuer));
        }
        Ok(Self { all })
    }

    /// The issuer that a token names, with the claims, which nobody has vouched for yet.
    pub(super) fn of(&self, parts: &Parts<'_>) -> Option<(&Issuer, Claims)> {
        if self.all.is_empty() {
            return None;
        }
        let claims = Claims::decode(parts.payload)?;
        let name = claims.text("iss")?;
        let issuer = self.all.iter().find(|issuer| issuer.name == name)?;
        Some((issuer, claims))
    }
}

/// A foreign issuer: its keys, and what is asked of its tokens.
pub(super) struct Issuer {
    name: String,
    rules: Rules,
    algorithms: Vec<Algorithm>,
    required_type: Option<String>,
    user_claim: String,
    user_field: UserField,
    keys: IssuerKeys,
}

impl Issuer {
    fn new(
        settings: &IssuerSettings,
        refresh: Duration,
        patience: Duration,
    ) -> Result<Self, String> {
        let (leeway, issuer) = (settings.leeway, &settings.issuer);
        Ok(Self {
            name: issuer.clone(),
            rules: Rules::new(leeway, issuer, &settings.audience),
            algorithms: settings.algorithms.clone(),
            required_type: media_type(&settings.required_type),
            user_claim: settings.user_claim.clone(),
            user_field: settings.user_field,
            keys: IssuerKeys::start(settings, refresh, patience)?,
        })
    }

    /// The user that a good access token names.
    pub(super) fn judge(
        &self,
        parts: &Parts<'_>,
        claims: &Claims,
        now: DateTime<Utc>,
    ) -> Result<UserClaim, JwtFault> {
        let algorithm = parts.header.alg.as_ref().and_then(Value::as_str);
        let algorithm = algorithm.and_then(|name| name.parse().ok());
        let algorithm = algorithm.filter(|algorithm| self.algorithms.contains(algorithm));
        let (Some(algorithm), true) = (algorithm, self.has_type(parts)) else {
            return Err(JwtFault::Invalid);
        };
        if !self.keys.verify(algorithm, parts, now) {
            return Err(JwtFault::Invalid);
        }
        self.rules.check(claims, now)?;
        if !claims.has("exp") {
            return Err(JwtFault::NoExpiry);
        }
        // simplejwt's, and those who took the name over: a refresh token gives no access.
        let kind = claims.get("token_type");
        let is_access = |kind: &Value| {
            let kind = kind.as_str().map(str::to_ascii_lowercase);
            kind.is_some_and(|kind| kind == "access" || kind == "bearer")
        };
        if !kind.as_ref().is_none_or(is_access) {
            return Err(JwtFault::WrongType);
        }
        self.user(claims)
    }

    /// Type of the token (RFC 9068, section 4).
    fn has_type(&self, parts: &Parts<'_>) -> bool {
        let Some(required) = &self.required_type else {
            return true;
        };
        let given = parts.header.typ.as_ref().and_then(Value::as_str);
        given.and_then(media_type).as_ref() == Some(required)
    }

    fn user(&self, claims: &Claims) -> Result<UserClaim, JwtFault> {
        let claim = claims.get(&self.user_claim).ok_or(JwtFault::NoUser)?;
        let name = || {
            let name = claim.as_str().filter(|name| !name.contains('\0'));
            name.filter(|name| (1..=MAX_NAME).contains(&name.len()))
                .map(str::to_owned)
        };
        let user = match self.user_field {
            UserField::Id => user_id(&claim),
            UserField::Username => name().map(UserClaim::Username),
            UserField::Email => name().map(UserClaim::Email),
        };
        user.ok_or(JwtFault::Invalid)
    }
}

/// A media type to compare: in lower case, and in the short form of RFC 7515, section 4.1.9. `None` for
/// no text.
fn media_type(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let short = lower.strip_prefix("application/").unwrap_or(&lower);
    (!short.is_empty()).then(|| short.to_owned())
}

/// What is wrong with the settings of an issuer.
fn check(settings: &IssuerSettings) -> Result<(), String> {
    let (url, file, secret) = (
        &settings.jwks_url,
        &settings.jwks_file,
        &settings.secret_file,
    );
    let sources = [url, file, secret];
    let symmetric = settings.algorithms.iter().filter(|a| a.is_symmetric());
    let problem = if settings.issuer.is_empty() {
        "is no issuer: give the iss of its tokens"
    } else if sources.iter().filter(|source| !source.is_empty()).count() != 1 {
        "needs one of jwks_url, jwks_file and secret_file"
    } else if !url.is_empty() && !url.starts_with("https://") && !url.starts_with("http://") {
        "has a jwks_url that is none: write it as https://idp.example.com/jwks.json"
    } else if settings.algorithms.is_empty() {
        "has no algorithms: name those that it signs with"
    } else if secret.is_empty() && symmetric.clone().next().is_some() {
        "has an HMAC algorithm, whose keys are never public: give secret_file, or others"
    } else if !secret.is_empty() && symmetric.count() != settings.algorithms.len() {
        "has a secret_file, which HMAC algorithms only can use"
    } else if settings.user_claim.is_empty() {
        "has no user_claim: name the claim that names the user"
    } else {
        return Ok(());
    };
    Err(problem.to_owned())
}
