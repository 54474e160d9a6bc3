//! Users.

use profiled_domain::User;
use profiled_rest::wire::timestamp::Millis;
use serde::Serialize;

use super::Place;
use crate::tower::mount::Mount;

/// A user.
#[derive(Serialize)]
pub(in crate::tower) struct UserBody<'a> {
    id: i64,
    r#type: &'static str,
    url: Place,
    related: Related,
    created: Millis,
    username: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    email: &'a str,
    is_superuser: bool,
    ldap_dn: &'a str,
}

#[derive(Serialize)]
struct Related {
    admin_of_organizations: Place,
    organizations: Place,
    credentials: Place,
    permissions: Place,
    activity_stream: Place,
    projects: Place,
    teams: Place,
}

impl<'a> UserBody<'a> {
    pub(in crate::tower) fn new(user: &'a User, mount: Mount) -> Self {
        let place = |list| Place {
            mount,
            kind: "users",
            id: user.id.0,
            list,
        };
        Self {
            id: user.id.0,
            r#type: "user",
            url: place(""),
            related: Related {
                admin_of_organizations: place("admin_of_organizations"),
                organizations: place("organizations"),
                credentials: place("credentials"),
                permissions: place("permissions"),
                activity_stream: place("activity_stream"),
                projects: place("projects"),
                teams: place("teams"),
            },
            created: Millis(user.date_joined),
            username: user.username.as_deref().unwrap_or_default(),
            first_name: user.first_name.as_deref().unwrap_or_default(),
            last_name: user.last_name.as_deref().unwrap_or_default(),
            email: user.email.as_deref().unwrap_or_default(),
            is_superuser: user.is_superuser,
            ldap_dn: &user.ldap_dn,
        }
    }
}
