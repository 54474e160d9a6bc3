//! Writes of users (contract `tower.md`, sections 4 and 6).

use std::sync::Arc;

use profiled_auth::audit::{Action, Object};
use profiled_domain::{
    AccountChange, Authority, Detail, Keep, NewUser, PasswordChange, PasswordHash, Repository,
    RepositoryError, Right, UniqueValues, User, UserId, Viewer,
};
use profiled_rest::error::{ApiError, FieldErrors};
use profiled_rest::wire::body::Value;
use profiled_rest::{RequestContext, ViewResponse};

use super::user_form::{UserForm, protected_changes, taken};
use super::{created, mode, viewer};
use crate::tower::body::UserBody;
use crate::tower::details;
use crate::tower::fields::{IS_SUPERUSER, object, value_of};
use crate::tower::kind::Users;
use crate::tower::mount::Mount;
use crate::tower::viewer::Caller;

/// Nobody has this identifier: whoever holds a value is somebody else.
const NOBODY: UserId = UserId(0);

/// Whether a caller may create users at all.
pub(in crate::tower) fn may_create(viewer: &Viewer) -> bool {
    viewer.is_superuser || viewer.is_organization_admin
}

/// Whether the caller may use POST on the list: to be asked before negotiation (contract `tower.md`, section 1.5).
pub(in crate::tower) async fn permit_create(context: &RequestContext<'_>) -> Result<(), ApiError> {
    let body = value_of(context.peek().await?);
    let viewer = viewer(context).await?;
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
pub(in crate::tower) async fn create(
    context: &RequestContext<'_>,
) -> Result<ViewResponse, ApiError> {
    let body = object(context.data().await?)?;
    let valid = Valid::of(context, &body).await?;
    let right = viewer(context).await?.right_to_create_users();
    let (new, now) = (valid.hashed(context).await?, context.services.now());
    let record = context.record(Action::UserCreate);
    let create = move |repository: &dyn Repository, by: Option<&Authority>| {
        let created = repository.create_user(&new, by, now);
        record.tell_made(created, |record, user| record.on(Object::User(user.id)))
    };
    let user = context.write(vec![right], create).await?;
    answer_created(context, &user.map_err(failed)?)
}

/// 201 with a new user.
pub(super) fn answer_created(
    context: &RequestContext<'_>,
    user: &User,
) -> Result<ViewResponse, ApiError> {
    let body = UserBody::new(user, Mount::of(context.path));
    created(context, &body, format_args!("users/{}/", user.id))
}

/// A user to be created, who keeps all rules.
pub(super) struct Valid {
    user: NewUser,
    password: String,
}

impl Valid {
    /// Goes through all phases of validation.
    pub(super) async fn of(context: &RequestContext<'_>, body: &Value) -> Result<Self, ApiError> {
        let mut form = UserForm::of_new(body);
        form.finish_early_phases()?;
        let (errors, unique) = form.check(None);
        check_unique(context, NOBODY, unique, errors).await?;
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
    pub(super) async fn hashed(self, context: &RequestContext<'_>) -> Result<NewUser, ApiError> {
        Ok(NewUser {
            password: Some(hash(context, self.password).await?),
            ..self.user
        })
    }
}

/// Ends the third phase.
async fn check_unique(
    context: &RequestContext<'_>,
    own: UserId,
    unique: UniqueValues,
    mut errors: FieldErrors,
) -> Result<(), ApiError> {
    if !unique.is_empty() {
        let look_up = move |repository: &dyn Repository| repository.find_taken(own, &unique);
        let keys = context.services.blocking(look_up).await??;
        for (field, message) in keys.into_iter().filter_map(taken) {
            errors.push(field, message);
        }
    }
    errors.into_result()
}

async fn hash(context: &RequestContext<'_>, password: String) -> Result<PasswordHash, ApiError> {
    let hasher = Arc::clone(&context.services.passwords);
    let encode = move |_: &dyn Repository| hasher.encode(&password);
    let encoded = context.services.hashing(encode).await?;
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
    /// The right of [`Self::is_admin`].
    right: Right,
}

pub(super) async fn find(context: &RequestContext<'_>, id: i64) -> Result<Found, ApiError> {
    let found = details::find::<Users>(context, id).await?;
    let (user, caller) = (found.object, found.caller);
    Ok(Found {
        is_admin: found.may_change,
        is_self: caller.id == user.id,
        right: found.right,
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
pub(in crate::tower) async fn update(
    context: &RequestContext<'_>,
    id: i64,
) -> Result<ViewResponse, ApiError> {
    let found = find(context, id).await?;
    if !found.may_change() {
        return Err(ApiError::PermissionDenied);
    }
    details::check_selected::<Users>(context, id).await?;
    let body = object(context.data().await?)?;
    let managed = &context.services.tower.directory_managed_fields;
    let mut form = UserForm::of_change(&body, mode(context), &found.user, managed);
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
    check_unique(context, found.user.id, unique, errors).await?;
    let mut change = form.change_of(&found.user);
    change.password = match form.password() {
        Some(password) => new_password(context, &found, password.to_owned()).await?,
        None => None,
    };
    // Nobody else changes the flag, whatever has become of the user meanwhile.
    let by_superuser = found.caller.is_superuser;
    let is_superuser = form.is_superuser().filter(|_| by_superuser);
    let id = found.user.id;
    let record = context.record_of_change(id, &change);
    let changes_flag = is_superuser.is_some_and(|flag| flag != found.user.is_superuser);
    let record = record.fields(changes_flag.then_some(IS_SUPERUSER.name));
    let write = move |repository: &dyn Repository, by: Option<&Authority>| {
        let outcome = repository.change_account(id, &change, is_superuser, by);
        let outcome = record.tell(outcome, |change| (*change).into())?;
        let profile = repository.find_profile(id, Detail::Account)?;
        Ok((outcome, profile))
    };
    let rights = found.is_admin.then_some(found.right);
    let written = context.write(rights.into_iter().collect(), write).await?;
    let (outcome, profile) = written.map_err(failed)?;
    match (outcome, profile) {
        (AccountChange::Done | AccountChange::Unchanged, Some(profile)) => {
            Ok(context.ok(&UserBody::new(&profile.user, Mount::of(context.path))))
        }
        (AccountChange::LastSuperuser, _) => {
            Err(ApiError::Forbidden("Cannot change is_superuser".to_owned()))
        }
        (_, None) | (AccountChange::Missing, _) => Err(ApiError::NotFound),
    }
}

/// The change to a password: none to the stored one, which ends no credential (contract `tower.md`, section 6.1), and none of a user
/// without a password here whose directory keeps it.
async fn new_password(
    context: &RequestContext<'_>,
    found: &Found,
    password: String,
) -> Result<Option<PasswordChange>, ApiError> {
    let has_directory = !context.services.tower.directory_managed_fields.is_empty();
    let is_managed = has_directory && !found.user.ldap_dn.is_empty();
    let (id, hasher) = (found.user.id, Arc::clone(&context.services.passwords));
    let encode = move |repository: &dyn Repository| {
        let stored = repository.find_password_by_id(id)?;
        let keeps = |stored: &PasswordHash| {
            is_managed && stored.as_encoded().starts_with('!') || hasher.verify(&password, stored)
        };
        if stored.as_ref().is_none_or(keeps) {
            return Ok(None);
        }
        let encoded = hasher.encode(&password);
        encoded
            .map(Some)
            .map_err(|error| ApiError::Internal(Box::new(error)))
    };
    let encoded = context.services.hashing(encode).await??;
    let keep = if found.is_self {
        context.caller()?.keep.clone()
    } else {
        Keep::Nothing
    };
    Ok(encoded.map(|password| PasswordChange {
        password,
        keep,
        at: context.services.now(),
    }))
}

/// DELETE of one that the query selects.
pub(in crate::tower) async fn delete(
    context: &RequestContext<'_>,
    id: i64,
) -> Result<ViewResponse, ApiError> {
    let found = find(context, id).await?;
    if !found.may_delete() {
        let refusal = ApiError::Forbidden("Cannot delete user".to_owned());
        return Err(if found.caller.is_superuser {
            refusal
        } else {
            ApiError::PermissionDenied
        });
    }
    details::check_selected::<Users>(context, id).await?;
    let (id, now) = (found.user.id, context.services.now());
    let record = context.record(Action::UserDelete).on(Object::User(id));
    let delete = move |repository: &dyn Repository, by: Option<&Authority>| {
        let deleted = repository.delete_account(id, by, now);
        record.tell(deleted, |change| (*change).into())
    };
    match context.write(vec![found.right], delete).await?? {
        AccountChange::Done | AccountChange::Unchanged => Ok(ViewResponse::no_content()),
        AccountChange::Missing => Err(ApiError::NotFound),
        // Somebody has to be left who can administer the service.
        AccountChange::LastSuperuser => Err(ApiError::Forbidden("Cannot delete user".to_owned())),
    }
}
