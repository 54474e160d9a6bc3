//! Users.

use profiled_domain::User;
use profiled_rest::wire::timestamp::Millis;
use serde::Serialize;
use utoipa::ToSchema;

use super::ObjectUrl;

/// A user.
#[derive(Serialize, ToSchema)]
#[schema(as = tower::User)]
pub(in crate::tower) struct UserBody<'a> {
    id: i64,
    r#type: &'static str,
    #[schema(value_type = String)]
    url: ObjectUrl<'a>,
    related: UserRelated<'a>,
    #[schema(inline)]
    created: Millis,
    username: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    email: &'a str,
    is_superuser: bool,
    ldap_dn: &'a str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = tower::UserRelated)]
struct UserRelated<'a> {
    #[schema(value_type = String)]
    admin_of_organizations: ObjectUrl<'a>,
    #[schema(value_type = String)]
    organizations: ObjectUrl<'a>,
    #[schema(value_type = String)]
    credentials: ObjectUrl<'a>,
    #[schema(value_type = String)]
    permissions: ObjectUrl<'a>,
    #[schema(value_type = String)]
    activity_stream: ObjectUrl<'a>,
    #[schema(value_type = String)]
    projects: ObjectUrl<'a>,
    #[schema(value_type = String)]
    teams: ObjectUrl<'a>,
}

impl<'a> UserBody<'a> {
    pub(in crate::tower) fn new(user: &'a User, mount: &'a str) -> Self {
        let url = ObjectUrl::new(mount, "users", user.id.0);
        Self {
            id: user.id.0,
            r#type: "user",
            related: UserRelated {
                admin_of_organizations: url.list("admin_of_organizations"),
                organizations: url.list("organizations"),
                credentials: url.list("credentials"),
                permissions: url.list("permissions"),
                activity_stream: url.list("activity_stream"),
                projects: url.list("projects"),
                teams: url.list("teams"),
            },
            url,
            created: Millis(user.date_joined),
            username: user.person.username.as_deref().unwrap_or_default(),
            first_name: user.person.first_name.as_deref().unwrap_or_default(),
            last_name: user.person.last_name.as_deref().unwrap_or_default(),
            email: user.person.email.as_deref().unwrap_or_default(),
            is_superuser: user.is_superuser,
            ldap_dn: &user.ldap_dn,
        }
    }
}
