//! How tokens of ours name users, and what they call themselves for the audit trail.

use chrono::{DateTime, Utc};
use profiled_domain::{HolderQuery, ProfileDepth, Repository, User, UserLookup};

use super::checks::UserClaim;
use super::claims::Parts;
use super::id::random_uuid_text;
use super::refresh::RefreshError;
use super::verifier::JwtService;
use crate::audit::JwtIdentity;
use crate::progress::Progress;
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
        self.claim_name(user).resolve(repository)?
    }

    /// The same in steps.
    pub(super) fn claim_name(&self, user: &User) -> Progress<Result<Option<String>, RefreshError>> {
        match self.options.user_id_field {
            UserField::Id => Progress::Done(Ok(None)),
            UserField::Username => {
                Progress::Done(non_empty(user.person.username.clone(), "username"))
            }
            UserField::Email => held_address(user)
                .then(|address| Progress::Done(non_empty(address, "e-mail address"))),
            UserField::ExternalId => {
                let id = user.id;
                Progress::write(move |repository| {
                    let id = repository.ensure_external_id(id, &random_uuid_text())?;
                    non_empty(id, "external id")
                })
            }
        }
    }

    /// Reads id and user of a token of ours; `None` without a good signature of ours. Nothing else is asked, and so the
    /// user is left out where tokens do not name users by id.
    #[must_use]
    pub fn name(&self, token: &str, now: DateTime<Utc>) -> Option<JwtIdentity> {
        self.named(token, now).map(|(identity, _)| identity)
    }

    /// The same with the user in any case, who is looked up for it.
    pub fn identify(&self, token: &str, now: DateTime<Utc>) -> Progress<Option<JwtIdentity>> {
        match self.named(token, now) {
            Some((JwtIdentity { jti, user: None }, Some(key))) => {
                let query = HolderQuery::Account(key);
                Progress::find(query, ProfileDepth::Account, |found| {
                    let user = found.map(|holder| holder.profile.user.id);
                    Progress::Done(Some(JwtIdentity { jti, user }))
                })
            }
            named => Progress::Done(named.map(|(identity, _)| identity)),
        }
    }

    fn named(&self, token: &str, now: DateTime<Utc>) -> Option<(JwtIdentity, Option<UserLookup>)> {
        let parts = Parts::split(token.as_bytes(), self.options.max_token_bytes).ok()?;
        let claims = self.own(&parts, now).ok()?.claims;
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
fn held_address(user: &User) -> Progress<Option<String>> {
    let Some(address) = user.person.email.clone() else {
        return Progress::Done(None);
    };
    let (id, query) = (user.id, UserLookup::Email(address.clone()));
    let query = HolderQuery::Account(query);
    Progress::find(query, ProfileDepth::Account, move |holder| {
        let is_own = holder.is_some_and(|holder| holder.profile.user.id == id);
        Progress::Done(Some(address).filter(|_| is_own))
    })
}

fn non_empty(name: Option<String>, field: &'static str) -> Result<Option<String>, RefreshError> {
    let name = name.filter(|name| !name.is_empty());
    name.map(Some).ok_or(RefreshError::NoName(field))
}
