//! Whom an access token stands for at this moment.

use chrono::{DateTime, Utc};
use profiled_domain::{
    BindOutcome, CredentialsEpoch, ForeignSubject, PasswordHash, ProfileDepth, Repository, User,
    UserLookup, UserProfile,
};

use super::checks::UserClaim;
use super::id::{EpochKey, TokenOrigin};
use super::token_kind::TokenType;
use crate::audit::{Action, Actor, AuditOutcome, Object, Record};
use crate::error::{AuthError, JwtFault};
use crate::password::token_digest;
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

    /// The user for whom the token stands at `now`. A token of ours costs the one read of the profile. The first
    /// token that is accepted of a foreign subject binds it to the user whom it names; from then on the
    /// subject alone decides, at the price of one more read.
    ///
    /// # Errors
    /// [`AuthError::UserGone`], [`AuthError::UserInactive`], [`AuthError::PasswordChanged`],
    /// [`JwtFault::Revoked`], in this order; [`JwtFault::OtherSubject`] where the user is bound to another
    /// subject of the issuer; [`AuthError::Repository`] on failure of the storage.
    pub(crate) fn holder(
        &self,
        depth: ProfileDepth,
        repository: &dyn Repository,
        now: DateTime<Utc>,
    ) -> Result<UserProfile, AuthError> {
        let Some(subject) = &self.subject else {
            return self.found(self.user.key(), depth, repository);
        };
        if let Some(user) = repository.find_binding(subject)? {
            return self.found(Some(UserLookup::Id(user)), depth, repository);
        }
        let name = self.user.key().ok_or(AuthError::UserGone)?;
        let profile = self.found(Some(name.clone()), depth, repository)?;
        match repository.bind(subject, &profile.user, &name, now)? {
            BindOutcome::To(user) if user == profile.user.id => {
                let jti = self.jti.clone().map(Object::Jwt);
                let credential = jti.map_or("jwt".to_owned(), |jti| jti.to_string());
                let actor = Actor::User {
                    id: user,
                    credential,
                };
                let record = Record::new(Action::IssuerBind, actor).for_user(user);
                let record = record.on(Object::Issuer(subject.issuer.clone()));
                record.write(AuditOutcome::Done);
                Ok(profile)
            }
            BindOutcome::To(user) => self.found(Some(UserLookup::Id(user)), depth, repository),
            BindOutcome::Occupied => Err(AuthError::Jwt(JwtFault::OtherSubject)),
            BindOutcome::Changed => Err(AuthError::UserGone),
        }
    }

    /// The user of a key, if the token still counts. The stored password is read only where it is needed.
    fn found(
        &self,
        key: Option<UserLookup>,
        depth: ProfileDepth,
        repository: &dyn Repository,
    ) -> Result<UserProfile, AuthError> {
        let (profile, password) = match key.ok_or(AuthError::UserGone)? {
            UserLookup::Id(id) if !self.needs_password => {
                let profile = repository.find_profile(id, depth)?;
                (profile.ok_or(AuthError::UserGone)?, None)
            }
            key => {
                let account = repository.find_profile_with_password(&key, depth)?;
                let (profile, password) = account.ok_or(AuthError::UserGone)?;
                (profile, Some(password))
            }
        };
        self.check_user(&profile.user, password.as_ref())?;
        Ok(profile)
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

    /// Changes are asked for with access tokens: a refresh token that goes by the same id is another one.
    fn is_kept(&self, epoch: &CredentialsEpoch) -> bool {
        self.kind == TokenType::Access && epoch.kept_jti.is_some() && epoch.kept_jti == self.jti
    }

    /// Whether the token's digest is of the password's epoch: that of the first hash, or of the stored one.
    fn knows_password(&self, epoch: &CredentialsEpoch, password: Option<&PasswordHash>) -> bool {
        let stored = password.map(token_digest);
        let known = [&epoch.password_digest, &stored];
        self.fingerprint.is_some() && known.contains(&&self.fingerprint)
    }
}
