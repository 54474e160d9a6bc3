//! Verification of tokens as simplejwt does it (contract `drf.md`, sections 4, 5).

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::jwk::JwkSet;
use profiled_domain::UserId;

use super::access_token::AccessToken;
use super::checks::{Rules, UserClaim, instant};
use super::claims::{Claims, Parts};
use super::id::storable;
use super::issuers::{ForeignUser, Issuers, Judged};
use super::key_ring::KeyRing;
use super::key_set::NamedKey;
use super::token_kind::TokenType;
use crate::error::JwtFault;
use crate::progress::{KeyWait, Progress};
use crate::settings::{JwtSettings, UserField};

/// Verifies JSON Web Tokens and mints them, after the settings of `auth.jwt`.
pub struct JwtService {
    pub(super) keys: Arc<KeyRing>,
    pub(super) rules: Rules,
    pub(super) options: Options,
    issuers: Issuers,
}

/// Longest time that public keys may be cached, in seconds: a key that leaked is to be forgotten.
const LONGEST_CACHED: u32 = 300;

/// Settings of simplejwt, as far as they are asked for at run time.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each setting of simplejwt"
)]
pub(super) struct Options {
    pub(super) access_lifetime: Duration,
    pub(super) refresh_lifetime: Duration,
    pub(super) leeway: Duration,
    pub(super) rotates: bool,
    pub(super) blacklists_rotated: bool,
    pub(super) rotation_grace: Duration,
    pub(super) has_blacklist: bool,
    pub(super) checks_revoke: bool,
    pub(super) updates_last_login: bool,
    keys_lead_time: u32,
    pub(super) max_token_bytes: u32,
    pub(super) user_id_field: UserField,
    pub(super) user_id_claim: String,
    pub(super) token_type_claim: String,
    pub(super) jti_claim: String,
    pub(super) revoke_token_claim: String,
}

impl Options {
    fn new(settings: &JwtSettings) -> Self {
        let seconds = |seconds: u32| Duration::seconds(i64::from(seconds));
        Self {
            access_lifetime: seconds(settings.access_lifetime),
            refresh_lifetime: seconds(settings.refresh_lifetime),
            leeway: seconds(settings.leeway),
            rotates: settings.rotate_refresh_tokens,
            blacklists_rotated: settings.blacklist_after_rotation,
            rotation_grace: seconds(settings.rotation_grace),
            has_blacklist: settings.blacklist,
            checks_revoke: settings.check_revoke_token,
            updates_last_login: settings.update_last_login,
            keys_lead_time: settings.keys_lead_time,
            max_token_bytes: settings.max_token_bytes,
            user_id_field: settings.user_id_field,
            user_id_claim: settings.user_id_claim.clone(),
            token_type_claim: settings.token_type_claim.clone(),
            jti_claim: settings.jti_claim.clone(),
            revoke_token_claim: settings.revoke_token_claim.clone(),
        }
    }
}

/// Claims under a good signature.
pub(super) struct Signed {
    pub(super) claims: Claims,
    /// The key that made it; none of a foreign issuer.
    pub(super) key: Option<Arc<NamedKey>>,
    /// Whom a token of a foreign issuer names.
    foreign: Option<ForeignUser>,
}

impl Signed {
    /// `sub` as other services hear it.
    pub(super) fn subject(&self, user: UserId) -> Option<String> {
        match self.foreign {
            Some(_) => self.claims.text("sub"),
            None => Some(user.to_string()),
        }
    }
}

impl JwtService {
    /// A verifier with the settings of `auth.jwt` and its keys.
    #[must_use]
    pub fn new(settings: &JwtSettings, keys: impl Into<KeyRing>) -> Self {
        Self::with_issuers(settings, Arc::new(keys.into()), Issuers::default())
    }

    /// A verifier that takes the tokens of foreign issuers, too.
    #[must_use]
    pub fn with_issuers(settings: &JwtSettings, keys: Arc<KeyRing>, issuers: Issuers) -> Self {
        let audience = Some(settings.audience.clone());
        let audiences: Vec<_> = audience.filter(|own| !own.is_empty()).into_iter().collect();
        Self {
            keys,
            rules: Rules::new(settings.leeway, &settings.issuer, &audiences),
            options: Options::new(settings),
            issuers,
        }
    }

    /// The public keys for `/.well-known/jwks.json` (RFC 7517, section 5).
    #[must_use]
    pub fn jwks(&self, now: DateTime<Utc>) -> JwkSet {
        self.keys.jwks(now)
    }

    /// Whether refresh tokens can be blacklisted (`auth.jwt.blacklist`).
    #[must_use]
    pub fn has_blacklist(&self) -> bool {
        self.options.has_blacklist
    }

    /// Seconds that the public keys may be cached: whoever does so knows a new key before it signs.
    #[must_use]
    pub fn jwks_max_age(&self) -> u32 {
        (self.options.keys_lead_time / 2).min(LONGEST_CACHED)
    }

    /// The user that an access token names at this moment. Whether the user stands by it is not asked.
    ///
    /// # Errors
    /// As [`Self::verify_access`].
    pub fn verify(&self, token: &[u8], now: DateTime<Utc>) -> Result<UserClaim, JwtFault> {
        self.verify_access(token, now).map(|token| token.user)
    }

    /// Judges an access token, of ours or of a foreign issuer.
    ///
    /// # Errors
    /// [`JwtFault`]: the first that contract `drf.md`, section 4, lists.
    pub fn verify_access(&self, token: &[u8], now: DateTime<Utc>) -> Result<AccessToken, JwtFault> {
        let signed = self.signed(token, now)?;
        self.access_token(&signed, TokenType::Access)
    }

    /// Judges an access token in steps: keys of a foreign issuer that are missing are a step of their own.
    pub(crate) fn claim_access(
        self: &Arc<Self>,
        token: &[u8],
        now: DateTime<Utc>,
    ) -> Progress<Result<AccessToken, JwtFault>> {
        self.claim_signed(token, now, |service, signed| {
            service.access_token(&signed?, TokenType::Access)
        })
    }

    /// Judges header, signature, times, issuer and audience in steps, and hands the claims on.
    pub(super) fn claim_signed<T: 'static>(
        self: &Arc<Self>,
        token: &[u8],
        now: DateTime<Utc>,
        next: impl FnOnce(&Self, Result<Signed, JwtFault>) -> T + Send + 'static,
    ) -> Progress<T> {
        match self.judge(token, now) {
            Ok(Judged::After(fetch)) => {
                let (service, token) = (Arc::clone(self), token.to_vec());
                let again = move || service.claim_signed(&token, now, next);
                Progress::Wait(KeyWait::new(fetch, again))
            }
            Ok(Judged::Done(signed)) => Progress::Done(next(self, Ok(signed))),
            Err(fault) => Progress::Done(next(self, Err(fault))),
        }
    }

    /// What a signed token says of its user, if it is complete and of this type.
    pub(super) fn access_token(
        &self,
        signed: &Signed,
        kind: TokenType,
    ) -> Result<AccessToken, JwtFault> {
        if let Some(foreign) = &signed.foreign {
            return Ok(AccessToken {
                user: foreign.user.clone(),
                subject: foreign.subject.clone(),
                kind: TokenType::Access,
                jti: signed.claims.text("jti").map(storable),
                epochs: None,
                made_at: made_at(&signed.claims),
                needs_password: false,
                fingerprint: None,
            });
        }
        let claims = &signed.claims;
        self.check_required(claims)?;
        self.check_type(claims, kind)?;
        let user = claims.get(&self.options.user_id_claim);
        let user = user.ok_or(JwtFault::NoUser)?;
        let user = UserClaim::read(&user, self.options.user_id_field).ok_or(JwtFault::Invalid)?;
        let epochs = signed.key.as_ref().and_then(|key| key.epochs());
        let revoke_claim = &self.options.revoke_token_claim;
        Ok(AccessToken {
            user,
            subject: None,
            kind,
            jti: claims.text(&self.options.jti_claim).map(storable),
            epochs: epochs.cloned(),
            made_at: made_at(claims),
            needs_password: self.options.checks_revoke,
            fingerprint: claims.text(revoke_claim),
        })
    }

    /// Claims of a token with a good header, signature, times, issuer and audience: under the rules and
    /// keys of the issuer that it names, and of no other.
    fn signed(&self, token: &[u8], now: DateTime<Utc>) -> Result<Signed, JwtFault> {
        loop {
            match self.judge(token, now)? {
                Judged::Done(signed) => return Ok(signed),
                // Not for long: this moment asks for one fetch only.
                Judged::After(fetch) => fetch.block(),
            }
        }
    }

    /// The same, but for keys that are being fetched.
    fn judge(&self, token: &[u8], now: DateTime<Utc>) -> Result<Judged<Signed>, JwtFault> {
        let parts = Parts::split(token, self.options.max_token_bytes)?;
        if let Some((issuer, claims)) = self.issuers.of(&parts) {
            return Ok(match issuer.judge(&parts, &claims, now)? {
                Judged::After(fetch) => Judged::After(fetch),
                Judged::Done(user) => Judged::Done(Signed {
                    claims,
                    key: None,
                    foreign: Some(user),
                }),
            });
        }
        let signed = self.own(&parts, now)?;
        self.rules.check(&signed.claims, now)?;
        Ok(Judged::Done(signed))
    }

    pub(super) fn own(&self, parts: &Parts<'_>, now: DateTime<Utc>) -> Result<Signed, JwtFault> {
        let key = self.keys.verifying(parts.header.kid(), now);
        let key = key.ok_or(JwtFault::UnknownKey)?;
        let verifying = key.verifying();
        // The algorithm is the key's; what the header says can only agree.
        if parts.header.algorithm() != Some(verifying.algorithm()) {
            return Err(JwtFault::Algorithm);
        }
        if !verifying.verifies(parts.signature, parts.signed.as_bytes()) {
            return Err(JwtFault::Signature);
        }
        Ok(Signed {
            claims: Claims::decode(parts.payload).ok_or(JwtFault::Malformed)?,
            key: Some(key),
            foreign: None,
        })
    }

    /// `exp`, then the id.
    pub(super) fn check_required(&self, claims: &Claims) -> Result<(), JwtFault> {
        if !claims.has("exp") {
            return Err(JwtFault::NoExpiry);
        }
        self.check_id(claims)
    }

    pub(super) fn check_id(&self, claims: &Claims) -> Result<(), JwtFault> {
        match claims.get(&self.options.jti_claim) {
            None => Err(JwtFault::NoId),
            Some(id) if !id.is_string() => Err(JwtFault::Invalid),
            Some(_) => Ok(()),
        }
    }

    pub(super) fn check_type(&self, claims: &Claims, wanted: TokenType) -> Result<(), JwtFault> {
        match claims.get(&self.options.token_type_claim) {
            None => Err(JwtFault::NoType),
            Some(kind) if kind != wanted.as_str() => Err(JwtFault::WrongType),
            Some(_) => Ok(()),
        }
    }
}

/// The second in which a token was made, if it has one.
fn made_at(claims: &Claims) -> Option<f64> {
    claims.get("iat").and_then(|claim| instant(&claim).ok())
}
