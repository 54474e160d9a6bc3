//! By whose right a write is done (`decisions.md` 22).

use chrono::{DateTime, Utc};

use crate::{Condition, CredentialRef, CredentialsEpoch, Field, Model, UserId};

/// Who does a write, by which right, and when.
#[derive(Clone, Copy, Debug)]
pub struct WriteContext<'a> {
    /// The right of a caller; `None` for an operator, and for what the service does by itself.
    pub authority: Option<&'a Authority>,
    /// The time of the write, UTC.
    pub at: DateTime<Utc>,
}

impl<'a> WriteContext<'a> {
    /// A caller of the service.
    #[must_use]
    pub fn caller(authority: &'a Authority, at: DateTime<Utc>) -> Self {
        let authority = Some(authority);
        Self { authority, at }
    }

    /// Who runs the service.
    #[must_use]
    pub fn operator(at: DateTime<Utc>) -> Self {
        let authority = None;
        Self { authority, at }
    }

    /// The caller, whom events name.
    #[must_use]
    pub fn id(self) -> Option<UserId> {
        self.authority.map(|authority| authority.actor)
    }
}

/// A caller's right to a write, as it was found before the write: it may have waited since, for a body, for a
/// thread or for a lock. The transaction of the write judges it once more, under locks that every write which ends a part
/// of it waits for, and stores nothing unless it still holds (`decisions.md` 22).
#[derive(Clone, Debug, PartialEq)]
pub struct Authority {
    /// The caller.
    pub actor: UserId,
    /// The epoch of the caller's credentials that the credential counted in.
    pub epoch: i64,
    /// The credential: [`CredentialRef::None`] for one that is neither a stored token nor has an id.
    pub credential: CredentialRef,
    /// What has to hold in addition: all of it.
    pub rights: Vec<Right>,
}

/// A condition on a live object, which was fulfilled when the write was allowed.
#[derive(Clone, Debug, PartialEq)]
pub struct Right {
    /// The kind of the object.
    pub model: Model,
    /// Its identifier.
    pub id: i64,
    /// What has to hold of it.
    pub condition: Condition,
}

/// The part of an [`Authority`] that does not hold any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lapse {
    /// The credential was revoked.
    #[error("the credential has been revoked meanwhile")]
    Credential,
    /// The caller may not log in any more.
    #[error("the caller has been deactivated meanwhile")]
    Account,
    /// A right has ended.
    #[error("the right to the write has ended meanwhile")]
    Right,
}

impl Authority {
    /// What has ended of the credential and its account, as they are stored now; `None` if nothing has.
    ///
    /// `has_token` tells whether the opaque token is still there, if the credential is one: whatever ends
    /// the epoch deletes all but the one that is kept.
    #[must_use]
    pub fn lapse(
        &self,
        is_active: bool,
        epoch: &CredentialsEpoch,
        has_token: bool,
    ) -> Option<Lapse> {
        if !is_active {
            return Some(Lapse::Account);
        }
        let counts = match &self.credential {
            CredentialRef::Token(_) => has_token,
            CredentialRef::Jwt(jti) => {
                self.epoch == epoch.number || epoch.kept_jti.as_ref() == Some(jti)
            }
            CredentialRef::None => self.epoch == epoch.number,
        };
        (!counts).then_some(Lapse::Credential)
    }
}

impl Right {
    /// The caller is still a superuser.
    #[must_use]
    pub fn superuser(caller: UserId) -> Self {
        Self::of_caller(caller, Condition::is_set(Field::IsSuperuser))
    }

    /// The caller is still staff or a superuser (`decisions.md` 5).
    #[must_use]
    pub fn staff_or_admin(caller: UserId) -> Self {
        let either = [Field::IsStaff, Field::IsSuperuser].map(Condition::is_set);
        Self::of_caller(caller, Condition::Any(either.to_vec()))
    }

    fn of_caller(caller: UserId, condition: Condition) -> Self {
        Self {
            model: Model::User,
            id: caller.0,
            condition,
        }
    }
}
