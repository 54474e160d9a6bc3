//! The right of a caller to a write, judged in the transaction of the write (`decisions.md` 22).
//!
//! On SQLite that transaction is alone. On PostgreSQL it shares the row of the caller: a write that ends a right of a
//! user (log-out, deactivation, a flag, a membership, the end of an organization) writes or locks the row of that
//! user, and so waits. The row of the user whom the write is about is locked for this transaction alone. Rows of
//! users are locked in the order of their ids, after those of organizations and teams.

use diesel::prelude::*;
use profiled_domain::{
    CredentialRef, CredentialsEpoch, Lapse, RepositoryError, UserId, WriteContext,
};

use crate::database::schema::{tokens, users};
use crate::database::{DbConnection, Store, StoreError};
use crate::selection::Plan;

/// What decides whether the credential of a caller still counts.
#[derive(Queryable)]
struct Caller {
    is_active: bool,
    is_deleted: bool,
    epoch: i64,
    kept_jti: Option<String>,
}

impl Store {
    /// Ends a write whose right does not hold any more. The right lasts as long as the transaction of the caller
    /// of this function, and so does the present state of `subject`, the user whom the write is about.
    ///
    /// An object that a right is about may be gone: that is for the write to find out.
    pub(crate) fn admit(
        &self,
        connection: &mut DbConnection,
        by: WriteContext<'_>,
        subject: Option<UserId>,
    ) -> Result<(), StoreError> {
        let Some(by) = by.authority else {
            return Ok(());
        };
        let lapsed = |lapse| StoreError::from(RepositoryError::Lapsed(lapse));
        let caller = lock(connection, by.actor, subject)?;
        let caller = caller.ok_or_else(|| lapsed(Lapse::Account))?;
        let has_token = match by.credential {
            CredentialRef::Token(id) => keep_token(connection, id.0)?,
            CredentialRef::Jwt(_) | CredentialRef::None => false,
        };
        let epoch = CredentialsEpoch {
            number: caller.epoch,
            kept_jti: caller.kept_jti,
            ..CredentialsEpoch::default()
        };
        let is_active = caller.is_active && !caller.is_deleted;
        if let Some(lapse) = by.lapse(is_active, &epoch, has_token) {
            return Err(lapsed(lapse));
        }
        for right in &by.rights {
            let condition = std::slice::from_ref(&right.condition);
            let plan = Plan::new(right.model, connection, self.shapes());
            let held = plan.holds(connection, right.id, condition)?;
            if held.is_some_and(|held| held != [true]) {
                return Err(lapsed(Lapse::Right));
            }
        }
        Ok(())
    }
}

/// Locks the caller and the user whom a write is about, which may be one and the same.
fn lock(
    connection: &mut DbConnection,
    actor: UserId,
    subject: Option<UserId>,
) -> QueryResult<Option<Caller>> {
    let row = users::table.find(actor.0).select((
        users::is_active,
        users::deleted_at.is_not_null(),
        users::credentials_epoch,
        users::kept_jti,
    ));
    let c = match connection {
        DbConnection::Sqlite(c) => return row.first(c).optional(),
        DbConnection::Postgres(c) => c,
    };
    // Sharing the row first and locking it afterwards, two writes of one user would wait for each other.
    if subject == Some(actor) {
        return row.for_update().first(c).optional();
    }
    let lock_subject = |c: &mut PgConnection| -> QueryResult<()> {
        let Some(subject) = subject else {
            return Ok(());
        };
        let row = users::table.find(subject.0).select(users::id);
        row.for_update().load::<i64>(c).map(drop)
    };
    if subject.is_some_and(|subject| subject < actor) {
        lock_subject(c)?;
        row.for_share().first(c).optional()
    } else {
        let caller = row.for_share().first(c).optional()?;
        lock_subject(c)?;
        Ok(caller)
    }
}

/// Whether a token is there, and keeps it from being revoked.
fn keep_token(connection: &mut DbConnection, id: i64) -> QueryResult<bool> {
    let row = tokens::table.find(id).select(tokens::id);
    let found: Option<i64> = match connection {
        DbConnection::Sqlite(c) => row.first(c).optional()?,
        DbConnection::Postgres(c) => row.for_key_share().first(c).optional()?,
    };
    Ok(found.is_some())
}
