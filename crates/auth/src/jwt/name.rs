//! How tokens of ours name users, and what they call themselves for the audit trail.

use chrono::{DateTime, Utc};
use profiled_domain::{Repository, RepositoryError, User, UserLookup};

use super::checks::UserClaim;
use super::claims::Parts;
use super::id::random_uuid_text;
use super::refresh::RefreshError;
use super::verifier::JwtService;
use crate::audit::JwtIdentity;
use crate::settings::UserField;

impl JwtService {
    /// What tokens say in the claim of the user: the attribute of `auth.jwt.user_id_field`, `None` for the id. A user
    /// who is named by external id and has none is given a random UUID.
    ///
    /// # Errors
    /// [`RefreshError::NoName`] for a user whom the attribute would not find: it is not there, or another user holds the
    /// same address; [`RefreshError::Repository`]. No statement is made for the id and the username.
    pub fn name_of(
        &self,
        user: &User,
        repository: &dyn Repository,
    ) -> Result<Option<String>, RefreshError> {
        let (name, field) = match self.options.user_id_field {
            UserField::Id => return Ok(None),
            UserField::Username => (user.person.username.clone(), "username"),
            UserField::Email => (held_address(user, repository)?, "e-mail address"),
            UserField::ExternalId => {
                let id = repository.ensure_external_id(user.id, &random_uuid_text())?;
                (id, "external id")
            }
        };
        let name = name.filter(|name| !name.is_empty());
        name.map(Some).ok_or(RefreshError::NoName(field))
    }

    /// Reads id and user of a token of ours; `None` without a good signature of ours. Nothing else is asked, and so the
    /// user is left out where tokens do not name users by id.
    #[must_use]
    pub fn name(&self, token: &str, now: DateTime<Utc>) -> Option<JwtIdentity> {
        self.named(token, now).map(|(identity, _)| identity)
    }

    /// The same with the user in any case, who is looked up for it unless that fails.
    #[must_use]
    pub fn identify(
        &self,
        token: &str,
        repository: &dyn Repository,
        now: DateTime<Utc>,
    ) -> Option<JwtIdentity> {
        let (JwtIdentity { jti, user }, key) = self.named(token, now)?;
        let key = key.filter(|_| user.is_none());
        let found = key.and_then(|key| repository.find_user(&key).ok().flatten());
        let user = user.or(found.map(|user| user.id));
        Some(JwtIdentity { jti, user })
    }

    fn named(&self, token: &str, now: DateTime<Utc>) -> Option<(JwtIdentity, Option<UserLookup>)> {
        let parts = Parts::split(token.as_bytes())?;
        let claims = self.own(&parts, now)?.claims;
        let user = claims.get(&self.options.user_id_claim);
        let user = user.and_then(|user| UserClaim::read(&user, self.options.user_id_field));
        let key = user.as_ref().and_then(UserClaim::key);
        let user = match key {
            Some(UserLookup::Id(id)) => Some(id),
            _ => None,
        };
        let jti = self.stored_id(&claims);
        Some((JwtIdentity { jti, user }, key))
    }
}

/// The address of a user who is found by it: others may share it.
fn held_address(
    user: &User,
    repository: &dyn Repository,
) -> Result<Option<String>, RepositoryError> {
    let Some(address) = user.person.email.clone() else {
        return Ok(None);
    };
    let holder = repository.find_user(&UserLookup::Email(address.clone()))?;
    let is_own = holder.is_some_and(|holder| holder.id == user.id);
    Ok(Some(address).filter(|_| is_own))
}
