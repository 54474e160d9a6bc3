//! Events of the activity stream: lists by kind of object, but a single actor.

use profiled_domain::{ActivityEvent, UserSummary};
use profiled_rest::wire::timestamp::Millis;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::ObjectUrl;

/// An event.
#[derive(Serialize, ToSchema)]
#[schema(as = tower::Event)]
pub(in crate::tower) struct EventBody<'a> {
    id: i64,
    r#type: &'static str,
    #[schema(value_type = String)]
    url: ObjectUrl<'a>,
    related: EventRelated<'a>,
    summary_fields: EventSummaries<'a>,
    #[schema(inline)]
    timestamp: Millis,
    operation: &'static str,
    #[schema(value_type = Object)]
    changes: &'a Map<String, Value>,
    object1: &'a str,
    object2: &'a str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = tower::EventRelated)]
struct EventRelated<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    actor: Option<ObjectUrl<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    organization: Vec<ObjectUrl<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    team: Vec<ObjectUrl<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    user: Vec<ObjectUrl<'a>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = tower::EventSummaries)]
struct EventSummaries<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    organization: Vec<EventObject<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    team: Vec<EventObject<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    user: Vec<EventUser<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    actor: Option<EventUser<'a>>,
}

/// An organization or a team.
#[derive(Serialize, ToSchema)]
#[schema(as = tower::EventObject)]
struct EventObject<'a> {
    id: i64,
    name: &'a str,
    description: &'a str,
}

/// A user; here the identifier comes last.
#[derive(Serialize, ToSchema)]
#[schema(as = tower::EventUser)]
struct EventUser<'a> {
    username: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    id: i64,
}

impl<'a> EventBody<'a> {
    pub(in crate::tower) fn new(event: &'a ActivityEvent, mount: &'a str) -> Self {
        Self {
            id: event.id.0,
            r#type: "activity_stream",
            url: ObjectUrl::new(mount, "activity_stream", event.id.0),
            related: EventRelated::new(event, mount),
            summary_fields: EventSummaries::new(event),
            timestamp: Millis(event.timestamp),
            operation: event.operation.as_str(),
            changes: &event.changes,
            object1: &event.object1,
            object2: &event.object2,
        }
    }
}

impl<'a> EventRelated<'a> {
    fn new(event: &ActivityEvent, mount: &'a str) -> Self {
        let organizations = event.organizations.iter().map(|one| one.id.0);
        let teams = event.teams.iter().map(|one| one.id.0);
        let user = |user: &UserSummary| ObjectUrl::user(mount, user);
        Self {
            actor: event.actor.as_ref().map(user),
            organization: organizations
                .map(|id| ObjectUrl::new(mount, "organizations", id))
                .collect(),
            team: teams.map(|id| ObjectUrl::new(mount, "teams", id)).collect(),
            user: event.users.iter().map(user).collect(),
        }
    }
}

impl<'a> EventSummaries<'a> {
    fn new(event: &'a ActivityEvent) -> Self {
        let organizations = event.organizations.iter().map(|one| EventObject {
            id: one.id.0,
            name: &one.name,
            description: &one.description,
        });
        let teams = event.teams.iter().map(|one| EventObject {
            id: one.id.0,
            name: &one.name,
            description: &one.description,
        });
        Self {
            organization: organizations.collect(),
            team: teams.collect(),
            user: event.users.iter().map(event_user).collect(),
            actor: event.actor.as_ref().map(event_user),
        }
    }
}

fn event_user(user: &UserSummary) -> EventUser<'_> {
    EventUser {
        username: &user.username,
        first_name: &user.first_name,
        last_name: &user.last_name,
        id: user.id.0,
    }
}
