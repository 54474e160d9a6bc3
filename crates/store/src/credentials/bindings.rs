//! Subjects of foreign issuers, and the users that they stand for.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{
    BindOutcome, Binding, BindingRepository, ForeignSubject, Page, PageRequest, RepositoryError,
    User, UserId, UserLookup,
};

use crate::database::schema::{bindings, users};
use crate::database::{DbConnection, Store, on_each, stored};

type Row = (String, String, i64, NaiveDateTime);

impl BindingRepository for Store {
    fn bind(
        &self,
        subject: &ForeignSubject,
        user: &User,
        name: &UserLookup,
        now: DateTime<Utc>,
    ) -> Result<BindOutcome, RepositoryError> {
        self.write(|connection| {
            if !lock_unchanged(connection, user, name)? {
                return Ok(BindOutcome::Changed);
            }
            on_each!(connection, |c| diesel::insert_into(bindings::table)
                .values((
                    bindings::issuer.eq(&subject.issuer),
                    bindings::subject.eq(&subject.subject),
                    bindings::user_id.eq(user.id.0),
                    bindings::created_at.eq(stored(now)),
                ))
                .on_conflict_do_nothing()
                .execute(c))?;
            // A parallel binding may have been faster, and counts.
            let bound = bound(connection, subject)?;
            Ok(bound.map_or(BindOutcome::Occupied, BindOutcome::To))
        })
    }

    fn list_bindings(
        &self,
        user: Option<UserId>,
        page: PageRequest,
    ) -> Result<Page<Binding>, RepositoryError> {
        let (rows, total): (Vec<Row>, i64) = self.read(|connection| {
            let (mut wanted, mut all) =
                (bindings::table.into_boxed(), bindings::table.into_boxed());
            if let Some(user) = user {
                wanted = wanted.filter(bindings::user_id.eq(user.0));
                all = all.filter(bindings::user_id.eq(user.0));
            }
            let rows = wanted
                .order((bindings::issuer, bindings::subject))
                .offset(page.offset)
                .limit(page.limit)
                .load(connection)?;
            Ok((rows, all.count().get_result(connection)?))
        })?;
        let binding = |(issuer, subject, user, created_at): Row| Binding {
            subject: ForeignSubject { issuer, subject },
            user: UserId(user),
            created_at: created_at.and_utc(),
        };
        let items = rows.into_iter().map(binding).collect();
        Ok(Page { items, total })
    }

    fn unbind(&self, subject: &ForeignSubject) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            let known = bindings::table.find((&subject.issuer, &subject.subject));
            Ok(diesel::delete(known).execute(connection)? > 0)
        })
    }
}

fn bound(connection: &mut DbConnection, subject: &ForeignSubject) -> QueryResult<Option<UserId>> {
    let id: Option<i64> = on_each!(connection, |c| bindings::table
        .find((subject.issuer.as_str(), subject.subject.as_str()))
        .select(bindings::user_id)
        .get_result(c)
        .optional())?;
    Ok(id.map(UserId))
}

/// What a user is named by: id, username, e-mail address and external id.
type Names = (i64, Option<String>, Option<String>, Option<String>);

/// Whether a user may still be bound by its name. If so, it stays as it is until the transaction ends.
fn lock_unchanged(
    connection: &mut DbConnection,
    user: &User,
    name: &UserLookup,
) -> QueryResult<bool> {
    let row = users::table
        .find(user.id.0)
        .filter(users::is_active)
        .filter(users::credentials_epoch.eq(user.credentials.number))
        .select((users::id, users::username, users::email, users::external_id));
    let found: Option<Names> = match connection {
        DbConnection::Sqlite(c) => row.first(c).optional()?,
        DbConnection::Postgres(c) => row.for_share().first(c).optional()?,
    };
    let is_named = |(id, username, email, external_id): Names| match name {
        UserLookup::Id(wanted) => wanted.0 == id,
        UserLookup::Username(wanted) => username.as_ref() == Some(wanted),
        UserLookup::Email(wanted) => email.as_ref() == Some(wanted),
        UserLookup::Mailbox(wanted) => email.is_some_and(|email| wanted.is(&email)),
        UserLookup::ExternalId(wanted) => external_id.as_ref() == Some(wanted),
    };
    Ok(found.is_some_and(is_named))
}
