//! Organizations.

use profiled_domain::Organization;
use profiled_rest::wire::timestamp::Millis;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ObjectUrl, UserSummaryBody};

/// An organization.
#[derive(Serialize, ToSchema)]
#[schema(as = tower::Organization)]
pub(in crate::tower) struct OrganizationBody<'a> {
    id: i64,
    r#type: &'static str,
    #[schema(value_type = String)]
    url: ObjectUrl<'a>,
    related: OrganizationRelated<'a>,
    summary_fields: OrganizationSummaries<'a>,
    #[schema(inline)]
    created: Millis,
    #[schema(inline)]
    modified: Millis,
    name: &'a str,
    description: &'a str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = tower::OrganizationRelated)]
struct OrganizationRelated<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    created_by: Option<ObjectUrl<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    modified_by: Option<ObjectUrl<'a>>,
    #[schema(value_type = String)]
    admins: ObjectUrl<'a>,
    #[schema(value_type = String)]
    users: ObjectUrl<'a>,
    #[schema(value_type = String)]
    inventories: ObjectUrl<'a>,
    #[schema(value_type = String)]
    activity_stream: ObjectUrl<'a>,
    #[schema(value_type = String)]
    projects: ObjectUrl<'a>,
    #[schema(value_type = String)]
    teams: ObjectUrl<'a>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = tower::OrganizationSummaries)]
struct OrganizationSummaries<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    created_by: Option<UserSummaryBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    modified_by: Option<UserSummaryBody<'a>>,
}

impl<'a> OrganizationBody<'a> {
    pub(in crate::tower) fn new(organization: &'a Organization, mount: &'a str) -> Self {
        let (created_by, modified_by) = (
            organization.created_by.as_ref(),
            organization.modified_by.as_ref(),
        );
        let url = ObjectUrl::new(mount, "organizations", organization.id.0);
        Self {
            id: organization.id.0,
            r#type: "organization",
            related: OrganizationRelated {
                created_by: created_by.map(|user| ObjectUrl::user(mount, user)),
                modified_by: modified_by.map(|user| ObjectUrl::user(mount, user)),
                admins: url.list("admins"),
                users: url.list("users"),
                inventories: url.list("inventories"),
                activity_stream: url.list("activity_stream"),
                projects: url.list("projects"),
                teams: url.list("teams"),
            },
            url,
            summary_fields: OrganizationSummaries {
                created_by: created_by.map(UserSummaryBody::new),
                modified_by: modified_by.map(UserSummaryBody::new),
            },
            created: Millis(organization.created),
            modified: Millis(organization.modified),
            name: &organization.name,
            description: &organization.description,
        }
    }
}
