//! Events and tombstones, written with the change that they tell of.

use diesel::prelude::*;
use profiled_domain::{NewEvent, WriteContext};
use serde_json::Value;

use crate::database::schema::{
    activity, activity_organizations, activity_teams, activity_users, deleted_directory_objects,
};
use crate::database::{DbConnection, stored};

/// `kind` of a deleted organization.
pub(crate) const ORGANIZATION: &str = "organization";
/// `kind` of a deleted team.
pub(crate) const TEAM: &str = "team";

/// Writes an event in the transaction of the caller.
pub(super) fn record(
    connection: &mut DbConnection,
    event: NewEvent,
    by: WriteContext<'_>,
) -> QueryResult<()> {
    let id: i64 = diesel::insert_into(activity::table)
        .values((
            activity::timestamp.eq(stored(by.at)),
            activity::operation.eq(event.operation.as_str()),
            activity::changes.eq(Value::Object(event.changes).to_string()),
            activity::object1.eq(event.object1),
            activity::object2.eq(event.object2),
            activity::actor_id.eq(by.id().map(|actor| actor.0)),
        ))
        .returning(activity::id)
        .get_result(connection)?;
    if let Some(user) = event.user {
        diesel::insert_into(activity_users::table)
            .values((
                activity_users::event_id.eq(id),
                activity_users::user_id.eq(user.0),
            ))
            .execute(connection)?;
    }
    if let Some(organization) = event.organization {
        diesel::insert_into(activity_organizations::table)
            .values((
                activity_organizations::event_id.eq(id),
                activity_organizations::organization_id.eq(organization.0),
            ))
            .execute(connection)?;
    }
    if let Some(team) = event.team {
        diesel::insert_into(activity_teams::table)
            .values((
                activity_teams::event_id.eq(id),
                activity_teams::team_id.eq(team.0),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// Remembers that an object was there.
pub(super) fn record_tombstone(
    connection: &mut DbConnection,
    kind: &str,
    id: i64,
    name: &str,
    by: WriteContext<'_>,
) -> QueryResult<()> {
    diesel::insert_into(deleted_directory_objects::table)
        .values((
            deleted_directory_objects::kind.eq(kind),
            deleted_directory_objects::id.eq(id),
            deleted_directory_objects::name.eq(name),
            deleted_directory_objects::deleted_at.eq(stored(by.at)),
        ))
        .execute(connection)
        .map(drop)
}

/// Forgets that an object was deleted: an import has brought it back.
pub(crate) fn forget_tombstone(
    connection: &mut DbConnection,
    kind: &str,
    id: i64,
) -> QueryResult<()> {
    diesel::delete(deleted_directory_objects::table.find((kind, id)))
        .execute(connection)
        .map(drop)
}
