//! The user as `tower` writes it (contract `tower.md`, section 4).

use profiled_domain::User;
use serde::{Serialize, Serializer};

use crate::timestamp::Millis;
use crate::tower::mount::Mount;

/// A user; unset text is `""`.
#[derive(Serialize)]
pub(super) struct UserBody<'a> {
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

/// Paths of related lists, in the documented order.
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

/// The path of a user, or of a list below it.
struct Place {
    mount: Mount,
    user: i64,
    list: &'static str,
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { mount, user, list } = self;
        let mount = mount.prefix();
        match *list {
            "" => serializer.collect_str(&format_args!("{mount}users/{user}/")),
            list => serializer.collect_str(&format_args!("{mount}users/{user}/{list}/")),
        }
    }
}

impl<'a> UserBody<'a> {
    pub(super) fn new(user: &'a User, mount: Mount) -> Self {
        let place = |list| Place {
            mount,
            user: user.id.0,
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
