//! New tokens, with simplejwt's claims in its order (contract `drf.md`, section 5).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use profiled_domain::{PasswordHash, User, UserId};
use serde::Serialize;
use serde_json::Value;

use super::algorithm::Algorithm;
use super::claims::Claims;
use super::id::random_id;
use super::key_ring::NoSigningKey;
use super::key_set::NamedKey;
use super::token_kind::TokenType;
use super::verifier::JwtService;
use crate::password::token_digest;

/// Whom a token is for. It has no `Debug`: it holds the stored password.
#[derive(Clone, Copy)]
pub struct TokenUser<'a> {
    /// The user.
    pub id: UserId,
    /// The epoch of the user's credentials: tokens count as long as it lasts.
    pub epoch: i64,
    /// The stored password, of which tokens carry a digest under `auth.jwt.check_revoke_token`.
    pub password: &'a PasswordHash,
    /// The digest in its place: [`CredentialsEpoch::password_digest`](profiled_domain::CredentialsEpoch).
    pub password_digest: Option<&'a str>,
    /// What the claim of the user says, where that is not the id: [`JwtService::name_of`].
    pub name: Option<&'a str>,
    /// Of whom the claims of `auth.jwt.claims` tell. Without a user there are none.
    pub user: Option<&'a User>,
}

impl<'a> TokenUser<'a> {
    /// A user as it was read, with its stored password. The claim of the user says the id.
    #[must_use]
    pub fn new(user: &'a User, password: &'a PasswordHash) -> Self {
        Self {
            id: user.id,
            epoch: user.credentials.number,
            password,
            password_digest: user.credentials.password_digest.as_deref(),
            name: None,
            user: Some(user),
        }
    }

    fn digest(&self) -> String {
        let known = self.password_digest.map(str::to_owned);
        known.unwrap_or_else(|| token_digest(self.password))
    }
}

/// What a log-in gives.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenPair {
    /// Gives new access tokens.
    pub refresh: String,
    /// Goes with requests.
    pub access: String,
}

/// What a token for requests has beside what the settings say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenWishes {
    /// How long it lives, in place of the setting.
    pub lifetime: Option<Duration>,
    /// Further claims. Those that [`JwtService::sets_claim`] names do not get there.
    pub claims: Vec<(String, Value)>,
}

/// Claims that other readers of tokens give a meaning (RFC 7519, section 4.1).
const REGISTERED_CLAIMS: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// Header of a minted token. Tokens of a configured secret name no key, as those of simplejwt.
#[derive(Serialize)]
struct Header<'a> {
    alg: Algorithm,
    typ: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

/// Claims that a token does not hand on: each has its own.
const OWN_CLAIMS: [&str; 3] = ["exp", "jti", "iat"];

impl JwtService {
    /// A refresh token and an access token for a user.
    ///
    /// The claim of the user is text. The access token lives from the moment at which the refresh token was made.
    ///
    /// # Errors
    /// [`NoSigningKey`] if there is none.
    pub fn mint_pair(
        &self,
        subject: TokenUser<'_>,
        now: DateTime<Utc>,
    ) -> Result<TokenPair, NoSigningKey> {
        let key = self.signing_key(now)?;
        let refresh = self.new_claims(&key, TokenType::Refresh, subject, now);
        let holder = Some((subject.id, subject.epoch));
        let access = self.access_claims(&key, &refresh, holder, now);
        Ok(TokenPair {
            refresh: self.encode(&key, refresh)?,
            access: self.encode(&key, access)?,
        })
    }

    /// A token for requests of a user, of the first type that is taken (`auth.jwt.token_classes`).
    ///
    /// # Errors
    /// [`NoSigningKey`] if there is none.
    pub fn mint_for_requests(
        &self,
        subject: TokenUser<'_>,
        wishes: &TokenWishes,
        now: DateTime<Utc>,
    ) -> Result<String, NoSigningKey> {
        let key = self.signing_key(now)?;
        let mut claims = match self.options.token_classes.first() {
            Some(TokenType::Sliding) => self.new_claims(&key, TokenType::Sliding, subject, now),
            _ => self.new_access_claims(&key, subject, now),
        };
        if let Some(lifetime) = wishes.lifetime {
            claims.set("exp", (now + lifetime).timestamp());
        }
        for (name, value) in &wishes.claims {
            if !self.sets_claim(name) {
                claims.set(name, value);
            }
        }
        self.encode(&key, claims)
    }

    /// Whether a claim has a meaning of its own, or is one of the settings.
    #[must_use]
    pub fn sets_claim(&self, name: &str) -> bool {
        let options = &self.options;
        let own = [
            &options.token_type_claim,
            &options.jti_claim,
            &options.user_id_claim,
            &options.revoke_token_claim,
            &options.sliding_refresh_exp_claim,
        ];
        let mut custom = options.custom_claims.iter();
        REGISTERED_CLAIMS.contains(&name)
            || own.iter().any(|own| *own == name)
            || custom.any(|claim| claim.name() == name)
    }

    /// An access token for a user.
    ///
    /// # Errors
    /// [`NoSigningKey`] if there is none.
    pub fn mint_access(
        &self,
        subject: TokenUser<'_>,
        now: DateTime<Utc>,
    ) -> Result<String, NoSigningKey> {
        let key = self.signing_key(now)?;
        self.encode(&key, self.new_access_claims(&key, subject, now))
    }

    fn new_access_claims(
        &self,
        key: &NamedKey,
        subject: TokenUser<'_>,
        now: DateTime<Utc>,
    ) -> Claims {
        let refresh = self.new_claims(key, TokenType::Refresh, subject, now);
        let holder = Some((subject.id, subject.epoch));
        self.access_claims(key, &refresh, holder, now)
    }

    /// The claims of a token that is made of no other.
    pub(super) fn new_claims(
        &self,
        key: &NamedKey,
        kind: TokenType,
        subject: TokenUser<'_>,
        now: DateTime<Utc>,
    ) -> Claims {
        let options = &self.options;
        let mut claims = Claims::default();
        claims.set(&options.token_type_claim, kind.as_str());
        claims.set("exp", (now + options.lifetime(kind)).timestamp());
        claims.set("iat", now.timestamp());
        let holder = Some((subject.id, subject.epoch));
        claims.set(&options.jti_claim, new_id(key, holder));
        if kind == TokenType::Sliding {
            let end = now + options.sliding_refresh_lifetime;
            claims.set(&options.sliding_refresh_exp_claim, end.timestamp());
        }
        match subject.name {
            Some(name) => claims.set(&options.user_id_claim, name),
            None => claims.set(&options.user_id_claim, subject.id.to_string()),
        }
        if options.checks_revoke {
            claims.set(&options.revoke_token_claim, subject.digest());
        }
        if let Some(user) = subject.user {
            for claim in &options.custom_claims {
                claims.set(claim.name(), claim.value(user));
            }
        }
        claims
    }

    /// The claims of an access token out of those of a refresh token: what is not known here is handed
    /// on as it is. `holder` is the user with the present epoch, if the token names one.
    pub(super) fn access_claims(
        &self,
        key: &NamedKey,
        refresh: &Claims,
        holder: Option<(UserId, i64)>,
        now: DateTime<Utc>,
    ) -> Claims {
        let options = &self.options;
        let mut claims = Claims::default();
        claims.set(&options.token_type_claim, TokenType::Access.as_str());
        claims.set("exp", (now + options.access_lifetime).timestamp());
        claims.set("iat", now.timestamp());
        claims.set(&options.jti_claim, new_id(key, holder));
        for (name, value) in refresh.iter() {
            let is_own = OWN_CLAIMS.contains(&name)
                || name == options.token_type_claim
                || name == options.jti_claim;
            if !is_own {
                claims.put(name.to_owned(), value.to_owned());
            }
        }
        claims
    }

    /// The next refresh token of a family: another id and other times, and everything else as it was.
    pub(super) fn rotated_claims(
        &self,
        key: &NamedKey,
        refresh: &Claims,
        holder: Option<(UserId, i64)>,
        now: DateTime<Utc>,
    ) -> Claims {
        let mut claims = refresh.clone();
        claims.set(&self.options.jti_claim, new_id(key, holder));
        claims.set("exp", (now + self.options.refresh_lifetime).timestamp());
        claims.set("iat", now.timestamp());
        claims
    }

    /// Signs claims; audience and issuer are those of the settings.
    pub(super) fn encode(
        &self,
        key: &NamedKey,
        mut claims: Claims,
    ) -> Result<String, NoSigningKey> {
        if !self.options.audience.names().is_empty() {
            claims.set("aud", &self.options.audience);
        }
        if let Some(issuer) = &self.rules.issuer {
            claims.set("iss", issuer);
        }
        let signing = key.signing().ok_or(NoSigningKey)?;
        let header = Header {
            alg: signing.algorithm(),
            typ: "JWT",
            kid: key.kid.as_deref(),
        };
        let signed = format!("{}.{}", segment(&header), segment(&claims));
        let signature = signing.sign(signed.as_bytes()).ok_or(NoSigningKey)?;
        Ok(format!("{signed}.{signature}"))
    }
}

/// An id that holds the user's epoch; a token that names no user has none to hold.
pub(super) fn new_id(key: &NamedKey, holder: Option<(UserId, i64)>) -> String {
    match (key.epochs(), holder) {
        (Some(epochs), Some((user, epoch))) => epochs.new_id(user, epoch),
        _ => random_id(),
    }
}

fn segment<T: Serialize>(part: &T) -> String {
    // Texts and numbers: serialisation cannot fail.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap_or_default())
}
