//! What a token's claims must be: times, issuer, audience, user (contract `drf.md`, section 4).
//!
//! Libraries are neither strict nor compatible here: they tolerate a minute, ignore `iat`, and let odd
//! types pass.

use chrono::{DateTime, Utc};
use profiled_domain::{LocalPart, Mailbox, UserId, UserLookup};
use serde_json::{Number, Value};

use super::claims::Claims;
use crate::error::JwtFault;
use crate::settings::UserField;

/// First second of the year 10000: no instant of a token reaches it.
const END_OF_TIME: f64 = 253_402_300_800.0;
/// Longest attribute that a user is looked up by, in bytes.
const MAX_NAME: usize = 1024;
/// 2^63: no user has a whole number from here on as id.
const ID_LIMIT: f64 = 9_223_372_036_854_775_808.0;

/// Whom a good token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserClaim {
    /// A user's id, whether there is such a user or not.
    Id(UserId),
    /// A username.
    Username(String),
    /// An e-mail address.
    Email(String),
    /// An e-mail address that a foreign issuer tells.
    Mailbox(Mailbox),
    /// The primary key in an imported database.
    ExternalId(String),
    /// A decimal number that no id can be.
    OutOfRange,
}

impl UserClaim {
    /// Reads a claim that names users by `field`. `None` for a value that this attribute cannot have.
    pub(super) fn read(claim: &Value, field: UserField) -> Option<Self> {
        match field {
            UserField::Id => user_id(claim),
            UserField::Username => name(claim.as_str()?).map(Self::Username),
            UserField::Email => name(claim.as_str()?).map(Self::Email),
            // Older versions of simplejwt write a primary key that is a number as one.
            UserField::ExternalId => match claim {
                Value::Number(number) if !number.is_f64() => {
                    Some(Self::ExternalId(number.to_string()))
                }
                other => name(other.as_str()?).map(Self::ExternalId),
            },
        }
    }

    /// Reads an address of a foreign issuer; `None` for what cannot be one.
    pub(super) fn mailbox(claim: &Value, local_part: LocalPart) -> Option<Self> {
        let address = name(claim.as_str()?)?;
        Some(Self::Mailbox(Mailbox::new(address, local_part)))
    }

    /// How storage finds the user; `None` for a number that no id can be. Ids are positive: a user of an imported
    /// database whose primary key is 0 has it as external id.
    #[must_use]
    pub fn key(&self) -> Option<UserLookup> {
        match self {
            Self::Id(UserId(id)) if *id <= 0 => Some(UserLookup::ExternalId(id.to_string())),
            Self::Id(id) => Some(UserLookup::Id(*id)),
            Self::Username(name) => Some(UserLookup::Username(name.clone())),
            Self::Email(email) => Some(UserLookup::Email(email.clone())),
            Self::Mailbox(mailbox) => Some(UserLookup::Mailbox(mailbox.clone())),
            Self::ExternalId(id) => Some(UserLookup::ExternalId(id.clone())),
            Self::OutOfRange => None,
        }
    }
}

/// What is asked of the claims of one issuer, ourselves or another.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    leeway: f64,
    pub(super) issuer: Option<String>,
    pub(super) audiences: Vec<String>,
    /// Where the audience is: the first of these claims that is there.
    audience_claims: Vec<String>,
}

impl Rules {
    /// Rules of a seconds' leeway, and of an issuer and an audience where they are not empty.
    pub(super) fn new(leeway: u32, issuer: &str, audiences: &[String]) -> Self {
        Self {
            leeway: f64::from(leeway),
            issuer: (!issuer.is_empty()).then(|| issuer.to_owned()),
            audiences: audiences.to_vec(),
            audience_claims: vec!["aud".to_owned()],
        }
    }

    /// The same, with the audience in one of these claims.
    pub(super) fn with_audience_in(self, claims: &[String]) -> Self {
        Self {
            audience_claims: claims.to_vec(),
            ..self
        }
    }

    /// The claims that any JSON Web Token may have, in the order in which their faults count.
    pub(super) fn check(&self, claims: &Claims, now: DateTime<Utc>) -> Result<(), JwtFault> {
        self.check_times(claims, now)?;
        if !self.is_of_issuer(claims) {
            return Err(JwtFault::OtherIssuer);
        }
        if !self.is_for_us(claims) {
            return Err(JwtFault::OtherAudience);
        }
        let are_texts = ["sub", "jti"]
            .iter()
            .all(|name| claims.is_text_or_absent(name));
        are_texts.then_some(()).ok_or(JwtFault::Invalid)
    }

    /// `iat`, `nbf`, `exp` in this order (RFC 7519, section 4.1); leeway applies to all three.
    fn check_times(&self, claims: &Claims, now: DateTime<Utc>) -> Result<(), JwtFault> {
        let now = seconds(now);
        for name in ["iat", "nbf"] {
            let at = claims.get(name).map(|claim| instant(&claim)).transpose()?;
            if let Some(at) = at.filter(|at| *at > now + self.leeway) {
                return Err(not_yet_valid(name, at - now));
            }
        }
        let end = claims.get("exp").map(|claim| instant(&claim)).transpose()?;
        if end.is_some_and(|end| end <= now - self.leeway) {
            return Err(JwtFault::Expired);
        }
        Ok(())
    }

    /// Whether a second is over, with leeway.
    pub(super) fn is_past(&self, end: f64, now: DateTime<Utc>) -> bool {
        end <= seconds(now) - self.leeway
    }

    fn is_of_issuer(&self, claims: &Claims) -> bool {
        let issuer = self.issuer.as_deref();
        issuer.is_none_or(|own| claims.get("iss").is_some_and(|issuer| issuer == own))
    }

    /// Whether one of the audiences is ours, where one is configured.
    fn is_for_us(&self, claims: &Claims) -> bool {
        let is_ours = |one: &Value| self.audiences.iter().any(|own| one == own);
        // An empty list, which Hydra writes by default, names none.
        let given = self
            .audience_claims
            .iter()
            .filter_map(|name| claims.get(name));
        let given = given
            .into_iter()
            .find(|given| *given != Value::Array(Vec::new()));
        self.audiences.is_empty()
            || given.is_some_and(|given| match given {
                Value::Array(all) => all.iter().all(Value::is_string) && all.iter().any(is_ours),
                one => is_ours(&one),
            })
    }
}

/// Seconds of a numeric date, its fraction cut off.
pub(super) fn instant(claim: &Value) -> Result<f64, JwtFault> {
    let number = claim.as_number().and_then(Number::as_f64);
    let number = number.filter(|number| number.is_finite() && *number < END_OF_TIME);
    number.map(f64::trunc).ok_or(JwtFault::Invalid)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is ahead, and ends before the year 10000"
)]
fn not_yet_valid(claim: &'static str, seconds: f64) -> JwtFault {
    let ahead = seconds.ceil() as u64;
    JwtFault::NotYetValid { claim, ahead }
}

fn seconds(at: DateTime<Utc>) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact to the microsecond until the year 2255"
    )]
    let micros = at.timestamp_micros() as f64;
    micros / 1e6
}

/// A text that may be an attribute. PostgreSQL takes none with a NUL.
fn name(text: &str) -> Option<String> {
    let is_fine = (1..=MAX_NAME).contains(&text.len()) && !text.contains('\0');
    is_fine.then(|| text.to_owned())
}

/// A user id as text or as a number: decimal, without sign of plus, leading zero or blank
/// (`decisions.md` 12, 19).
fn user_id(claim: &Value) -> Option<UserClaim> {
    match claim {
        Value::String(text) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let is_plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            let is_canonical = text == "0" || !digits.starts_with('0');
            (is_plain && is_canonical).then(|| match text.parse() {
                Ok(id) => UserClaim::Id(UserId(id)),
                Err(_) => UserClaim::OutOfRange,
            })
        }
        Value::Number(number) => match number.as_i64() {
            Some(id) => Some(UserClaim::Id(UserId(id))),
            None if number.is_u64() => Some(UserClaim::OutOfRange),
            // The parser keeps larger whole numbers as floating point.
            None => {
                let size = number.as_f64()?;
                (size.fract() == 0.0 && size.abs() >= ID_LIMIT).then_some(UserClaim::OutOfRange)
            }
        },
        _ => None,
    }
}
