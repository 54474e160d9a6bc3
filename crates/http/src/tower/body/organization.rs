//! Organizations.

use profiled_domain::Organization;
use profiled_rest::wire::timestamp::Millis;
use serde::Serialize;

use super::{Person, Place};
use crate::tower::mount::Mount;

/// An organization.
#[derive(Serialize)]
pub(in crate::tower) struct OrganizationBody<'a> {
    id: i64,
    r#type: &'static str,
    url: Place,
    related: Related,
    summary_fields: Summaries<'a>,
    created: Millis,
    modified: Millis,
    name: &'a str,
    description: &'a str,
}

#[derive(Serialize)]
struct Related {
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_by: Option<Place>,
    admins: Place,
    users: Place,
    inventories: Place,
    activity_stream: Place,
    projects: Place,
    teams: Place,
}

#[derive(Serialize)]
struct Summaries<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<Person<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_by: Option<Person<'a>>,
}

impl<'a> OrganizationBody<'a> {
    pub(in crate::tower) fn new(organization: &'a Organization, mount: Mount) -> Self {
        let (created_by, modified_by) = (
            organization.created_by.as_ref(),
            organization.modified_by.as_ref(),
        );
        let place = |list| Place {
            mount,
            kind: "organizations",
            id: organization.id.0,
            list,
        };
        Self {
            id: organization.id.0,
            r#type: "organization",
            url: place(""),
            related: Related {
                created_by: created_by.map(|user| Place::user(mount, user)),
                modified_by: modified_by.map(|user| Place::user(mount, user)),
                admins: place("admins"),
                users: place("users"),
                inventories: place("inventories"),
                activity_stream: place("activity_stream"),
                projects: place("projects"),
                teams: place("teams"),
            },
            summary_fields: Summaries {
                created_by: created_by.map(Person::new),
                modified_by: modified_by.map(Person::new),
            },
            created: Millis(organization.created),
            modified: Millis(organization.modified),
            name: &organization.name,
            description: &organization.description,
        }
    }
}
