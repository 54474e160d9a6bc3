//! What views write to the audit trail.

use profiled_auth::audit::{Action, Actor, AuditOutcome, Object, Reason, Record};
use profiled_auth::{AuthError, JwtFault};
use profiled_domain::{ProfileChange, UserId};

use crate::error::ApiError;
use crate::framework::context::RequestContext;

impl RequestContext<'_> {
    /// A record of what the caller, or a stranger, does from where.
    pub fn record(&self, action: Action) -> Record {
        let actor = self.identity.map_or(Actor::Anonymous, Actor::from);
        self.record_of(action, actor)
    }

    /// A record of a change of a user. A password alone is an action of its own.
    pub fn record_of_change(&self, user: UserId, change: &ProfileChange) -> Record {
        let mut fields = change.fields();
        let action = match change.password {
            Some(_) if fields.is_empty() => Action::UserPassword,
            Some(_) => {
                fields.push("password");
                Action::UserUpdate
            }
            None => Action::UserUpdate,
        };
        self.record(action).on(Object::User(user)).fields(fields)
    }

    /// The same for an actor who is no caller: one who has shown a password, for example.
    pub fn record_of(&self, action: Action, actor: Actor) -> Record {
        let address = self.services.hosts.client_address(self.request);
        Record::new(action, actor).address(address)
    }
}

impl From<&ApiError> for AuditOutcome {
    fn from(error: &ApiError) -> Self {
        let reason = match error {
            ApiError::Unauthenticated(AuthError::Jwt(fault)) => (*fault).into(),
            ApiError::Unauthenticated(AuthError::JwtClasses(faults)) => {
                // What the one type says that the token is of.
                let mut all = faults.iter().map(|(_, fault)| *fault);
                let meant = all.find(|fault| *fault != JwtFault::WrongType);
                meant.unwrap_or(JwtFault::WrongType).into()
            }
            ApiError::Unauthenticated(_) | ApiError::AuthenticationFailed { .. } => {
                Reason::Unauthenticated
            }
            ApiError::PermissionDenied | ApiError::Forbidden(_) | ApiError::CrossOriginForm => {
                Reason::Forbidden
            }
            ApiError::NotFound | ApiError::NoSuchObject(_) => Reason::Missing,
            ApiError::PreconditionFailed => Reason::Stale,
            ApiError::Throttled(_) => Reason::Throttled,
            ApiError::NotAcceptable
            | ApiError::MethodNotAllowed(_)
            | ApiError::BadRequest(_)
            | ApiError::UnsupportedMediaType(_)
            | ApiError::Invalid(_)
            | ApiError::BodyTooLarge
            | ApiError::BodyTooSlow => Reason::Invalid,
            ApiError::Unavailable(_) | ApiError::Internal(_) => return Self::Failed,
        };
        Self::Refused(reason)
    }
}
