//! Token introspection for other services (RFC 7662): whether a token is good at this moment, and whose.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use percent_encoding::percent_decode;
use profiled_domain::{ProfileDepth, TokenWithProfile, User, UserId};
use secrecy::ExposeSecret;
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::header::{self, Credentials};
use crate::jwt::{ActiveToken, JwtService, TokenType};
use crate::progress::Progress;
use crate::scheme::Scheme;
use crate::settings::IntrospectionSettings;
use crate::token::{TokenKey, TokenPolicy};

/// A token that would be taken at this moment, with what it says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Introspected {
    /// Whose it is, here.
    pub user: UserId,
    /// Whose it is in the words of its issuer: the id, unless it is a foreign one.
    pub subject: Option<String>,
    /// The user's name, if there is one.
    pub username: Option<String>,
    /// The scheme of `Authorization` that takes the token.
    pub scheme: Scheme,
    /// The end of its life, in seconds since 1970.
    pub expires_at: Option<i64>,
    /// When it was made, in seconds since 1970.
    pub issued_at: Option<i64>,
    /// Its id.
    pub jti: Option<String>,
    /// `aud`: a text or a list of them.
    pub audience: Option<Value>,
    /// `iss`
    pub issuer: Option<Value>,
}

/// Judges tokens for services that it knows.
pub struct Introspector {
    jwt: Arc<JwtService>,
    policy: TokenPolicy,
    /// Digests of names and secrets.
    clients: Vec<[[u8; 32]; 2]>,
}

impl Introspector {
    /// An introspector for the clients of the settings.
    #[must_use]
    pub fn new(
        jwt: Arc<JwtService>,
        policy: TokenPolicy,
        settings: &IntrospectionSettings,
    ) -> Self {
        let clients = settings.clients.iter().map(|client| {
            let secret = client.secret.expose_secret();
            [client.id.as_bytes(), secret.as_bytes()].map(digest)
        });
        Self {
            jwt,
            policy,
            clients: clients.collect(),
        }
    }

    /// Whether an `Authorization` header is that of a client: Basic, with name and secret as they are or
    /// encoded as in forms (RFC 6749, section 2.3.1). The time that it takes depends on neither.
    #[must_use]
    pub fn is_client(&self, authorization: &[u8]) -> bool {
        let Some([id, secret]) = pair(authorization) else {
            return false;
        };
        let plain = [&id, &secret].map(|text| digest(text));
        let decoded = [&id, &secret].map(|text| digest(&form_decoded(text)));
        self.has(&[plain, decoded])
    }

    /// Whether name and secret, as the body of a request has them, are those of a client. The time that it takes depends
    /// on neither.
    #[must_use]
    pub fn is_client_with(&self, id: &str, secret: &str) -> bool {
        self.has(&[[id, secret].map(|text| digest(text.as_bytes()))])
    }

    fn has(&self, given: &[[[u8; 32]; 2]]) -> bool {
        let mut found = Choice::from(0);
        for [id, secret] in &self.clients {
            for [given_id, given_secret] in given {
                found |= id.ct_eq(given_id) & secret.ct_eq(given_secret);
            }
        }
        found.into()
    }

    /// The word in front of tokens of a scheme.
    #[must_use]
    pub fn word(&self, scheme: Scheme) -> &str {
        match scheme {
            Scheme::Bearer => self.jwt.header_word(),
            other => other.as_str(),
        }
    }

    /// The access token or opaque token, if it would be taken at this moment. Refresh tokens give no
    /// access. A bound opaque token is good from one address alone, and so not for others to judge.
    pub fn introspect(&self, token: &str, now: DateTime<Utc>) -> Progress<Option<Introspected>> {
        let policy = self.policy;
        let key = token.to_owned();
        self.jwt
            .introspect(token, now)
            .then(move |active| match active {
                Some(active) if active.kind != TokenType::Refresh => {
                    Progress::Done(Some(active.into()))
                }
                Some(_) => Progress::Done(None),
                None => {
                    let holder = TokenKey::holder(&key, ProfileDepth::Account);
                    holder.then(move |holder| {
                        Progress::Done(holder.and_then(|holder| opaque(holder, policy, now)))
                    })
                }
            })
    }
}

fn opaque(
    holder: TokenWithProfile,
    policy: TokenPolicy,
    now: DateTime<Utc>,
) -> Option<Introspected> {
    let (user, token) = (*holder.profile.user, holder.token);
    let is_bound = policy.check_binding && token.binding.is_some();
    let may_act = user.is_active && user.deleted_at.is_none();
    let is_good = may_act && !is_bound && !token.is_expired(now);
    is_good.then(|| Introspected {
        expires_at: token.expires_at.map(|at| at.timestamp()),
        ..Introspected::new(user, Scheme::Token)
    })
}

impl Introspected {
    fn new(user: User, scheme: Scheme) -> Self {
        Self {
            user: user.id,
            subject: Some(user.id.to_string()),
            username: user.person.username,
            scheme,
            expires_at: None,
            issued_at: None,
            jti: None,
            audience: None,
            issuer: None,
        }
    }
}

impl From<ActiveToken> for Introspected {
    fn from(token: ActiveToken) -> Self {
        Self {
            expires_at: token.claim("exp").as_ref().and_then(seconds),
            issued_at: token.claim("iat").as_ref().and_then(seconds),
            jti: token.jti().map(str::to_owned),
            audience: token.claim("aud"),
            issuer: token.claim("iss"),
            subject: token.subject().map(str::to_owned),
            ..Self::new(token.user, Scheme::Bearer)
        }
    }
}

/// A numeric date of a token that was judged: whole seconds.
fn seconds(claim: &Value) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "below the year 10000, or the token would be refused"
    )]
    let seconds = claim.as_f64()?.trunc() as i64;
    Some(seconds)
}

fn digest(text: &[u8]) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// Name and secret of Basic credentials.
fn pair(authorization: &[u8]) -> Option<[Vec<u8>; 2]> {
    let words = header::split(authorization)?;
    let Credentials::One(encoded) = words.credentials else {
        return None;
    };
    if !words.scheme.eq_ignore_ascii_case(b"Basic") {
        return None;
    }
    let bytes = STANDARD.decode(encoded).ok()?;
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    let (id, rest) = bytes.split_at_checked(colon)?;
    Some([id.to_vec(), rest.get(1..)?.to_vec()])
}

fn form_decoded(text: &[u8]) -> Vec<u8> {
    let blanks = text.iter().map(|byte| match byte {
        b'+' => b' ',
        other => *other,
    });
    percent_decode(&blanks.collect::<Vec<_>>()).collect()
}
