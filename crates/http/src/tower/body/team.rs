//! Teams.

use profiled_domain::{OrganizationSummary, Team};
use profiled_rest::wire::timestamp::Millis;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ObjectUrl, UserSummaryBody};

/// A team.
#[derive(Serialize, ToSchema)]
#[schema(as = tower::Team)]
pub(in crate::tower) struct TeamBody<'a> {
    id: i64,
    r#type: &'static str,
    #[schema(value_type = String)]
    url: ObjectUrl<'a>,
    related: TeamRelated<'a>,
    summary_fields: TeamSummaries<'a>,
    #[schema(inline)]
    created: Millis,
    #[schema(inline)]
    modified: Millis,
    name: &'a str,
    description: &'a str,
    #[schema(required)]
    organization: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = tower::TeamRelated)]
struct TeamRelated<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    created_by: Option<ObjectUrl<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    modified_by: Option<ObjectUrl<'a>>,
    #[schema(value_type = String)]
    credentials: ObjectUrl<'a>,
    #[schema(value_type = String)]
    permissions: ObjectUrl<'a>,
    #[schema(value_type = String)]
    users: ObjectUrl<'a>,
    #[schema(value_type = String)]
    projects: ObjectUrl<'a>,
    #[schema(value_type = String)]
    activity_stream: ObjectUrl<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    organization: Option<ObjectUrl<'a>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = tower::TeamSummaries)]
struct TeamSummaries<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    organization: Option<OrganizationNames<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    created_by: Option<UserSummaryBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    modified_by: Option<UserSummaryBody<'a>>,
}

/// What a team shows of its organization.
#[derive(Serialize, ToSchema)]
#[schema(as = tower::OrganizationNames)]
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
