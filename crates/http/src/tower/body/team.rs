//! Teams.

use profiled_domain::{OrganizationSummary, Team};
use profiled_rest::wire::timestamp::Millis;
use serde::Serialize;

use super::{ObjectUrl, UserSummaryBody};

/// A team.
#[derive(Serialize)]
pub(in crate::tower) struct TeamBody<'a> {
    id: i64,
    r#type: &'static str,
    url: ObjectUrl<'a>,
    related: TeamRelated<'a>,
    summary_fields: TeamSummaries<'a>,
    created: Millis,
    modified: Millis,
    name: &'a str,
    description: &'a str,
    organization: Option<i64>,
}

#[derive(Serialize)]
struct TeamRelated<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<ObjectUrl<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_by: Option<ObjectUrl<'a>>,
    credentials: ObjectUrl<'a>,
    permissions: ObjectUrl<'a>,
    users: ObjectUrl<'a>,
    projects: ObjectUrl<'a>,
    activity_stream: ObjectUrl<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<ObjectUrl<'a>>,
}

#[derive(Serialize)]
struct TeamSummaries<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<OrganizationNames<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<UserSummaryBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_by: Option<UserSummaryBody<'a>>,
}

/// What a team shows of its organization.
#[derive(Serialize)]
struct OrganizationNames<'a> {
    name: &'a str,
    description: &'a str,
}

impl<'a> TeamBody<'a> {
    pub(in crate::tower) fn new(team: &'a Team, mount: &'a str) -> Self {
        let (created_by, modified_by) = (team.created_by.as_ref(), team.modified_by.as_ref());
        let organization = team.organization.as_ref();
        let url = ObjectUrl::new(mount, "teams", team.id.0);
        Self {
            id: team.id.0,
            r#type: "team",
            related: TeamRelated {
                created_by: created_by.map(|user| ObjectUrl::user(mount, user)),
                modified_by: modified_by.map(|user| ObjectUrl::user(mount, user)),
                credentials: url.list("credentials"),
                permissions: url.list("permissions"),
                users: url.list("users"),
                projects: url.list("projects"),
                activity_stream: url.list("activity_stream"),
                organization: organization
                    .map(|organization| ObjectUrl::new(mount, "organizations", organization.id.0)),
            },
            url,
            summary_fields: TeamSummaries {
                organization: organization.map(names),
                created_by: created_by.map(UserSummaryBody::new),
                modified_by: modified_by.map(UserSummaryBody::new),
            },
            created: Millis(team.created),
            modified: Millis(team.modified),
            name: &team.name,
            description: &team.description,
            organization: organization.map(|organization| organization.id.0),
        }
    }
}

fn names(organization: &OrganizationSummary) -> OrganizationNames<'_> {
    OrganizationNames {
        name: &organization.name,
        description: &organization.description,
    }
}
