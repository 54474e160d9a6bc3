//! Tokens of foreign issuers: identity providers, and other services that sign their own.
//!
//! A token that names one of them in `iss` is judged by that issuer's keys and rules, and by no other.

mod address;
mod check;
mod discovery;
mod document;
mod fetch;
mod keys;
mod kind;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use profiled_domain::{ForeignSubject, LocalPart};
use serde_json::Value;

use self::keys::IssuerKeys;
use self::kind::AcceptedTypes;
use super::algorithm::Algorithm;
use super::checks::{Rules, UserClaim};
use super::claims::{Claims, Parts};
use crate::error::JwtFault;
use crate::key_fetch::KeyFetch;
use crate::settings::{IssuerSettings, JwtSettings, UserField};

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
    /// The keys of `auth.jwt.jwk_url`, which judge our own tokens.
    own: Option<Arc<IssuerKeys>>,
}

impl Issuers {
    /// Takes the issuers of the settings and begins to fetch their keys, each on a thread of its own. Tokens
    /// whose key is not known wait for a fetch until `patience` after it was asked for, and for none of an issuer that is slower.
    /// The keys of `auth.jwt.jwk_url` are fetched likewise.
    ///
    /// # Errors
    /// [`IssuerError`] for settings that contradict each other, or a file that cannot be read. An issuer that
    /// does not answer is no error: its tokens are refused until it does.
    pub fn start(settings: &JwtSettings, patience: Duration) -> Result<Self, IssuerError> {
        let refresh = Duration::from_secs(settings.jwks_refresh.into());
        Self::new(settings, Some(refresh), patience)
    }

    /// Whether the settings of issuers are fine; nothing is fetched.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn check(settings: &JwtSettings) -> Result<(), IssuerError> {
        Self::new(settings, None, Duration::ZERO).map(drop)
    }

    fn new(
        settings: &JwtSettings,
        refresh: Option<Duration>,
        patience: Duration,
    ) -> Result<Self, IssuerError> {
        let mut all: Vec<Arc<Issuer>> = Vec::new();
        for each in &settings.issuers {
            let error = |problem: String| IssuerError {
                issuer: each.issuer.clone(),
                problem,
            };
            let field = check::user_field(each).map_err(error)?;
            if all.iter().any(|known| known.name == each.issuer) {
                return Err(error("is there twice".to_owned()));
            }
            if each.issuer == settings.issuer {
                return Err(error("is auth.jwt.issuer, this service itself".to_owned()));
            }
            let issuer = Issuer::new(each, field, refresh, patience).map_err(error)?;
            all.push(Arc::new(issuer));
        }
        let own = own_keys(settings, refresh, patience);
        let own = own.map_err(|problem| IssuerError {
            issuer: without_secrets(&settings.jwk_url),
            problem,
        })?;
        Ok(Self { all, own })
    }

    /// The keys of all issuers that are asked for them, those of `auth.jwt.jwk_url` among them.
    #[must_use]
    pub fn reports(&self) -> Vec<KeyReport> {
        let foreign = self.all.iter().map(|issuer| &issuer.keys);
        let all = foreign.chain(self.own.as_deref());
        all.filter_map(IssuerKeys::report).collect()
    }

    /// The keys of `auth.jwt.jwk_url`, if that is set.
    pub(super) fn own(&self) -> Option<&IssuerKeys> {
        self.own.as_deref()
    }

    /// The issuer that a token names, with the claims, whose signature is not verified yet.
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

/// Fetches the keys of all issuers of the settings, and those of `auth.jwt.jwk_url`, once and at the same time. Returned are
/// those that cannot be fetched: the setting, the issuer or the URL, and what is wrong.
#[must_use]
pub fn unreachable_keys(settings: &JwtSettings) -> Vec<(&'static str, String, String)> {
    let own = own_source(settings).map(|source| ("auth.jwt.jwk_url", source));
    let issuers = settings.issuers.iter().cloned();
    let all: Vec<_> = issuers
        .map(|issuer| ("auth.jwt.issuers", issuer))
        .chain(own)
        .collect();
    thread::scope(|scope| {
        let fetches = all.iter().map(|(key, source)| {
            let fetch = scope.spawn(|| keys::try_out(source).err());
            (*key, source.issuer.clone(), fetch)
        });
        let fetches: Vec<_> = fetches.collect();
        let ended = fetches.into_iter().filter_map(|(key, name, fetch)| {
            let problem = fetch.join().ok().flatten()?;
            Some((key, name, problem))
        });
        ended.collect()
    })
}

/// Where the keys of `auth.jwt.jwk_url` come from, as if it was an issuer.
fn own_source(settings: &JwtSettings) -> Option<IssuerSettings> {
    let url = &settings.jwk_url;
    (!url.is_empty()).then(|| IssuerSettings {
        issuer: without_secrets(url),
        jwks_url: url.clone(),
        algorithms: vec![settings.algorithm],
        ..IssuerSettings::default()
    })
}

/// The keys of `auth.jwt.jwk_url`, fetched as those of an issuer.
fn own_keys(
    settings: &JwtSettings,
    refresh: Option<Duration>,
    patience: Duration,
) -> Result<Option<Arc<IssuerKeys>>, String> {
    let Some(source) = own_source(settings) else {
        return Ok(None);
    };
    let keys = IssuerKeys::start(&source, refresh, patience)?;
    Ok(Some(Arc::new(keys)))
}

/// A URL as it may be shown: without a name, a password and the query, which may hold a key.
#[must_use]
pub fn without_secrets(url: &str) -> String {
    let (scheme, rest) = match url.find("://") {
        Some(at) => url.split_at(at + 3),
        None => ("", url),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    if rest.contains('@') {
        // A password that is not escaped may stand on both sides of it.
        return "***".to_owned();
    }
    let host = authority.rsplit('@').next().unwrap_or_default();
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    format!("{scheme}{host}{path}")
}

/// The keys of an issuer at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyReport {
    /// The issuer, as the settings name it.
    pub issuer: String,
    /// Time since they were fetched last; none if they never were.
    pub age: Option<Duration>,
    /// Whether the last attempt has failed.
    pub is_failing: bool,
}

/// What the keys of an issuer say of a signature.
#[derive(Debug)]
pub(super) enum Verdict {
    /// One of them made it.
    Good,
    /// None of them did, and no others are to be expected soon.
    Bad(JwtFault),
    /// None of those that are known did; they are being fetched anew.
    Wait(KeyFetch),
}

/// A judgement by keys that may have to be fetched first.
pub(super) enum Judged<T> {
    /// What the token says.
    Done(T),
    /// It is to be judged once more after this, or after some time.
    After(KeyFetch),
}

/// Whom a token of a foreign issuer names.
pub(super) struct ForeignUser {
    /// In our words.
    pub(super) user: UserClaim,
    /// In the issuer's, where ours may change on either side.
    pub(super) subject: Option<ForeignSubject>,
}

/// A foreign issuer: its keys, and what is asked of its tokens.
pub(super) struct Issuer {
    name: String,
    rules: Rules,
    /// Clients whose tokens are taken; empty for any.
    client_ids: Vec<String>,
    algorithms: Vec<Algorithm>,
    kinds: AcceptedTypes,
    user_claim: String,
    user_field: UserField,
    local_part: LocalPart,
    /// The claim that says whether the address is verified, where that counts.
    verified_claim: Option<String>,
    keys: IssuerKeys,
}

impl Issuer {
    fn new(
        settings: &IssuerSettings,
        user_field: UserField,
        refresh: Option<Duration>,
        patience: Duration,
    ) -> Result<Self, String> {
        let (leeway, issuer) = (settings.leeway, &settings.issuer);
        Ok(Self {
            name: issuer.clone(),
            rules: Rules::new(leeway, issuer, &settings.audience)
                .with_audience_in(&settings.audience_claims),
            client_ids: settings.client_ids.clone(),
            algorithms: settings.algorithms.clone(),
            kinds: AcceptedTypes::new(&settings.required_type, &settings.allowed_types),
            user_claim: settings.user_claim.clone(),
            user_field,
            local_part: settings.email_local_part.into(),
            verified_claim: (settings.names_by_email() && !settings.trust_email)
                .then(|| settings.email_verified_claim.clone()),
            keys: IssuerKeys::start(settings, refresh, patience)?,
        })
    }

    /// The user that a good access token names.
    pub(super) fn judge(
        &self,
        parts: &Parts<'_>,
        claims: &Claims,
        now: DateTime<Utc>,
    ) -> Result<Judged<ForeignUser>, JwtFault> {
        let algorithm = parts.header.algorithm();
        let algorithm = algorithm.filter(|algorithm| self.algorithms.contains(algorithm));
        let algorithm = algorithm.ok_or(JwtFault::Algorithm)?;
        if !self.kinds.has_header(parts) {
            return Err(JwtFault::OtherHeaderType);
        }
        // Parsers disagree on which one counts (RFC 7519, section 4); honest issuers write none twice.
        if parts.header.is_repeated || claims.is_repeated() {
            return Err(JwtFault::Repeated);
        }
        match self.keys.verify(algorithm, parts, now) {
            Verdict::Wait(fetch) => return Ok(Judged::After(fetch)),
            Verdict::Bad(fault) => return Err(fault),
            Verdict::Good => {}
        }
        self.rules.check(claims, now)?;
        if !self.is_of_client(claims) {
            return Err(JwtFault::OtherClient);
        }
        if !claims.has("exp") {
            return Err(JwtFault::NoExpiry);
        }
        self.kinds.check(claims)?;
        if claims.has("cnf") {
            return Err(JwtFault::KeyBound);
        }
        self.foreign_user(claims).map(Judged::Done)
    }

    /// Whether one of the clients of the settings has asked for the token: `azp` (OIDC Core, section 2),
    /// else `client_id` (RFC 9068, section 2.2).
    fn is_of_client(&self, claims: &Claims) -> bool {
        let client = || claims.get("azp").or_else(|| claims.get("client_id"));
        let is_known = |client: Value| self.client_ids.iter().any(|known| client == *known);
        self.client_ids.is_empty() || client().is_some_and(is_known)
    }

    fn foreign_user(&self, claims: &Claims) -> Result<ForeignUser, JwtFault> {
        let claim = claims.at(&self.user_claim).ok_or(JwtFault::NoUser)?;
        let user = match self.user_field {
            UserField::Email => UserClaim::mailbox(&claim, self.local_part),
            field => UserClaim::read(&claim, field),
        };
        let user = user.ok_or(JwtFault::Invalid)?;
        let verified = self.verified_claim.as_deref();
        if verified.is_some_and(|name| !is_verified(claims.at(name))) {
            return Err(JwtFault::UnverifiedEmail);
        }
        let subject = match self.user_field {
            // An id is never given to another user: nothing has to be remembered.
            UserField::Id | UserField::ExternalId => None,
            UserField::Username | UserField::Email => Some(self.subject(claims)?),
        };
        Ok(ForeignUser { user, subject })
    }

    fn subject(&self, claims: &Claims) -> Result<ForeignSubject, JwtFault> {
        let subject = claims.text("sub").ok_or(JwtFault::NoUser)?;
        let length = subject.chars().count();
        if subject.contains('\0') || !(1..=ForeignSubject::MAX_SUBJECT).contains(&length) {
            return Err(JwtFault::Invalid);
        }
        Ok(ForeignSubject {
            issuer: self.name.clone(),
            subject,
        })
    }
}

/// Whether the issuer has verified the address. Some write the text in place of the boolean.
fn is_verified(claim: Option<Value>) -> bool {
    claim.is_some_and(|claim| claim == true || claim == "true")
}
