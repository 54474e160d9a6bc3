//! Organizations.

use profiled_domain::Organization;
use profiled_rest::wire::timestamp::Millis;
use serde::Serialize;

use super::{ObjectUrl, UserSummaryBody};

/// An organization.
#[derive(Serialize)]
pub(in crate::tower) struct OrganizationBody<'a> {
    id: i64,
    r#type: &'static str,
    url: ObjectUrl<'a>,
    related: OrganizationRelated<'a>,
    summary_fields: OrganizationSummaries<'a>,
    created: Millis,
    modified: Millis,
    name: &'a str,
    description: &'a str,
}

#[derive(Serialize)]
struct OrganizationRelated<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<ObjectUrl<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_by: Option<ObjectUrl<'a>>,
    admins: ObjectUrl<'a>,
    users: ObjectUrl<'a>,
    inventories: ObjectUrl<'a>,
    activity_stream: ObjectUrl<'a>,
    projects: ObjectUrl<'a>,
    teams: ObjectUrl<'a>,
}

#[derive(Serialize)]
struct OrganizationSummaries<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<UserSummaryBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
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
