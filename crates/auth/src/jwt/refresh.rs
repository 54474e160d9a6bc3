//! The token endpoints of simplejwt: obtain, refresh, verify, blacklist (contract `drf.md`, section 5).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use profiled_domain::{
    Holder, HolderQuery, PasswordHash, ProfileDepth, RefreshTokenState, RepositoryError, User,
    UserId, UserLookup,
};
use serde_json::Value;

use super::claims::Claims;
use super::id::storable;
use super::key_ring::NoSigningKey;
use super::mint::{TokenPair, TokenUser};
use super::token_kind::TokenType;
use super::verifier::{JwtService, Signed};
use crate::audit::{AuditOutcome, Reason};
use crate::error::{AuthError, JwtFault};
use crate::progress::Progress;
use crate::settings::UserField;

/// Makes tokens for a user.
type Mint<T> = fn(&JwtService, TokenUser<'_>, DateTime<Utc>) -> Result<T, NoSigningKey>;

/// What a refresh gives.
#[derive(Clone, PartialEq, Eq)]
pub struct Refreshed {
    /// Goes with requests.
    pub access: String,
    /// Takes the place of the one that was sent in, where they are rotated.
    pub refresh: Option<String>,
}

/// Why no token is given.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The token itself is not good.
    #[error("bad refresh token: {0}")]
    Token(#[from] JwtFault),
    /// Its user is gone, or may not log in.
    #[error("no active account for the token")]
    NoActiveAccount,
    /// Its user has another password by now: access tokens that it gave would be refused.
    #[error("the password has changed since the token was made")]
    PasswordChanged,
    /// The attribute of `auth.jwt.user_id_field`, which is told, does not find the user.
    #[error(
        "the user has no {0} of their own, by which tokens name users (auth.jwt.user_id_field)"
    )]
    NoName(&'static str),
    /// A sliding token without the claim that is named, which tells until when it can be exchanged.
    #[error("no {0} claim")]
    NoRefreshEnd(String),
    /// A sliding token cannot be exchanged any more: the instant in this claim is past.
    #[error("the instant of {0} is past")]
    RefreshEnded(String),
    /// There is nothing to sign the new tokens with.
    #[error(transparent)]
    NoSigningKey(#[from] NoSigningKey),
    /// The storage could not do what had to be written.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl From<&RefreshError> for AuditOutcome {
    fn from(error: &RefreshError) -> Self {
        match error {
            RefreshError::Token(fault) => Self::Refused((*fault).into()),
            RefreshError::NoActiveAccount => Self::Refused(Reason::Inactive),
            RefreshError::NoName(_) => Self::Refused(Reason::Invalid),
            RefreshError::PasswordChanged => Self::Refused(Reason::Revoked),
            RefreshError::NoRefreshEnd(_) => Self::Refused(Reason::BadToken),
            RefreshError::RefreshEnded(_) => Self::Refused(Reason::Expired),
            RefreshError::NoSigningKey(_) => Self::Failed,
            RefreshError::Repository(error) => error.into(),
        }
    }
}

/// Why a token does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The token itself is not good.
    #[error("bad token: {0}")]
    Token(#[from] JwtFault),
    /// It is good, and blacklisted.
    #[error("blacklisted")]
    Blacklisted,
}

impl JwtService {
    /// Tokens for a user who has just logged in, as the log-in has read it: what has ended the user's
    /// credentials since has ended these tokens, too. With `auth.jwt.update_last_login`, the log-in is
    /// recorded. Ends in [`RefreshError`] but for [`RefreshError::Token`].
    pub fn obtain(
        self: &Arc<Self>,
        user: &User,
        now: DateTime<Utc>,
    ) -> Progress<Result<TokenPair, RefreshError>> {
        self.obtained(user, now, Self::mint_pair)
    }

    /// What `mint` makes for a user who has just logged in.
    pub(super) fn obtained<T: Send + 'static>(
        self: &Arc<Self>,
        user: &User,
        now: DateTime<Utc>,
        mint: Mint<T>,
    ) -> Progress<Result<T, RefreshError>> {
        let (service, user) = (Arc::clone(self), user.clone());
        let name = self.claim_name(&user);
        name.and_then(move |name| service.named_pair(&user, name, now, mint))
    }

    /// Exchanges a refresh token for an access token and, where they are rotated, for the next refresh
    /// token. Claims that are not known here are handed on as they are. Ends in [`RefreshError`]: the first fault in
    /// simplejwt's order, then the user's.
    pub fn refresh(
        self: &Arc<Self>,
        token: &str,
        now: DateTime<Utc>,
    ) -> Progress<Result<Refreshed, RefreshError>> {
        let service = Arc::clone(self);
        self.claim_refresh(token, now).and_then(move |signed| {
            let user = service.refreshing_user(&signed, TokenType::Refresh, now);
            user.and_then(move |user| service.exchange(&signed.claims, user.as_ref(), now))
        })
    }

    /// Judges a token of any type by itself: its user is not asked (`decisions.md` 18). Ends in [`VerifyError`];
    /// blacklisted ones are refused only with `blacklist_after_rotation`, as simplejwt does. Nothing is written.
    pub fn verify_any(
        self: &Arc<Self>,
        token: &str,
        now: DateTime<Utc>,
    ) -> Progress<Result<(), VerifyError>> {
        let read = self.claim_signed(token.as_bytes(), now, |service, signed| {
            let signed = signed?;
            if signed.is_foreign() {
                return Ok(None);
            }
            service.check_required(&signed.claims)?;
            let options = &service.options;
            let has_ids = !options.jti_claim.is_empty();
            let is_asked = options.blacklists_rotated && options.has_blacklist && has_ids;
            Ok(is_asked.then(|| service.stored_id(&signed.claims)))
        });
        read.and_then(|id| match id {
            None => Progress::Done(Ok(())),
            Some(id) => Progress::refresh_state(id, |state| {
                let is_blacklisted = state.is_some_and(|state| state.is_blacklisted);
                Progress::Done(if is_blacklisted {
                    Err(VerifyError::Blacklisted)
                } else {
                    Ok(())
                })
            }),
        })
    }

    /// Blacklists a refresh token. Its access tokens live on, and its user is not asked. Ends in
    /// [`RefreshError::Token`]: one that is blacklisted already is [`JwtFault::Blacklisted`].
    pub fn blacklist(
        self: &Arc<Self>,
        token: &str,
        now: DateTime<Utc>,
    ) -> Progress<Result<(), RefreshError>> {
        let service = Arc::clone(self);
        self.claim_refresh(token, now).and_then(move |signed| {
            let token = service.remembered(&signed.claims);
            Progress::write(move |repository| {
                if repository.blacklist_refresh_token(&token, now)? {
                    Ok(())
                } else {
                    Err(JwtFault::Blacklisted.into())
                }
            })
        })
    }

    fn named_pair<T: Send + 'static>(
        self: Arc<Self>,
        user: &User,
        name: Option<String>,
        now: DateTime<Utc>,
        mint: Mint<T>,
    ) -> Progress<Result<T, RefreshError>> {
        if !self.options.checks_revoke {
            let password = PasswordHash::from_encoded("");
            let name = name.as_deref();
            let subject = TokenUser::new(user, &password);
            let pair = mint(&self, TokenUser { name, ..subject }, now);
            return self.log_in(user.id, pair, now);
        }
        let (id, epoch) = (user.id, user.credentials.number);
        // The log-in may have replaced the stored hash.
        let query = HolderQuery::Account(UserLookup::Id(id));
        Progress::find(query, ProfileDepth::Account, move |found| {
            let Some((profile, password)) = found.and_then(Holder::into_account) else {
                return Progress::Done(Err(RefreshError::NoActiveAccount));
            };
            let subject = TokenUser {
                epoch,
                name: name.as_deref(),
                ..TokenUser::new(&profile.user, &password)
            };
            let pair = mint(&self, subject, now);
            self.log_in(id, pair, now)
        })
    }

    /// Records a log-in, if that is set.
    fn log_in<T: Send + 'static>(
        &self,
        user: UserId,
        pair: Result<T, NoSigningKey>,
        now: DateTime<Utc>,
    ) -> Progress<Result<T, RefreshError>> {
        match pair {
            Ok(pair) if self.options.updates_last_login => Progress::write(move |repository| {
                repository.record_login(user, now)?;
                Ok(pair)
            }),
            pair => Progress::Done(pair.map_err(RefreshError::from)),
        }
    }

    /// A token of ours. With the blacklist, its id comes before all other claims, as in simplejwt.
    pub(super) fn claim_own(
        self: &Arc<Self>,
        token: &str,
        now: DateTime<Utc>,
    ) -> Progress<Result<Signed, RefreshError>> {
        self.claim_signed(token.as_bytes(), now, |service, signed| {
            let signed = signed?;
            if signed.is_foreign() {
                return Err(JwtFault::Invalid.into());
            }
            if service.options.has_blacklist {
                service.check_id(&signed.claims)?;
            }
            Ok(signed)
        })
    }

    /// A refresh token of ours that is not blacklisted.
    fn claim_refresh(
        self: &Arc<Self>,
        token: &str,
        now: DateTime<Utc>,
    ) -> Progress<Result<Signed, RefreshError>> {
        let service = Arc::clone(self);
        self.claim_own(token, now).and_then(move |signed| {
            if !service.options.has_blacklist {
                return Progress::Done(service.check_refresh(signed));
            }
            let id = service.stored_id(&signed.claims);
            Progress::refresh_state(id.clone(), move |state| {
                let state = service.check_state(id, state.unwrap_or_default(), now);
                state.and_then(move |()| Progress::Done(service.check_refresh(signed)))
            })
        })
    }

    fn check_refresh(&self, signed: Signed) -> Result<Signed, RefreshError> {
        self.check_class(&signed.claims, TokenType::Refresh)?;
        Ok(signed)
    }

    /// A rotated token that comes again is in two hands, so its whole family ends.
    fn check_state(
        &self,
        id: String,
        state: RefreshTokenState,
        now: DateTime<Utc>,
    ) -> Progress<Result<(), RefreshError>> {
        if self.options.rotates && state.is_reuse(now, self.options.rotation_grace) {
            return Progress::write(move |repository| {
                repository.revoke_family(&id, now)?;
                Err(JwtFault::Blacklisted.into())
            });
        }
        Progress::Done(if state.is_blacklisted {
            Err(JwtFault::Blacklisted.into())
        } else {
            Ok(())
        })
    }

    /// The user of a token that is exchanged, whose tokens would be taken (`decisions.md` 27); none where the token names
    /// none, or as good as none.
    pub(super) fn refreshing_user(
        &self,
        signed: &Signed,
        kind: TokenType,
        now: DateTime<Utc>,
    ) -> Progress<Result<Option<User>, RefreshError>> {
        let is_named = match signed.claims.get(&self.options.user_id_claim) {
            None => false,
            Some(Value::String(text)) => !text.is_empty(),
            // A primary key may be 0.
            Some(Value::Number(number)) => {
                number.as_i64() != Some(0) || self.options.user_id_field == UserField::ExternalId
            }
            Some(_) => true,
        };
        if !is_named {
            return Progress::Done(Ok(None));
        }
        let token = match self.access_token(signed, kind) {
            Ok(token) => token,
            Err(fault) => return Progress::Done(Err(fault.into())),
        };
        token.holder(ProfileDepth::Account, now, |holder| match holder {
            Ok(profile) => Ok(Some(*profile.user)),
            Err(AuthError::PasswordChanged) => Err(RefreshError::PasswordChanged),
            Err(AuthError::Jwt(fault)) => Err(fault.into()),
            Err(_) => Err(RefreshError::NoActiveAccount),
        })
    }

    pub(super) fn stored_id(&self, claims: &Claims) -> String {
        storable(claims.text(&self.options.jti_claim).unwrap_or_default())
    }
}
