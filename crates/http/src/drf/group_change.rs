//! What a body says of a group.

use profiled_domain::{GroupChange, GroupId, Patch, RepositoryError, UniqueKey};
use profiled_rest::RequestContext;
use profiled_rest::error::{ApiError, FieldErrors};
use profiled_rest::fields::{Field, Input, body_of};
use profiled_rest::wire::body::Text;

use crate::flows::profile_update::taken;

/// The change of `group` that the body asks for, or the values of a new one.
///
/// # Errors
/// [`ApiError::Invalid`] with all messages of all fields.
pub(super) async fn read(
    context: &RequestContext<'_>,
    fields: &[Field],
    group: Option<GroupId>,
    is_partial: bool,
) -> Result<GroupChange, ApiError> {
    let data = context.data().await?;
    let data = body_of(&data)?;
    let mut errors = FieldErrors::default();
    let mut change = GroupChange::default();
    for field in fields.iter().filter(|field| !field.is_read_only) {
        if is_partial && matches!(field.input(data), Input::Absent) {
            continue;
        }
        match field.name {
            "name" => {
                if let Patch::Set(name) = field.candidate(data, &mut errors) {
                    let is_taken = is_taken(context, &name, group).await?;
                    let taken = is_taken.then(|| taken(UniqueKey::GroupName));
                    field.check(&name, taken, &mut errors);
                    change.name = Some(name.text);
                }
            }
            "notes" => change.notes = field.text(data, &mut errors),
            _ => {}
        }
    }
    errors.into_result()?;
    Ok(change)
}

/// What came of a write: the name may have been taken since it was looked for.
pub(super) fn written<T>(outcome: Result<T, RepositoryError>) -> Result<T, ApiError> {
    outcome.map_err(|error| match error {
        RepositoryError::Conflict(key @ UniqueKey::GroupName) => {
            ApiError::Invalid(FieldErrors::of("name", taken(key)))
        }
        error => error.into(),
    })
}

/// Whether another group has the name. What no database can hold, none has.
async fn is_taken(
    context: &RequestContext<'_>,
    name: &Text,
    own: Option<GroupId>,
) -> Result<bool, ApiError> {
    let Some(name) = name.storable() else {
        return Ok(false);
    };
    let found = context.services.lanes.read(move |r| r.find_group(&name));
    Ok(found.await??.is_some_and(|group| Some(group.id) != own))
}
