//! The end of all credentials of a user (`decisions.md` 10, 11; ADR 0011).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{CredentialRef, PasswordHash, RepositoryError, UserId};

use crate::database::schema::{tokens, users};
use crate::database::{DbConnection, StoreError, stored};

/// Begins a new epoch of a user's credentials and deletes the opaque tokens, in the transaction of the
/// caller; `false` if there is no such user.
///
/// Every write of a password calls this, and every end of the right to log in.
pub(crate) fn revoke_all(
    connection: &mut DbConnection,
    user: i64,
    keep: &CredentialRef,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = users::table
        .find(user)
        .select(users::credentials_epoch_at)
        .first(connection)
        .optional()?;
    let Some(changed_at): Option<Option<chrono::NaiveDateTime>> = row else {
        return Ok(false);
    };
    let (kept_jti, kept_token) = match keep {
        CredentialRef::None => (None, None),
        CredentialRef::Token(id) => (None, Some(id.0)),
        CredentialRef::Jwt(jti) => (Some(jti.as_str()), None),
    };
    diesel::update(users::table.find(user))
        .set((
            users::credentials_epoch.eq(users::credentials_epoch + 1),
            // A clock that was set back must not let older tokens in again.
            users::credentials_epoch_at.eq(changed_at.max(Some(stored(now)))),
            users::kept_jti.eq(kept_jti),
            users::password_digest.eq(None::<String>),
        ))
        .execute(connection)?;
    let own = tokens::table.filter(tokens::user_id.eq(user));
    match kept_token {
        Some(kept) => diesel::delete(own.filter(tokens::id.ne(kept))).execute(connection)?,
        None => diesel::delete(own).execute(connection)?,
    };
    Ok(true)
}

/// Writes a password and ends all other credentials, in the transaction of the caller; `false` if
/// there is no such user.
pub(crate) fn set_password(
    connection: &mut DbConnection,
    user: UserId,
    password: &PasswordHash,
    keep: &CredentialRef,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    diesel::update(users::table.find(user.0))
        .set(users::password.eq(password.as_encoded()))
        .execute(connection)?;
    revoke_all(connection, user.0, keep, now)
}

/// Refuses a request of an epoch that has ended. The present one lasts as long as the
/// transaction of the caller.
pub(crate) fn check_epoch(
    connection: &mut DbConnection,
    user: i64,
    epoch: i64,
) -> Result<(), StoreError> {
    let row = users::table.find(user).select(users::credentials_epoch);
    let present: Option<i64> = match connection {
        DbConnection::Postgres(c) => row.for_share().get_result(c).optional()?,
        DbConnection::Sqlite(c) => row.get_result(c).optional()?,
    };
    match present {
        None => Err(RepositoryError::Missing("user").into()),
        Some(present) if present != epoch => {
            Err(RepositoryError::Missing("epoch of the credentials").into())
        }
        Some(_) => Ok(()),
    }
}
