//! What is written of a user, in the transaction of the caller.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{NewUser, Patch, ProfileChange, UserId, WriteContext};

use crate::credentials::set_password;
use crate::database::rows::UserRow;
use crate::database::schema::users;
use crate::database::{DbConnection, PersonRow, StoreError, stored};
use crate::media;

/// What an account without a password stores: Django takes any text after `!` for unusable.
const UNUSABLE_PASSWORD: &str = "!";

/// Flags of an account that operators change; `None` leaves a flag as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = users)]
pub struct AccountFlags {
    /// May use the `drf` dialect.
    pub is_staff: Option<bool>,
    /// Has every permission.
    pub is_superuser: Option<bool>,
}

/// Stores a new user in the transaction of the caller.
pub(crate) fn insert_user(
    connection: &mut DbConnection,
    new: &NewUser,
    now: DateTime<Utc>,
) -> QueryResult<UserRow> {
    let password = new
        .password
        .as_ref()
        .map_or(UNUSABLE_PASSWORD, |hash| hash.as_encoded());
    let id: i64 = diesel::insert_into(users::table)
        .values((
            PersonRow::from(new.person.clone()),
            users::is_active.eq(new.is_active),
            users::is_staff.eq(new.is_staff),
            users::is_superuser.eq(new.is_superuser),
            users::ldap_dn.eq(""),
            users::password.eq(password),
            users::date_joined.eq(stored(now)),
        ))
        .returning(users::id)
        .get_result(connection)?;
    users::table
        .find(id)
        .select(UserRow::as_select())
        .first(connection)
}

/// Writes a change of a user, whom the caller has locked and read.
pub(crate) fn write_profile(
    connection: &mut DbConnection,
    id: UserId,
    stored: PersonRow,
    change: &ProfileChange,
    flags: AccountFlags,
    by: WriteContext<'_>,
) -> Result<(), StoreError> {
    let person = if change.fields().is_empty() {
        None
    } else {
        Some(stored.changed(id.0, change)?)
    };
    if person.is_some() || flags != AccountFlags::default() {
        diesel::update(users::table.find(id.0))
            .set((person, flags))
            .execute(connection)?;
    }
    if let Some(new) = &change.password {
        set_password(connection, id, &new.password, &new.keep, by.at)?;
    }
    if let Patch::Set(key) = &change.avatar {
        media::use_reserved(connection, key)?;
    }
    Ok(())
}
