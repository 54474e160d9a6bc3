//! Writes of users (contract `tower.md`, sections 4 and 6).

use std::sync::Arc;

use profiled_auth::audit::{Action, Object};
use profiled_domain::{
    AccountChangeOutcome, CredentialRef, PasswordChange, ProfileChange, ProfileDepth, Repository,
    Right, User, WriteContext,
};
use profiled_rest::error::ApiError;
use profiled_rest::{PageForms, RequestContext, ViewResponse};

use super::new_user::{ValidNewUser, answer_created, check_unique, may_create, permit, to_error};
use super::user_form::{UserInput, protected_changes};
use super::{forms, mode};
use crate::tower::body::UserBody;
use crate::tower::caller::Caller;
use crate::tower::fields::{FIRST_NAME, IS_SUPERUSER, LAST_NAME, USERNAME, object, value_of};
use crate::tower::kind::WritableKind;
use crate::tower::object::{check_selected, load};
use crate::tower::site;

impl WritableKind for User {
    async fn permit_create(context: &RequestContext<'_>) -> Result<(), ApiError> {
        let body = value_of(context.peek().await?);
        let viewer = Caller::viewer_of(context).await?;
        // What is no flag is reported with the other fields.
        permit(
            &viewer,
            UserInput::of_new(&body).is_superuser() == Some(true),
        )
    }

    async fn may_create(context: &RequestContext<'_>) -> Result<bool, ApiError> {
        Ok(may_create(&Caller::viewer_of(context).await?))
    }

    async fn create(context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let body = object(context.data().await?)?;
        let valid = ValidNewUser::of(context, &body).await?;
        let right = Caller::viewer_of(context).await?.right_to_create_users();
        let new = valid.hashed(context).await?;
        let record = context.record(Action::UserCreate);
        let create = move |repository: &dyn Repository, by: WriteContext<'_>| {
            let created = repository.create_user(&new, by);
            record.log_created(created, |record, user| record.on(Object::User(user.id)))
        };
        let user = context.write(vec![right], create).await?;
        answer_created(context, &user.map_err(to_error)?)
    }

    async fn update(context: &RequestContext<'_>, id: i64) -> Result<ViewResponse, ApiError> {
        let access = UserAccess::load(context, id).await?;
        if !access.may_change() {
            return Err(ApiError::PermissionDenied);
        }
        check_selected::<Self>(context, id).await?;
        let (change, is_superuser) = requested_change(context, &access).await?;
        let id = access.user.id;
        let record = context.record_of_change(id, &change);
        let changes_flag = is_superuser.is_some_and(|flag| flag != access.user.is_superuser);
        let record = record.fields(changes_flag.then_some(IS_SUPERUSER.name));
        let write = move |repository: &dyn Repository, by: WriteContext<'_>| {
            let outcome = repository.change_account(id, &change, is_superuser, by);
            let outcome = record.log(outcome, |change| (*change).into())?;
            let profile = repository.find_profile(id, ProfileDepth::Account)?;
            Ok((outcome, profile))
        };
        let rights = access.is_admin.then_some(access.right);
        let written = context.write(rights.into_iter().collect(), write).await?;
        let (outcome, profile) = written.map_err(to_error)?;
        match (outcome, profile) {
            (AccountChangeOutcome::Done | AccountChangeOutcome::Unchanged, Some(profile)) => {
                Ok(context.ok(&UserBody::new(&profile.user, context.mount)))
            }
            (AccountChangeOutcome::LastSuperuser, _) => {
                Err(ApiError::Forbidden("Cannot change is_superuser".to_owned()))
            }
            (_, None) | (AccountChangeOutcome::Missing, _) => Err(ApiError::NotFound),
        }
    }

    async fn delete(context: &RequestContext<'_>, id: i64) -> Result<ViewResponse, ApiError> {
        let access = UserAccess::load(context, id).await?;
        if !access.may_delete() {
            let refusal = ApiError::Forbidden("Cannot delete user".to_owned());
            return Err(if access.caller.is_superuser {
                refusal
            } else {
                ApiError::PermissionDenied
            });
        }
        check_selected::<Self>(context, id).await?;
        let id = access.user.id;
        let record = context.record(Action::UserDelete).on(Object::User(id));
        let delete = move |repository: &dyn Repository, by: WriteContext<'_>| {
            let deleted = repository.delete_account(id, by);
            record.log(deleted, |change| (*change).into())
        };
        match context.write(vec![access.right], delete).await?? {
            AccountChangeOutcome::Done | AccountChangeOutcome::Unchanged => {
                Ok(ViewResponse::no_content())
            }
            AccountChangeOutcome::Missing => Err(ApiError::NotFound),
            // At least one user has to be left who can administer the service.
            AccountChangeOutcome::LastSuperuser => {
                Err(ApiError::Forbidden("Cannot delete user".to_owned()))
            }
        }
    }

    async fn forms(context: &RequestContext<'_>, id: i64) -> Result<PageForms, ApiError> {
        let access = UserAccess::load(context, id).await?;
        Ok(if access.may_change() {
            let but = access.refused_fields(&site::settings(context)?.directory_managed_fields);
            forms::change::<Self>(context, &access.user, &but, access.may_delete())
        } else {
            PageForms::default()
        })
    }
}

/// A user that a path names, and what the caller may do with it.
struct UserAccess {
    user: User,
    caller: Caller,
    /// May change all fields, and delete.
    is_admin: bool,
    is_self: bool,
    /// The right of [`Self::is_admin`].
    right: Right,
}

impl UserAccess {
    async fn load(context: &RequestContext<'_>, id: i64) -> Result<Self, ApiError> {
        let loaded = load::<User>(context, id).await?;
        Ok(Self {
            is_admin: loaded.may_change,
            is_self: loaded.caller.id == loaded.object.id,
            right: loaded.right,
            caller: loaded.caller,
            user: loaded.object,
        })
    }

    /// Fields whose change would be refused: the directory keeps `managed` ones of users who are from it.
    fn refused_fields<'a>(&self, managed: &'a [String]) -> Vec<&'a str> {
        let mut names = Vec::new();
        if !self.is_admin {
            names.extend([USERNAME, FIRST_NAME, LAST_NAME].map(|field| field.name));
        }
        if !self.caller.is_superuser {
            names.push(IS_SUPERUSER.name);
        }
        if !self.user.ldap_dn.is_empty() {
            names.extend(managed.iter().map(String::as_str));
        }
        names
    }

    /// May change some of its fields at least.
    fn may_change(&self) -> bool {
        self.is_admin || self.is_self
    }

    fn may_delete(&self) -> bool {
        self.is_admin && !self.is_self
    }
}

/// The change that the body asks for, once it has passed all checks, and the flag of superusers, if it is to be set.
async fn requested_change(
    context: &RequestContext<'_>,
    access: &UserAccess,
) -> Result<(ProfileChange, Option<bool>), ApiError> {
    let user = &access.user;
    let body = object(context.data().await?)?;
    let managed = &site::settings(context)?.directory_managed_fields;
    let mut form = UserInput::of_change(&body, mode(context), user, managed);
    form.permit_flag(access.caller.is_superuser)?;
    if !access.is_admin {
        let changed = protected_changes(&body, user);
        if !changed.is_empty() {
            let text = format!("Cannot change {}", changed.join(", "));
            return Err(ApiError::Forbidden(text));
        }
    }
    form.finish_early_phases()?;
    let (errors, unique) = form.check(Some(user));
    check_unique(context, user.id, unique, errors).await?;
    let mut change = form.change_of(user);
    if let Some(password) = form.password() {
        change.password = new_password(context, access, password.to_owned()).await?;
    }
    // Only superusers change the flag, whatever has become of the user meanwhile.
    let by_superuser = access.caller.is_superuser;
    Ok((change, form.is_superuser().filter(|_| by_superuser)))
}

/// The change to a password: none to the stored one, which ends no credential (contract `tower.md`, section 6.1),
/// and none of a user without a password here whose directory keeps it.
async fn new_password(
    context: &RequestContext<'_>,
    access: &UserAccess,
    password: String,
) -> Result<Option<PasswordChange>, ApiError> {
    let has_directory = !site::settings(context)?.directory_managed_fields.is_empty();
    let is_managed = has_directory && !access.user.ldap_dn.is_empty();
    let id = access.user.id;
    let stored = context
        .services
        .lanes
        .read(move |r| r.find_password_by_id(id));
    let Some(stored) = stored.await?? else {
        return Ok(None);
    };
    if is_managed && stored.as_encoded().starts_with('!') {
        return Ok(None);
    }
    let hasher = Arc::clone(&context.services.passwords);
    let encode = move || {
        let is_other = !hasher.verify(&password, &stored);
        is_other.then(|| hasher.encode(&password)).transpose()
    };
    let encoded = context.hashing(encode).await?;
    let encoded = encoded.map_err(|error| ApiError::Internal(Box::new(error)))?;
    let keep = if access.is_self {
        context.caller()?.keep.clone()
    } else {
        CredentialRef::None
    };
    Ok(encoded.map(|password| PasswordChange { password, keep }))
}
