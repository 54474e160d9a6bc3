//! How a user is looked up.

use diesel::expression::BoxableExpression;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use profiled_domain::UserLookup;

use crate::database::MultiBackend;
use crate::database::schema::users;

/// A condition on users.
type Condition<'a> =
    Box<dyn BoxableExpression<users::table, MultiBackend, SqlType = Nullable<Bool>> + 'a>;

/// Holds for the user of this key, and no other.
pub(crate) fn is_user(key: &UserLookup) -> Condition<'_> {
    match key {
        UserLookup::Id(id) => Box::new(users::id.nullable().eq(id.0)),
        UserLookup::Username(name) => Box::new(users::username.eq(name.as_str())),
        UserLookup::Email(email) => Box::new(users::email.eq(email.as_str())),
        UserLookup::ExternalId(id) => Box::new(users::external_id.eq(id.as_str())),
    }
}
