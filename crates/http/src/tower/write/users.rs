//! Writes of users (contract `tower.md`, sections 4 and 6).

use std::sync::Arc;

use profiled_domain::{
    AccountChange, Detail, Keep, NewUser, PasswordChange, PasswordHash, Repository,
    RepositoryError, UniqueValues, User, UserId, Viewer,
};

use super::user_form::{UserForm, protected_changes, taken};
use super::{created, mode, viewer};
use crate::content::Value;
use crate::failure::{ApiError, FieldErrors};
use crate::tower::body::UserBody;
use crate::tower::details;
use crate::tower::fields::{object, value_of};
use crate::tower::kind::Users;
use crate::tower::mount::Mount;
use crate::tower::viewer::Caller;
use crate::view::{Answer, Exchange};

/// Nobody has this identifier: whoever holds a value is somebody else.
const NOBODY: UserId = UserId(0);

/// Whether a caller may create users at all.
pub(in crate::tower) fn may_create(viewer: &Viewer) -> bool {
    viewer.is_superuser || viewer.is_organization_admin
}

/// Whether the caller may use POST on the list: to be asked before negotiation (section 1.5).
pub(in crate::tower) async fn permit_create(exchange: &Exchange<'_>) -> Result<(), ApiError> {
    let body = value_of(exchange.peek().await?);
    let viewer = viewer(exchange).await?;
    permit(&viewer, &UserForm::of_new(&body))
}

/// A flag that is none is reported with the other fields.
fn permit(viewer: &Viewer, form: &UserForm) -> Result<(), ApiError> {
    let makes_superuser = form.is_superuser() == Some(true);
    if !may_create(viewer) || makes_superuser && !viewer.is_superuser {
        return Err(ApiError::PermissionDenied);
    }
    Ok(())
}

/// POST to the list of users.
pub(in crate::tower) async fn create(exchange: &Exchange<'_>) -> Result<Answer, ApiError> {
    let body = object(exchange.data().await?)?;
    let valid = Valid::of(exchange, &body).await?;
    let (new, now) = (valid.hashed(exchange).await?, exchange.state.now());
    let create = move |repository: &dyn Repository| repository.create_user(&new, now);
    let user = exchange.state.blocking(create).await?;
    answer_created(exchange, &user.map_err(failed)?)
}

/// 201 with a new user.
pub(super) fn answer_created(exchange: &Exchange<'_>, user: &User) -> Result<Answer, ApiError> {
    let body = UserBody::new(user, Mount::of(exchange.path));
    created(exchange, &body, format_args!("users/{}/", user.id))
}

/// A user to be created, who keeps all rules.
pub(super) struct Valid {
    user: NewUser,
    password: String,
}

impl Valid {
    /// Goes through all phases of validation.
    pub(super) async fn of(exchange: &Exchange<'_>, body: &Value) -> Result<Self, ApiError> {
        let mut form = UserForm::of_new(body);
        form.finish_early_phases()?;
        let (errors, unique) = form.check(None);
        check_unique(exchange, NOBODY, unique, errors).await?;
        Ok(Self {
            password: form.password().unwrap_or_default().to_owned(),
            user: form
                .into_new_user()
                .map_err(|error| ApiError::Internal(Box::new(error)))?,
        })
    }

    /// Only who may create users goes on, and only a superuser makes one.
    pub(super) fn permit(&self, viewer: &Viewer) -> Result<(), ApiError> {
        if !may_create(viewer) || self.user.is_superuser && !viewer.is_superuser {
            return Err(ApiError::PermissionDenied);
        }
        Ok(())
    }

    /// The user with its password.
    pub(super) async fn hashed(self, exchange: &Exchange<'_>) -> Result<NewUser, ApiError> {
        Ok(NewUser {
            password: Some(hash(exchange, self.password).await?),
            ..self.user
        })
    }
}

/// Ends the third phase.
async fn check_unique(
    exchange: &Exchange<'_>,
    own: UserId,
    unique: UniqueValues,
    mut errors: FieldErrors,
) -> Result<(), ApiError> {
    if !unique.is_empty() {
        let look_up = move |repository: &dyn Repository| repository.find_taken(own, &unique);
        let keys = exchange.state.blocking(look_up).await??;
        for (field, message) in keys.into_iter().filter_map(taken) {
            errors.push(field, message);
        }
    }
    errors.into_result()
}

async fn hash(exchange: &Exchange<'_>, password: String) -> Result<PasswordHash, ApiError> {
    let hasher = Arc::clone(&exchange.state.passwords);
    let encode = move |_: &dyn Repository| hasher.encode(&password);
    let encoded = exchange.state.hashing(encode).await?;
    encoded.map_err(|error| ApiError::Internal(Box::new(error)))
}

/// Somebody else was quicker with a value: the same answer as from validation.
pub(super) fn failed(error: RepositoryError) -> ApiError {
    let taken = match &error {
        RepositoryError::Conflict(key) => taken(*key),
        _ => None,
    };
    match taken {
        Some((field, message)) => ApiError::Invalid(FieldErrors::of(field, message)),
        None => error.into(),
    }
}

/// A user, as the caller stands to it.
pub(super) struct Found {
    pub(super) user: User,
    caller: Caller,
    /// May change all fields, and delete.
    is_admin: bool,
    is_self: bool,
}

pub(super) async fn find(exchange: &Exchange<'_>, id: i64) -> Result<Found, ApiError> {
    let found = details::find::<Users>(exchange, id).await?;
    let (user, caller) = (found.object, found.caller);
    Ok(Found {
        is_admin: found.may_change,
        is_self: caller.id == user.id,
        caller,
        user,
    })
}

impl Found {
    /// May change some of its fields at least.
    pub(super) fn may_change(&self) -> bool {
        self.is_admin || self.is_self
    }

    pub(super) fn may_delete(&self) -> bool {
        self.is_admin && !self.is_self
    }
}

/// PUT or PATCH of one that the query selects.
pub(in crate::tower) async fn update(exchange: &Exchange<'_>, id: i64) -> Result<Answer, ApiError> {
    let found = find(exchange, id).await?;
    if !found.may_change() {
        return Err(ApiError::PermissionDenied);
    }
    details::check_selected::<Users>(exchange, id).await?;
    let body = object(exchange.data().await?)?;
    let managed = &exchange.state.tower.directory_managed_fields;
    let mut form = UserForm::of_change(&body, mode(exchange), &found.user, managed);
    form.permit_flag(found.caller.is_superuser)?;
    if !found.is_admin {
        let changed = protected_changes(&body, &found.user);
        if !changed.is_empty() {
            let text = format!("Cannot change {}", changed.join(", "));
            return Err(ApiError::Forbidden(text));
        }
    }
    form.finish_early_phases()?;
    let (errors, unique) = form.check(Some(&found.user));
    check_unique(exchange, found.user.id, unique, errors).await?;
    let mut change = form.change_of(&found.user);
    change.password = match form.password() {
        Some(password) if takes_password(exchange, &found.user).await? => {
            Some(new_password(exchange, &found, password.to_owned()).await?)
        }
        _ => None,
    };
    // Nobody else changes the flag, whatever has become of the user meanwhile.
    let by_superuser = found.caller.is_superuser;
    let is_superuser = form.is_superuser().filter(|_| by_superuser);
    let id = found.user.id;
    let write = move |repository: &dyn Repository| {
        let outcome = repository.change_account(id, &change, is_superuser)?;
        let profile = repository.find_profile(id, Detail::Account)?;
        Ok::<_, RepositoryError>((outcome, profile))
    };
    let (outcome, profile) = exchange.state.blocking(write).await?.map_err(failed)?;
    match (outcome, profile) {
        (AccountChange::Done | AccountChange::Unchanged, Some(profile)) => {
            Ok(exchange.ok(&UserBody::new(&profile.user, Mount::of(exchange.path))))
        }
        (AccountChange::LastSuperuser, _) => {
            Err(ApiError::Forbidden("Cannot change is_superuser".to_owned()))
        }
        (_, None) | (AccountChange::Missing, _) => Err(ApiError::NotFound),
    }
}

/// The directory keeps the password of a user who has none here.
async fn takes_password(exchange: &Exchange<'_>, user: &User) -> Result<bool, ApiError> {
    let has_directory = !exchange.state.tower.directory_managed_fields.is_empty();
    if !has_directory || user.ldap_dn.is_empty() {
        return Ok(true);
    }
    let id = user.id;
    let look_up = move |repository: &dyn Repository| repository.find_password_by_id(id);
    let stored = exchange.state.blocking(look_up).await??;
    Ok(stored.is_some_and(|stored| !stored.as_encoded().starts_with('!')))
}

async fn new_password(
    exchange: &Exchange<'_>,
    found: &Found,
    password: String,
) -> Result<PasswordChange, ApiError> {
    Ok(PasswordChange {
        password: hash(exchange, password).await?,
        keep: if found.is_self {
            exchange.caller()?.keep.clone()
        } else {
            Keep::Nothing
        },
        at: exchange.state.now(),
    })
}

/// DELETE of one that the query selects.
pub(in crate::tower) async fn delete(exchange: &Exchange<'_>, id: i64) -> Result<Answer, ApiError> {
    let found = find(exchange, id).await?;
    if !found.may_delete() {
        let refusal = ApiError::Forbidden("Cannot delete user".to_owned());
        return Err(if found.caller.is_superuser {
            refusal
        } else {
            ApiError::PermissionDenied
        });
    }
    details::check_selected::<Users>(exchange, id).await?;
    let (id, now) = (found.user.id, exchange.state.now());
    let delete = move |repository: &dyn Repository| repository.delete_account(id, now);
    match exchange.state.blocking(delete).await?? {
        AccountChange::Done | AccountChange::Unchanged => Ok(Answer::no_content()),
        AccountChange::Missing => Err(ApiError::NotFound),
        // Somebody has to be left who can administer the service.
        AccountChange::LastSuperuser => Err(ApiError::Forbidden("Cannot delete user".to_owned())),
    }
}
