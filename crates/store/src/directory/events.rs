//! Events, with what they refer to.

use diesel::prelude::*;
use profiled_domain::{
    ActivityEvent, OrganizationSummary, RepositoryError, TeamSummary, UserSummary,
};

use super::rows::{EventRow, OrganizationSummaryRow, TeamSummaryRow, UserSummaryRow};
use crate::database::schema::{
    activity, activity_organizations, activity_teams, activity_users, organizations, teams, users,
};
use crate::database::{DbConnection, on_each};
use crate::selection::Listed;

diesel::allow_tables_to_appear_in_same_query!(activity, users);
diesel::allow_tables_to_appear_in_same_query!(activity_users, users);
diesel::allow_tables_to_appear_in_same_query!(activity_organizations, organizations);
diesel::allow_tables_to_appear_in_same_query!(activity_teams, teams);

/// An event as it is read.
pub(super) struct Event {
    row: EventRow,
    actor: Option<UserSummaryRow>,
    users: Vec<UserSummaryRow>,
    organizations: Vec<OrganizationSummaryRow>,
    teams: Vec<TeamSummaryRow>,
}

/// Loads the live objects that events refer to, with the identifiers of the events, by the ids of the objects.
macro_rules! references {
    ($connection:expr, $events:expr, $pairs:ident, $id:ident, $table:ident, $row:ty, $live:expr) => {{
        let rows: Vec<(i64, $row)> = on_each!($connection, |c| $pairs::table
            .inner_join($table::table.on($table::id.eq($pairs::$id)))
            .filter($pairs::event_id.eq_any($events))
            .filter($live)
            .order($table::id)
            .select(($pairs::event_id, <$row>::as_select()))
            .load(c))?;
        rows
    }};
}

pub(super) fn load(connection: &mut DbConnection, listed: Listed) -> QueryResult<Vec<Event>> {
    let rows: Vec<(EventRow, Option<UserSummaryRow>)> = on_each!(connection, |c| activity::table
        .left_join(
            users::table.on(users::id
                .nullable()
                .eq(activity::actor_id)
                .and(users::is_active)),
        )
        .filter(listed.is_on_page)
        .order(listed.order)
        .select((EventRow::as_select(), Option::<UserSummaryRow>::as_select()))
        .load(c))?;
    let ids: Vec<i64> = rows.iter().map(|(row, _)| row.id).collect();
    let of_users = references!(
        connection,
        &ids,
        activity_users,
        user_id,
        users,
        UserSummaryRow,
        users::is_active
    );
    let of_organizations = references!(
        connection,
        &ids,
        activity_organizations,
        organization_id,
        organizations,
        OrganizationSummaryRow,
        organizations::id.gt(0)
    );
    let of_teams = references!(
        connection,
        &ids,
        activity_teams,
        team_id,
        teams,
        TeamSummaryRow,
        teams::id.gt(0)
    );
    let event = |(row, actor): (EventRow, _)| Event {
        users: of_event(&of_users, row.id),
        organizations: of_event(&of_organizations, row.id),
        teams: of_event(&of_teams, row.id),
        row,
        actor,
    };
    Ok(rows.into_iter().map(event).collect())
}

fn of_event<T: Clone>(all: &[(i64, T)], event: i64) -> Vec<T> {
    let own = all.iter().filter(|(id, _)| *id == event);
    own.map(|(_, row)| row.clone()).collect()
}

impl TryFrom<Event> for ActivityEvent {
    type Error = RepositoryError;

    fn try_from(event: Event) -> Result<Self, Self::Error> {
        let mut described = event.row.with(event.actor)?;
        described.users = event.users.into_iter().map(UserSummary::from).collect();
        let organizations = event.organizations.into_iter();
        described.organizations = organizations.map(OrganizationSummary::from).collect();
        described.teams = event.teams.into_iter().map(TeamSummary::from).collect();
        Ok(described)
    }
}
