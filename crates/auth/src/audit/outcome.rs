//! What came of an action.

use profiled_domain::{AccountChangeOutcome, Lapse, RepositoryError};

use super::words::Reason;
use crate::throttle::ThrottleError;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditOutcome {
    /// It is done.
    Done,
    /// It was like that already.
    Unchanged,
    /// It was refused.
    Refused(Reason),
    /// It did not work, for a reason that lies with the service.
    Failed,
}

impl AuditOutcome {
    /// What a storage means by `true` and `false`.
    #[must_use]
    pub fn of_change(is_changed: &bool) -> Self {
        if *is_changed {
            Self::Done
        } else {
            Self::Unchanged
        }
    }

    /// What a storage means by a value, and by none for want of the object.
    #[must_use]
    pub fn of_found<T>(found: &Option<T>) -> Self {
        Self::of_object(&found.is_some())
    }

    /// What a storage means by them where `false` is for want of the object.
    #[must_use]
    pub fn of_object(is_there: &bool) -> Self {
        if *is_there {
            Self::Done
        } else {
            Self::Refused(Reason::Missing)
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unchanged => "unchanged",
            Self::Refused(_) => "refused",
            Self::Failed => "failed",
        }
    }

    pub(super) fn reason(self) -> Option<Reason> {
        match self {
            Self::Refused(reason) => Some(reason),
            Self::Done | Self::Unchanged | Self::Failed => None,
        }
    }
}

impl From<&RepositoryError> for AuditOutcome {
    fn from(error: &RepositoryError) -> Self {
        match error {
            RepositoryError::Conflict(_) => Self::Refused(Reason::Conflict),
            RepositoryError::Missing(_) => Self::Refused(Reason::Missing),
            RepositoryError::Stale => Self::Refused(Reason::Stale),
            RepositoryError::Lapsed(Lapse::Right) => Self::Refused(Reason::Forbidden),
            RepositoryError::Lapsed(Lapse::Credential | Lapse::Account) => {
                Self::Refused(Reason::Unauthenticated)
            }
            RepositoryError::Inconsistent { .. }
            | RepositoryError::Unavailable(_)
            | RepositoryError::Failed(_) => Self::Failed,
        }
    }
}

impl From<&ThrottleError> for AuditOutcome {
    fn from(error: &ThrottleError) -> Self {
        match error {
            ThrottleError::Throttled(_) => Self::Refused(Reason::Throttled),
            ThrottleError::Repository(error) => error.into(),
        }
    }
}

impl From<AccountChangeOutcome> for AuditOutcome {
    fn from(change: AccountChangeOutcome) -> Self {
        match change {
            AccountChangeOutcome::Done => Self::Done,
            AccountChangeOutcome::Unchanged => Self::Unchanged,
            AccountChangeOutcome::Missing => Self::Refused(Reason::Missing),
            AccountChangeOutcome::LastSuperuser => Self::Refused(Reason::LastSuperuser),
        }
    }
}
