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

/// Stores which object an event is about, if it is about one of this kind.
macro_rules! link {
    ($connection:expr, $event:expr, $object:expr, $table:ident, $column:ident) => {
        if let Some(object) = $object {
            diesel::insert_into($table::table)
                .values(($table::event_id.eq($event), $table::$column.eq(object.0)))
                .execute($connection)?;
        }
    };
}

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
    link!(connection, id, event.user, activity_users, user_id);
    link!(
        connection,
        id,
        event.organization,
        activity_organizations,
        organization_id
    );
    link!(connection, id, event.team, activity_teams, team_id);
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
