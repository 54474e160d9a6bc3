//! Whom an access token stands for at this moment.

use chrono::{DateTime, Utc};
use profiled_domain::{
    BindOutcome, CredentialsEpoch, ForeignSubject, Holder, HolderQuery, PasswordHash, ProfileDepth,
    User, UserId, UserLookup, UserProfile,
};

use super::checks::UserClaim;
use super::id::{EpochKey, TokenOrigin};
use super::token_kind::TokenType;
use crate::audit::{Action, Actor, AuditOutcome, Object, Record};
use crate::error::{AuthError, JwtFault};
use crate::password::token_digest;
use crate::progress::{BindRequest, Progress};
use crate::scheme::Scheme;

/// An access token whose signature and claims are good. Whether its user still stands by it is another
/// question.
#[derive(Clone, Debug)]
pub struct AccessToken {
    pub(super) user: UserClaim,
    /// Of an issuer that names users by what they may change: the subject decides, once it is bound.
    pub(super) subject: Option<ForeignSubject>,
    pub(super) kind: TokenType,
    pub(super) jti: Option<String>,
    /// The key that knows the epochs in ids of ours; none for tokens of a foreign issuer.
    pub(super) epochs: Option<EpochKey>,
    /// The second in which it was made, if it has one.
    pub(super) made_at: Option<f64>,
    /// Whether the next one has to be that of the user's password (`auth.jwt.check_revoke_token`).
    pub(super) needs_password: bool,
    pub(super) fingerprint: Option<String>,
}

impl AccessToken {
    /// The id by which it is remembered, for [`profiled_domain::CredentialRef`]; an issuer other than us may have
    /// given it none.
    #[must_use]
    pub fn jti(&self) -> Option<&str> {
        self.jti.as_deref()
    }

    /// What it is.
    pub(crate) fn kind(&self) -> TokenType {
        self.kind
    }

    /// The user for whom the token stands at `now`. A token of ours costs one look-up. The first token that is
    /// accepted of a foreign subject binds it to the user whom it names; from then on the subject alone decides.
    ///
    /// `then` gets the profile, or [`AuthError::UserGone`], [`AuthError::UserInactive`],
    /// [`AuthError::PasswordChanged`], [`JwtFault::Revoked`], in this order; [`JwtFault::OtherSubject`] where the
    /// user is bound to another subject of the issuer.
    pub(crate) fn holder<T: 'static>(
        self,
        depth: ProfileDepth,
        now: DateTime<Utc>,
        then: impl FnOnce(Result<UserProfile, AuthError>) -> T + Send + 'static,
    ) -> Progress<T> {
        let done = |outcome| Progress::Done(then(outcome));
        match self.subject.clone() {
            None => self.named(depth, |_, outcome| done(outcome)),
            Some(subject) => {
                let query = HolderQuery::Subject(subject.clone());
                Progress::find(query, depth, move |bound| match bound {
                    Some(holder) => done(self.judge(Some(holder))),
                    None => self.named(depth, move |token, outcome| match outcome {
                        Ok(profile) => token.bind(subject, profile, depth, now).then(done),
                        Err(error) => done(Err(error)),
                    }),
                })
            }
        }
    }

    /// The user whom the token names. The stored password is read only where it is needed.
    fn named<T: 'static>(
        self,
        depth: ProfileDepth,
        next: impl FnOnce(Self, Result<UserProfile, AuthError>) -> Progress<T> + Send + 'static,
    ) -> Progress<T> {
        let query = match self.user.key() {
            None => return next(self, Err(AuthError::UserGone)),
            Some(UserLookup::Id(id)) if !self.needs_password => HolderQuery::User(id),
            Some(key) => HolderQuery::Account(key),
        };
        Progress::find(query, depth, |found| {
            let outcome = self.judge(found);
            next(self, outcome)
        })
    }

    /// Binds a subject to the user whom its first token names.
    fn bind(
        self,
        subject: ForeignSubject,
        profile: UserProfile,
        depth: ProfileDepth,
        now: DateTime<Utc>,
    ) -> Progress<Result<UserProfile, AuthError>> {
        let Some(name) = self.user.key() else {
            return Progress::Done(Err(AuthError::UserGone));
        };
        let (id, issuer) = (profile.user.id, subject.issuer.clone());
        let request = BindRequest {
            subject,
            user: User::clone(&profile.user),
            name,
            now,
        };
        Progress::bind(request, move |outcome| {
            Progress::Done(match outcome {
                BindOutcome::To(user) if user == id => {
                    self.record_binding(user, issuer);
                    Ok(profile)
                }
                BindOutcome::To(user) => {
                    let query = HolderQuery::User(user);
                    return Progress::find(query, depth, move |found| {
                        Progress::Done(self.judge(found))
                    });
                }
                BindOutcome::Occupied => Err(AuthError::Jwt(JwtFault::OtherSubject)),
                BindOutcome::Changed => Err(AuthError::UserGone),
            })
        })
    }

    fn record_binding(&self, user: UserId, issuer: String) {
        let jti = self.jti.clone().map(Object::Jwt);
        let credential = jti.map_or("jwt".to_owned(), |jti| jti.to_string());
        let actor = Actor::User {
            id: user,
            credential,
        };
        let record = Record::new(Action::IssuerBind, actor).for_user(user);
        let record = record.on(Object::Issuer(issuer));
        record.write(AuditOutcome::Done);
    }

    /// The profile of the user who was found, if the token still counts.
    fn judge(&self, found: Option<Holder>) -> Result<UserProfile, AuthError> {
        let holder = found.ok_or(AuthError::UserGone)?;
        self.check_user(&holder.profile.user, holder.password.as_ref())?;
        Ok(holder.profile)
    }

    fn check_user(&self, user: &User, password: Option<&PasswordHash>) -> Result<(), AuthError> {
        if user.deleted_at.is_some() {
            return Err(AuthError::UserGone);
        }
        if !user.is_active {
            return Err(AuthError::UserInactive(Scheme::Bearer));
        }
        if self.is_kept(&user.credentials) {
            return Ok(());
        }
        if self.needs_password && !self.knows_password(&user.credentials, password) {
            return Err(AuthError::PasswordChanged);
        }
        let (epochs, jti) = (self.epochs.as_ref(), self.jti.as_deref());
        let origin = TokenOrigin::of(epochs, user.id, jti, self.made_at);
        if origin.counts(&user.credentials) {
            Ok(())
        } else {
            Err(AuthError::Jwt(JwtFault::Revoked))
        }
    }

    /// Changes are not asked for with refresh tokens: one that goes by the same id is another token.
    fn is_kept(&self, epoch: &CredentialsEpoch) -> bool {
        self.kind != TokenType::Refresh && epoch.kept_jti.is_some() && epoch.kept_jti == self.jti
    }

    /// Whether the token's digest is of the password's epoch: that of the first hash, or of the stored one.
    fn knows_password(&self, epoch: &CredentialsEpoch, password: Option<&PasswordHash>) -> bool {
        let stored = password.map(token_digest);
        let known = [&epoch.password_digest, &stored];
        self.fingerprint.is_some() && known.contains(&&self.fingerprint)
    }
}
