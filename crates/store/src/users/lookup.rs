//! How a user is looked up.

use std::borrow::Cow;

use diesel::expression::BoxableExpression;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};
use profiled_domain::UserLookup;

use crate::database::schema::users;
use crate::database::{DbConnection, MultiBackend, on_each};

define_sql_function! {
    /// The text in lower case: ASCII letters only on both databases, as the column is collated.
    fn lower(text: Nullable<Text>) -> Nullable<Text>;
}

/// Loads the stored addresses that may be a mailbox.
macro_rules! addresses_of {
    ($connection:expr, $mailbox:expr) => {{
        use $crate::database::schema::users;
        let stored = users::table.filter($crate::users::lower(users::email).eq($mailbox.folded()));
        let stored = stored.select(users::email.assume_not_null());
        stored.load::<String>($connection)
    }};
}
pub(crate) use addresses_of;

/// The key by which a user of a mailbox is found, if there is one; any other key as it is.
pub(crate) fn stored<'a>(
    connection: &mut DbConnection,
    key: &'a UserLookup,
) -> QueryResult<Option<Cow<'a, UserLookup>>> {
    let UserLookup::Mailbox(mailbox) = key else {
        return Ok(Some(Cow::Borrowed(key)));
    };
    let known = on_each!(connection, |c| addresses_of!(c, mailbox))?;
    let chosen = mailbox.choose(known).map(UserLookup::Email);
    Ok(chosen.map(Cow::Owned))
}

/// A condition on users.
type Condition<'a> =
    Box<dyn BoxableExpression<users::table, MultiBackend, SqlType = Nullable<Bool>> + 'a>;

/// Holds for the user of this key, and no other.
pub(crate) fn is_user(key: &UserLookup) -> Condition<'_> {
    match key {
        UserLookup::Id(id) => Box::new(users::id.nullable().eq(id.0)),
        UserLookup::Username(name) => Box::new(users::username.eq(name.as_str())),
        UserLookup::Email(email) => Box::new(users::email.eq(email.as_str())),
        // What is stored of it has been chosen already.
        UserLookup::Mailbox(mailbox) => Box::new(users::email.eq(mailbox.address())),
        UserLookup::ExternalId(id) => Box::new(users::external_id.eq(id.as_str())),
    }
}
