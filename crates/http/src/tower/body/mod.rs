//! Objects as `tower` writes them (contract `tower.md`, sections 4 and 8), key by key in the documented
//! order; unset text is `""`.

mod event;
mod organization;
mod team;
mod user;

use profiled_domain::UserSummary;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

pub(super) use event::EventBody;
pub(super) use organization::OrganizationBody;
pub(super) use team::TeamBody;
pub(super) use user::UserBody;

/// The path of an object, or of a list below it.
struct ObjectUrl<'a> {
    mount: &'a str,
    /// The list that has the object.
    kind: &'static str,
    id: i64,
    /// Empty: the object itself.
    list: &'static str,
}

impl<'a> ObjectUrl<'a> {
    fn new(mount: &'a str, kind: &'static str, id: i64) -> Self {
        Self {
            mount,
            kind,
            id,
            list: "",
        }
    }

    fn user(mount: &'a str, user: &UserSummary) -> Self {
        Self::new(mount, "users", user.id.0)
    }

    /// The path of a list below it.
    fn list(&self, list: &'static str) -> Self {
        Self { list, ..*self }
    }
}

impl Serialize for ObjectUrl<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            mount,
            kind,
            id,
            list,
        } = self;
        match *list {
            "" => serializer.collect_str(&format_args!("{mount}{kind}/{id}/")),
            list => serializer.collect_str(&format_args!("{mount}{kind}/{id}/{list}/")),
        }
    }
}

/// Who made or changed an object.
#[derive(Serialize, ToSchema)]
#[schema(as = tower::UserSummary)]
struct UserSummaryBody<'a> {
    id: i64,
    username: &'a str,
    first_name: &'a str,
    last_name: &'a str,
}

impl<'a> UserSummaryBody<'a> {
    fn new(user: &'a UserSummary) -> Self {
        Self {
            id: user.id.0,
            username: &user.username,
            first_name: &user.first_name,
            last_name: &user.last_name,
        }
    }
}
