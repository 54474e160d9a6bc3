//! Verification of tokens as simplejwt does it (contract `drf.md`, sections 4, 5).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::JwkSet;
use profiled_domain::UserId;

use super::access_token::AccessToken;
use super::checks::{Rules, UserClaim, instant};
use super::claims::{Claims, Parts};
use super::id::storable;
use super::issuers::{ForeignUser, Issuers, Judged, Verdict};
use super::key_ring::{KeyRing, NoSigningKey};
use super::key_set::NamedKey;
use super::options::Options;
use super::token_header::TokenHeader;
use super::token_kind::TokenType;
use crate::error::{AuthError, JwtFault};
use crate::progress::{KeyWait, Progress};
use crate::settings::JwtSettings;

/// Verifies JSON Web Tokens and mints them, after the settings of `auth.jwt`.
pub struct JwtService {
    pub(super) keys: Arc<KeyRing>,
    pub(super) rules: Rules,
    pub(super) options: Options,
    header: TokenHeader,
    issuers: Issuers,
}

/// Longest time that public keys may be cached, in seconds: a key that leaked is to be forgotten.
const LONGEST_CACHED: u32 = 300;

/// Claims under a good signature.
pub(super) struct Signed {
    pub(super) claims: Claims,
    /// The key that made it; none of a foreign issuer, or of `auth.jwt.jwk_url`.
    pub(super) key: Option<Arc<NamedKey>>,
    /// Whom a token of a foreign issuer names.
    foreign: Option<ForeignUser>,
}

impl Signed {
    pub(super) fn is_foreign(&self) -> bool {
        self.foreign.is_some()
    }

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
        Self {
            keys,
            rules: Rules::new(settings.leeway, &settings.issuer, settings.audience.names()),
            options: Options::new(settings),
            header: TokenHeader::new(settings),
            issuers,
        }
    }

    /// The public keys for `/.well-known/jwks.json` (RFC 7517, section 5).
    #[must_use]
    pub fn jwks(&self, now: DateTime<Utc>) -> JwkSet {
        self.keys.jwks(now)
    }

    /// Whether tokens are made here, and not only taken.
    #[must_use]
    pub fn mints(&self) -> bool {
        !self.options.is_read_only
    }

    /// The header that tokens come in.
    #[must_use]
    pub fn header_name(&self) -> &str {
        self.header.name()
    }

    /// The word in front of tokens, the first one where there are several.
    #[must_use]
    pub fn header_word(&self) -> &str {
        self.header.word()
    }

    pub(crate) fn header(&self) -> &TokenHeader {
        &self.header
    }

    /// The key that signs at this moment, where tokens are made.
    pub(super) fn signing_key(&self, now: DateTime<Utc>) -> Result<Arc<NamedKey>, NoSigningKey> {
        if self.mints() {
            self.keys.signing(now)
        } else {
            Err(NoSigningKey)
        }
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

    /// Judges a token that goes with a request, in steps: keys that are missing are a step of their own, and so is the
    /// blacklist of sliding tokens.
    pub(crate) fn claim_access(
        self: &Arc<Self>,
        token: &[u8],
        now: DateTime<Utc>,
    ) -> Progress<Result<AccessToken, AuthError>> {
        if self.takes_access_only() {
            return self.claim_signed(token, now, |service, signed| {
                let token =
                    signed.and_then(|signed| service.access_token(&signed, TokenType::Access));
                token.map_err(AuthError::Jwt)
            });
        }
        let service = Arc::clone(self);
        let signed = self.claim_signed(token, now, |_, signed| signed);
        signed.then(move |signed| match signed {
            Ok(signed) => service.first_class(signed),
            Err(fault) => Progress::Done(Err(service.refusal(fault, None))),
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
        if signed.foreign.is_none() {
            self.check_class(&signed.claims, kind)?;
        }
        self.user_of(signed, kind)
    }

    /// What a token that is complete says of its user.
    pub(super) fn user_of(
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
        let signed = match self.by_remote_keys(&parts, now) {
            Some(Verdict::Wait(fetch)) => return Ok(Judged::After(fetch)),
            Some(verdict) => signed_elsewhere(&verdict, &parts)?,
            None => self.signed_here(&parts, now)?,
        };
        self.rules.check(&signed.claims, now)?;
        Ok(Judged::Done(signed))
    }

    /// What the keys of `auth.jwt.jwk_url` say of a token, which has to name one of them; `None` where that is not set.
    fn by_remote_keys(&self, parts: &Parts<'_>, now: DateTime<Utc>) -> Option<Verdict> {
        let keys = self.issuers.own()?;
        let algorithm = parts.header.algorithm();
        let named = algorithm.filter(|_| parts.header.kid().is_some());
        let verdict = named.map(|algorithm| keys.verify(algorithm, parts, now));
        Some(verdict.unwrap_or(Verdict::Bad(JwtFault::UnknownKey)))
    }

    /// Claims under a signature of ours.
    pub(super) fn own(&self, parts: &Parts<'_>, now: DateTime<Utc>) -> Result<Signed, JwtFault> {
        match self.by_remote_keys(parts, now) {
            Some(verdict) => signed_elsewhere(&verdict, parts),
            None => self.signed_here(parts, now),
        }
    }

    /// The same, by the keys of this service.
    fn signed_here(&self, parts: &Parts<'_>, now: DateTime<Utc>) -> Result<Signed, JwtFault> {
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

    /// What a token of a type has to have, whatever it says of its user.
    pub(super) fn check_class(&self, claims: &Claims, kind: TokenType) -> Result<(), JwtFault> {
        self.check_required(claims)?;
        self.check_type(claims, kind)
    }

    /// `exp`, then the id.
    pub(super) fn check_required(&self, claims: &Claims) -> Result<(), JwtFault> {
        if !claims.has("exp") {
            return Err(JwtFault::NoExpiry);
        }
        self.check_id(claims)
    }

    pub(super) fn check_id(&self, claims: &Claims) -> Result<(), JwtFault> {
        if self.options.jti_claim.is_empty() {
            return Ok(());
        }
        match claims.get(&self.options.jti_claim) {
            None => Err(JwtFault::NoId),
            Some(id) if !id.is_string() => Err(JwtFault::Invalid),
            Some(_) => Ok(()),
        }
    }

    fn check_type(&self, claims: &Claims, wanted: TokenType) -> Result<(), JwtFault> {
        let name = &self.options.token_type_claim;
        if name.is_empty() {
            return check_usual_type(claims, wanted);
        }
        match claims.get(name) {
            None => Err(JwtFault::NoType),
            Some(kind) if kind != wanted.as_str() => Err(JwtFault::WrongType),
            Some(_) => Ok(()),
        }
    }
}

/// Claims under a signature that the keys of `auth.jwt.jwk_url` have judged.
fn signed_elsewhere(verdict: &Verdict, parts: &Parts<'_>) -> Result<Signed, JwtFault> {
    match verdict {
        Verdict::Good => Ok(Signed {
            claims: Claims::decode(parts.payload).ok_or(JwtFault::Malformed)?,
            key: None,
            foreign: None,
        }),
        Verdict::Bad(fault) => Err(*fault),
        Verdict::Wait(_) => Err(JwtFault::UnknownKey),
    }
}

/// Tokens need not say what they are, and may say what their makers mean by it, but one that says it is of another type of
/// simplejwt is: a refresh token is not let in.
fn check_usual_type(claims: &Claims, wanted: TokenType) -> Result<(), JwtFault> {
    let said = claims.get("token_type");
    let said = said.as_ref().and_then(serde_json::Value::as_str);
    let said = said.map(|said| said.to_ascii_lowercase().replace('-', "_"));
    let others = [TokenType::Access, TokenType::Refresh, TokenType::Sliding];
    let is_other = |said: &str| {
        let others = others.iter().filter(|other| **other != wanted);
        others
            .map(|other| other.as_str())
            .any(|other| said == other || said == format!("{other}_token"))
    };
    if said.as_deref().is_some_and(is_other) {
        return Err(JwtFault::WrongType);
    }
    Ok(())
}

/// The second in which a token was made, if it has one.
fn made_at(claims: &Claims) -> Option<f64> {
    claims.get("iat").and_then(|claim| instant(&claim).ok())
}
