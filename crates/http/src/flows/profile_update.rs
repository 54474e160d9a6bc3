//! Changing one's own profile, by the rules of a dialect's fields (contract `drf.md`, section 9).

use profiled_auth::audit::Outcome;
use profiled_domain::{
    Gender, Patch, ProfileChange, Repository, RepositoryError, Right, UniqueKey, UniqueValues,
    User, UserProfile, WriteContext,
};
use profiled_rest::RequestContext;
use profiled_rest::error::{ApiError, FieldErrors};
use profiled_rest::fields::{Candidate, Field, Kind, TextRules, body_of};
use profiled_rest::wire::body::Data;

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
        record.log(updated, Outcome::of_found)
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
    let taken_keys = find_taken(context, fields, data, user).await?;
    let mut change = ProfileChange::default();
    let mut picture = Patch::Keep;
    for field in fields.iter().filter(|field| !field.is_read_only) {
        match field.kind {
            Kind::Text | Kind::Username | Kind::Email => {
                let value = field.candidate(data, errors);
                if let Patch::Set(text) = &value {
                    let mut keys = taken_keys
                        .iter()
                        .filter(|key| field_name(**key) == field.name);
                    let taken = keys.next().map(|key| taken(*key));
                    field.check(text, TextRules { taken }, errors);
                }
                set_text(&mut change, field.name, value);
            }
            Kind::Choice(_) => {
                change.gender = match field.choice(data, errors) {
                    Patch::Keep => Patch::Keep,
                    Patch::Clear => Patch::Clear,
                    Patch::Set(value) => value.parse::<Gender>().map_or(Patch::Keep, Patch::Set),
                };
            }
            Kind::Image => picture = media::read(media, field, data, errors).await?,
            _ => {}
        }
    }
    Ok((change, picture))
}

fn set_text(change: &mut ProfileChange, name: &str, value: Patch<Candidate>) {
    let target = match name {
        "username" => &mut change.username,
        "mobile_number" => &mut change.mobile_number,
        "number_phone" => &mut change.number_phone,
        "email" => &mut change.email,
        "first_name" => &mut change.first_name,
        "last_name" => &mut change.last_name,
        _ => return,
    };
    *target = match value {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(text) => Patch::Set(text.into_text()),
    };
}

/// Values of the body that another user holds.
async fn find_taken(
    context: &RequestContext<'_>,
    fields: &[Field],
    data: &Data,
    user: &User,
) -> Result<Vec<UniqueKey>, ApiError> {
    let value = |key: UniqueKey, stored: &Option<String>| {
        let field = fields.iter().find(|field| field.name == field_name(key))?;
        // Messages are given later, when the fields are read in order.
        match field.candidate(data, &mut FieldErrors::default()) {
            Patch::Set(text) => text.storable().filter(|text| Some(text) != stored.as_ref()),
            Patch::Keep | Patch::Clear => None,
        }
    };
    let wanted = UniqueValues {
        username: value(UniqueKey::Username, &user.username),
        email: value(UniqueKey::Email, &user.email),
        mobile_number: value(UniqueKey::MobileNumber, &user.mobile_number),
    };
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let id = user.id;
    let found = context
        .services
        .blocking(move |repository| repository.find_taken(id, &wanted));
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
