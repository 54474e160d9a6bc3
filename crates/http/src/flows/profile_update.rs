//! Changing one's own profile, by the rules of a dialect's fields (contract `drf.md`, section 9).

use std::error::Error;

use profiled_auth::audit::AuditOutcome;
use profiled_domain::{
    Patch, ProfileChange, Repository, RepositoryError, Right, UniqueKey, UniqueValues, User,
    UserProfile, WriteContext,
};
use profiled_rest::RequestContext;
use profiled_rest::error::{ApiError, FieldErrors};
use profiled_rest::fields::{Field, Kind, body_of};
use profiled_rest::wire::body::{Data, Text};

use crate::flows::password_change;
use crate::media::{self, Avatar, Media, Picture};

/// Longest stored file name, in characters.
pub(crate) const FILE_NAME_MAX: usize = 100;

/// Changes the caller's profile to what the body says, by the caller's `rights`.
///
/// # Errors
/// [`ApiError::Invalid`] with all messages of all fields; nothing is changed then.
pub(crate) async fn update(
    context: &RequestContext<'_>,
    media: &Media,
    fields: &[Field],
    rights: Vec<Right>,
) -> Result<UserProfile, ApiError> {
    let profile = &context.caller()?.profile;
    let user = &profile.user;
    let data = context.data().await?;
    let mut errors = FieldErrors::default();
    let (mut change, picture) = change(context, media, fields, &data, user, &mut errors).await?;
    change.password = password_change::change(context, &data, &mut errors).await?;
    errors.into_result()?;
    let precondition = context.precondition(profile)?;
    let avatar = Avatar::store(context.services, media, user, picture).await?;
    change.avatar = avatar.patch.clone();
    let id = user.id;
    let record = context.record_of_change(id, &change);
    let update = move |repository: &dyn Repository, by: WriteContext<'_>| {
        let updated = repository.update_profile(id, &change, &precondition, by);
        record.log(updated, AuditOutcome::of_found)
    };
    let written = context.judged(rights, update).await?;
    avatar.settle(context.services, media, &written).await;
    match written {
        Ok(Some(profile)) => Ok(profile),
        Ok(None) => Err(ApiError::NotFound),
        // Another request took the value first.
        Err(RepositoryError::Conflict(key)) => {
            let name = field_name(key);
            Err(ApiError::Invalid(FieldErrors::of(name, taken(key))))
        }
        // The upload took so long that its file was swept away.
        Err(error @ RepositoryError::Missing(_)) => Err(ApiError::Unavailable(Box::new(error))),
        Err(RepositoryError::Lapsed(lapse)) => Err(context.lapsed(lapse)),
        Err(error) => Err(error.into()),
    }
}

/// A field, and what the body says of it or why it is refused.
type Read<'a> = (&'a Field, Result<Patch<Text>, String>);

/// What the body says, the avatar apart: its file is not stored yet.
async fn change(
    context: &RequestContext<'_>,
    media: &Media,
    fields: &[Field],
    data: &Data,
    user: &User,
    errors: &mut FieldErrors,
) -> Result<(ProfileChange, Patch<Picture>), ApiError> {
    let data = body_of(data)?;
    let is_attribute =
        |field: &&Field| !field.is_read_only && !matches!(field.kind, Kind::Password);
    let attributes = fields.iter().filter(is_attribute);
    let read: Vec<Read<'_>> = attributes.map(|field| (field, field.read(data))).collect();
    let taken_keys = find_taken(context, &read, user).await?;
    let mut change = ProfileChange::default();
    let mut picture = Patch::Keep;
    for (field, read) in read {
        match (&field.kind, read) {
            (Kind::Image, _) => picture = media::read(media, field, data, errors).await?,
            (_, Err(message)) => errors.push(field.name, message),
            (_, Ok(value)) => {
                if let Patch::Set(text) = &value {
                    let mut keys = taken_keys.iter();
                    let key = keys.find(|key| field_name(**key) == field.name);
                    field.check(text, key.map(|key| taken(*key)), errors);
                }
                let set = change.set(
                    field.name.parse().map_err(internal)?,
                    value.map(|text| text.text),
                );
                set.map_err(internal)?;
            }
        }
    }
    Ok((change, picture))
}

/// A field that is no attribute, or takes what the attribute does not.
fn internal(error: impl Error + Send + Sync + 'static) -> ApiError {
    ApiError::Internal(Box::new(error))
}

/// Values of the body that another user holds.
async fn find_taken(
    context: &RequestContext<'_>,
    read: &[Read<'_>],
    user: &User,
) -> Result<Vec<UniqueKey>, ApiError> {
    let value = |key: UniqueKey, stored: &Option<String>| {
        let mut read = read.iter();
        match read.find(|(field, _)| field.name == field_name(key))? {
            (_, Ok(Patch::Set(text))) => {
                text.storable().filter(|text| Some(text) != stored.as_ref())
            }
            _ => None,
        }
    };
    let stored = &user.person;
    let wanted = UniqueValues {
        username: value(UniqueKey::Username, &stored.username),
        email: value(UniqueKey::Email, &stored.email),
        mobile_number: value(UniqueKey::MobileNumber, &stored.mobile_number),
    };
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let id = user.id;
    let found = context
        .services
        .lanes
        .read(move |repository| repository.find_taken(id, &wanted));
    Ok(found.await??)
}

fn field_name(key: UniqueKey) -> &'static str {
    match key {
        UniqueKey::Username => "username",
        UniqueKey::Email => "email",
        UniqueKey::MobileNumber => "mobile_number",
        UniqueKey::GroupName
        | UniqueKey::Token
        | UniqueKey::OrganizationName
        | UniqueKey::TeamName => "name",
    }
}

/// The framework's message for a value that another user or group holds.
pub(crate) fn taken(key: UniqueKey) -> &'static str {
    match key {
        UniqueKey::Username => "A user with that username already exists.",
        UniqueKey::Email => "user with this email already exists.",
        UniqueKey::MobileNumber => "user with this mobile number already exists.",
        UniqueKey::GroupName => "group with this name already exists.",
        UniqueKey::Token | UniqueKey::OrganizationName | UniqueKey::TeamName => {
            "This field must be unique."
        }
    }
}
