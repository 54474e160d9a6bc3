//! Events of the activity stream: lists by kind of object, but a single actor.

use profiled_domain::{ActivityEvent, UserSummary};
use profiled_rest::wire::timestamp::Millis;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Place;
use crate::tower::mount::Mount;

/// An event.
#[derive(Serialize)]
pub(in crate::tower) struct EventBody<'a> {
    id: i64,
    r#type: &'static str,
    url: Place,
    related: Related,
    summary_fields: Summaries<'a>,
    timestamp: Millis,
    operation: &'static str,
    changes: &'a Map<String, Value>,
    object1: &'a str,
    object2: &'a str,
}

#[derive(Serialize)]
struct Related {
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<Place>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    organization: Vec<Place>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    team: Vec<Place>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    user: Vec<Place>,
}

#[derive(Serialize)]
struct Summaries<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    organization: Vec<Thing<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    team: Vec<Thing<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    user: Vec<Person<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<Person<'a>>,
}

/// An organization or a team.
#[derive(Serialize)]
struct Thing<'a> {
    id: i64,
    name: &'a str,
    description: &'a str,
}

/// A user; here the identifier comes last.
#[derive(Serialize)]
struct Person<'a> {
    username: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    id: i64,
}

impl<'a> EventBody<'a> {
    pub(in crate::tower) fn new(event: &'a ActivityEvent, mount: Mount) -> Self {
        Self {
            id: event.id.0,
            r#type: "activity_stream",
            url: place(mount, "activity_stream", event.id.0),
            related: Related::new(event, mount),
            summary_fields: Summaries::new(event),
            timestamp: Millis(event.timestamp),
            operation: event.operation.as_str(),
            changes: &event.changes,
            object1: &event.object1,
            object2: &event.object2,
        }
    }
}

impl Related {
    fn new(event: &ActivityEvent, mount: Mount) -> Self {
        let organizations = event.organizations.iter().map(|one| one.id.0);
        let teams = event.teams.iter().map(|one| one.id.0);
        let user = |user: &UserSummary| Place::user(mount, user);
        Self {
            actor: event.actor.as_ref().map(user),
            organization: organizations
                .map(|id| place(mount, "organizations", id))
                .collect(),
            team: teams.map(|id| place(mount, "teams", id)).collect(),
            user: event.users.iter().map(user).collect(),
        }
    }
}

impl<'a> Summaries<'a> {
    fn new(event: &'a ActivityEvent) -> Self {
        let organizations = event.organizations.iter().map(|one| Thing {
            id: one.id.0,
            name: &one.name,
            description: &one.description,
        });
        let teams = event.teams.iter().map(|one| Thing {
            id: one.id.0,
            name: &one.name,
            description: &one.description,
        });
        Self {
            organization: organizations.collect(),
            team: teams.collect(),
            user: event.users.iter().map(person).collect(),
            actor: event.actor.as_ref().map(person),
        }
    }
}

fn person(user: &UserSummary) -> Person<'_> {
    Person {
        username: &user.username,
        first_name: &user.first_name,
        last_name: &user.last_name,
        id: user.id.0,
    }
}

fn place(mount: Mount, kind: &'static str, id: i64) -> Place {
    Place {
        mount,
        kind,
        id,
        list: "",
    }
}
