//! Users as an operator looks for them, the deleted ones by what they were called.

use diesel::prelude::*;
use profiled_domain::{PageRequest, RepositoryError, User, UserId};

use crate::database::Store;
use crate::database::functions::profiled_lower;
use crate::database::rows::UserRow;
use crate::database::schema::{deleted_users, users};

/// Which users are listed; what is not set narrows nothing.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// The user of this id.
    pub id: Option<UserId>,
    /// A deleted user who had this username or e-mail address.
    pub was_called: Option<String>,
    /// Whose username, e-mail address, mobile number or name has this text somewhere, in upper or lower case; of deleted users
    /// what they had.
    pub search: Option<String>,
    /// Those who may not log in; among deleted users, those who were inactive before.
    pub is_inactive: bool,
    /// Deleted users alone. Without it they are among the others.
    pub is_deleted: bool,
    /// Those with staff status.
    pub is_staff: bool,
}

/// A user, and what a deleted one had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedUser {
    /// The user. One who is deleted has no username, e-mail address and mobile number.
    pub user: User,
    /// Of a user who is deleted.
    pub former: Option<FormerNames>,
}

/// What a deleted user was found by, and gets back when it is restored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = deleted_users)]
pub struct FormerNames {
    /// Its username.
    pub username: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its mobile number.
    pub mobile_number: Option<String>,
}

impl Store {
    /// The users that an operator looks for, by ascending id.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn find_users(
        &self,
        wanted: &UserFilter,
        page: PageRequest,
    ) -> Result<Vec<ListedUser>, RepositoryError> {
        let texts = wanted.search.iter().chain(&wanted.was_called);
        if texts.into_iter().any(|text| text.contains('\0')) {
            return Ok(Vec::new());
        }
        let rows: Vec<(UserRow, Option<FormerNames>)> = self.read(|connection| {
            let mut query = users::table
                .left_join(deleted_users::table)
                .order(users::id)
                .offset(page.offset)
                .limit(page.limit)
                .select((UserRow::as_select(), Option::<FormerNames>::as_select()))
                .into_boxed();
            if let Some(id) = wanted.id {
                query = query.filter(users::id.eq(id.0));
            }
            if let Some(name) = &wanted.was_called {
                let username = deleted_users::username.nullable().eq(name);
                query = query.filter(username.or(deleted_users::email.nullable().eq(name)));
            }
            if wanted.is_deleted {
                query = query.filter(users::deleted_at.is_not_null());
            }
            if wanted.is_staff {
                query = query.filter(users::is_staff);
            }
            if wanted.is_inactive && wanted.is_deleted {
                query = query.filter(deleted_users::was_active.nullable().eq(false));
            } else if wanted.is_inactive {
                query = query.filter(users::deleted_at.is_null().and(users::is_active.eq(false)));
            }
            if let Some(text) = &wanted.search {
                let pattern = format!("%{}%", escaped(&text.to_lowercase()));
                macro_rules! has {
                    ($column:expr) => {
                        profiled_lower($column.nullable())
                            .like(pattern.clone())
                            .escape('!')
                    };
                }
                query = query.filter(
                    has!(users::username)
                        .or(has!(users::email))
                        .or(has!(users::mobile_number))
                        .or(has!(users::first_name))
                        .or(has!(users::last_name))
                        .or(has!(deleted_users::username))
                        .or(has!(deleted_users::email))
                        .or(has!(deleted_users::mobile_number)),
                );
            }
            query.load(connection)
        })?;
        let listed = |(user, former)| {
            let user = User::try_from(user)?;
            Ok(ListedUser { user, former })
        };
        rows.into_iter().map(listed).collect()
    }
}

/// A text in which no character stands for another.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '!') {
            escaped.push('!');
        }
        escaped.push(character);
    }
    escaped
}
