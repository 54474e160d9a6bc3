//! Teams.

use profiled_domain::{OrganizationSummary, Team};
use profiled_rest::wire::timestamp::Millis;
use serde::Serialize;

use super::{Person, Place};
use crate::tower::mount::Mount;

/// A team.
#[derive(Serialize)]
pub(in crate::tower) struct TeamBody<'a> {
    id: i64,
    r#type: &'static str,
    url: Place,
    related: Related,
    summary_fields: Summaries<'a>,
    created: Millis,
    modified: Millis,
    name: &'a str,
    description: &'a str,
    organization: Option<i64>,
}

#[derive(Serialize)]
struct Related {
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_by: Option<Place>,
    credentials: Place,
    permissions: Place,
    users: Place,
    projects: Place,
    activity_stream: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<Place>,
}

#[derive(Serialize)]
struct Summaries<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<Names<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<Person<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_by: Option<Person<'a>>,
}

/// What a team tells of its organization.
#[derive(Serialize)]
struct Names<'a> {
    name: &'a str,
    description: &'a str,
}

impl<'a> TeamBody<'a> {
    pub(in crate::tower) fn new(team: &'a Team, mount: Mount) -> Self {
        let (created_by, modified_by) = (team.created_by.as_ref(), team.modified_by.as_ref());
        let organization = team.organization.as_ref();
        let place = |list| Place {
            mount,
            kind: "teams",
            id: team.id.0,
            list,
        };
        Self {
            id: team.id.0,
            r#type: "team",
            url: place(""),
            related: Related {
                created_by: created_by.map(|user| Place::user(mount, user)),
                modified_by: modified_by.map(|user| Place::user(mount, user)),
                credentials: place("credentials"),
                permissions: place("permissions"),
                users: place("users"),
                projects: place("projects"),
                activity_stream: place("activity_stream"),
                organization: organization.map(|organization| Place {
                    mount,
                    kind: "organizations",
                    id: organization.id.0,
                    list: "",
                }),
            },
            summary_fields: Summaries {
                organization: organization.map(names),
                created_by: created_by.map(Person::new),
                modified_by: modified_by.map(Person::new),
            },
            created: Millis(team.created),
            modified: Millis(team.modified),
            name: &team.name,
            description: &team.description,
            organization: organization.map(|organization| organization.id.0),
        }
    }
}

fn names(organization: &OrganizationSummary) -> Names<'_> {
    Names {
        name: &organization.name,
        description: &organization.description,
    }
}
