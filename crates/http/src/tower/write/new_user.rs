//! Users to be created (contract `tower.md`, section 4).

use std::sync::Arc;

use profiled_domain::{
    NewUser, PasswordHash, Repository, RepositoryError, UniqueKey, UniqueValues, User, UserId,
    Viewer,
};
use profiled_rest::error::{ApiError, FieldErrors};
use profiled_rest::wire::body::Value;
use profiled_rest::{RequestContext, ViewResponse};

use super::created;
use super::user_form::UserInput;
use crate::tower::body::UserBody;
use crate::tower::fields::{EMAIL, USERNAME};

/// No user has this identifier: every holder of a value is another one.
const NO_USER: UserId = UserId(0);

/// Whether a caller may create users at all.
pub(super) fn may_create(viewer: &Viewer) -> bool {
    viewer.is_superuser || viewer.is_organization_admin
}

/// Whether a caller may create a user, or a superuser, whom only superusers create.
///
/// # Errors
/// 403 if not.
pub(super) fn permit(viewer: &Viewer, makes_superuser: bool) -> Result<(), ApiError> {
    if !may_create(viewer) || makes_superuser && !viewer.is_superuser {
        return Err(ApiError::PermissionDenied);
    }
    Ok(())
}

/// A user to be created, who keeps all rules.
pub(super) struct ValidNewUser {
    user: NewUser,
    password: String,
}

impl ValidNewUser {
    /// Goes through all phases of validation.
    pub(super) async fn of(context: &RequestContext<'_>, body: &Value) -> Result<Self, ApiError> {
        let mut form = UserInput::of_new(body);
        form.finish_early_phases()?;
        let (errors, unique) = form.check(None);
        check_unique(context, NO_USER, unique, errors).await?;
        Ok(Self {
            password: form.password().unwrap_or_default().to_owned(),
            user: form.into_new_user(),
        })
    }

    /// As [`permit`].
    pub(super) fn permit(&self, viewer: &Viewer) -> Result<(), ApiError> {
        permit(viewer, self.user.is_superuser)
    }

    /// The user with its password.
    pub(super) async fn hashed(self, context: &RequestContext<'_>) -> Result<NewUser, ApiError> {
        Ok(NewUser {
            password: Some(hash(context, self.password).await?),
            ..self.user
        })
    }
}

/// 201 with a new user.
pub(super) fn answer_created(
    context: &RequestContext<'_>,
    user: &User,
) -> Result<ViewResponse, ApiError> {
    let body = UserBody::new(user, context.mount);
    created(context, &body, format_args!("users/{}/", user.id))
}

/// Ends the third phase of validation: no user but `own` holds the values.
pub(super) async fn check_unique(
    context: &RequestContext<'_>,
    own: UserId,
    unique: UniqueValues,
    mut errors: FieldErrors,
) -> Result<(), ApiError> {
    if !unique.is_empty() {
        let look_up = move |repository: &dyn Repository| repository.find_taken(own, &unique);
        let keys = context.services.lanes.read(look_up).await??;
        for (field, message) in keys.into_iter().filter_map(taken) {
            errors.push(field, message);
        }
    }
    errors.into_result()
}

async fn hash(context: &RequestContext<'_>, password: String) -> Result<PasswordHash, ApiError> {
    let hasher = Arc::clone(&context.services.passwords);
    let encode = move || hasher.encode(&password);
    let encoded = context.hashing(encode).await?;
    encoded.map_err(|error| ApiError::Internal(Box::new(error)))
}

/// The same answer as from validation, where another request was first to take a value.
pub(super) fn to_error(error: RepositoryError) -> ApiError {
    let taken = match &error {
        RepositoryError::Conflict(key) => taken(*key),
        _ => None,
    };
    match taken {
        Some((field, message)) => ApiError::Invalid(FieldErrors::of(field, message)),
        None => error.into(),
    }
}

/// What is wrong with a value that another user holds; `None` for one that this dialect does not write.
fn taken(key: UniqueKey) -> Option<(&'static str, &'static str)> {
    match key {
        UniqueKey::Username => Some((USERNAME.name, "User with this Username already exists.")),
        UniqueKey::Email => Some((EMAIL.name, "User with this Email already exists.")),
        _ => None,
    }
}
