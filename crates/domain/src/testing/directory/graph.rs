//! The objects in memory as a graph, to evaluate conditions over.

use super::super::State;
use super::records::{Event, Record};
use super::retention::is_remembered;
use crate::{
    Field, FieldValue, Membership, Model, ObjectGraph, ObjectState, OrganizationId, Relation,
    TeamId, User, UserId,
};

impl State {
    /// Identifiers of all live objects.
    pub(super) fn ids(&self, model: Model) -> Vec<i64> {
        let of_records = |all: &[Record]| all.iter().map(|stored| stored.id).collect();
        match model {
            Model::User => {
                let users = self.users.iter().map(|(user, _)| user.id);
                users
                    .filter(|id| self.is_live(*id))
                    .map(|id| id.0)
                    .collect()
            }
            Model::Organization => of_records(&self.directory.organizations),
            Model::Team => of_records(&self.directory.teams),
            Model::ActivityEvent => self.directory.events.iter().map(|event| event.id).collect(),
        }
    }

    pub(in crate::testing) fn state_of(&self, model: Model, id: i64) -> ObjectState {
        let was_there = match model {
            Model::User => self.user(UserId(id)).is_some(),
            Model::Organization => is_remembered(&self.directory.deleted_organizations, id),
            Model::Team => is_remembered(&self.directory.deleted_teams, id),
            Model::ActivityEvent => false,
        };
        if self.ids(model).contains(&id) {
            ObjectState::Present
        } else if was_there {
            ObjectState::Gone
        } else {
            ObjectState::Missing
        }
    }

    fn of_user(&self, user: i64, place: impl Fn(Membership) -> Option<i64>) -> Vec<i64> {
        let members = self.directory.members.iter();
        let own = members.filter(|(_, member)| member.0 == user);
        own.filter_map(|(membership, _)| place(*membership))
            .collect()
    }

    fn users_of(&self, wanted: Membership) -> Vec<i64> {
        let members = self.directory.members.iter();
        let all = members.filter(|(membership, user)| *membership == wanted && self.is_live(*user));
        all.map(|(_, user)| user.0).collect()
    }

    fn live_user(&self, id: Option<UserId>) -> Vec<i64> {
        let user = id.filter(|id| self.is_live(*id));
        user.into_iter().map(|id| id.0).collect()
    }

    fn related_of_organization(&self, relation: Relation, id: OrganizationId) -> Vec<i64> {
        let stored = self.directory.organization(id);
        match relation {
            Relation::OrganizationUsers => self.users_of(Membership::OrganizationUser(id)),
            Relation::OrganizationAdmins => self.users_of(Membership::OrganizationAdmin(id)),
            Relation::OrganizationCreatedBy => {
                self.live_user(stored.and_then(|stored| stored.created_by))
            }
            Relation::OrganizationModifiedBy => {
                self.live_user(stored.and_then(|stored| stored.modified_by))
            }
            _ => {
                let teams = self.directory.teams.iter();
                let own = teams.filter(|team| team.organization == Some(id));
                own.map(|team| team.id).collect()
            }
        }
    }

    fn related_of_team(&self, relation: Relation, id: TeamId) -> Vec<i64> {
        let Some(stored) = self.directory.team(id) else {
            return Vec::new();
        };
        match relation {
            Relation::TeamOrganization => stored.organization.iter().map(|id| id.0).collect(),
            Relation::TeamCreatedBy => self.live_user(stored.created_by),
            Relation::TeamModifiedBy => self.live_user(stored.modified_by),
            _ => self.users_of(Membership::TeamUser(id)),
        }
    }

    fn related_of_event(&self, relation: Relation, id: i64) -> Vec<i64> {
        let Some(event) = self.directory.events.iter().find(|event| event.id == id) else {
            return Vec::new();
        };
        match relation {
            Relation::EventActor => self.live_user(event.actor),
            Relation::EventUsers => self.live_user(event.what.user),
            Relation::EventOrganizations => {
                let all = event.what.organization.into_iter();
                let live = all.filter(|id| self.directory.organization(*id).is_some());
                live.map(|id| id.0).collect()
            }
            _ => {
                let all = event.what.team.into_iter();
                let live = all.filter(|id| self.directory.team(*id).is_some());
                live.map(|id| id.0).collect()
            }
        }
    }
}

impl ObjectGraph for State {
    fn value(&self, model: Model, id: i64, field: Field) -> Option<FieldValue> {
        if field == Field::Id {
            return Some(FieldValue::Integer(id));
        }
        let directory = &self.directory;
        match model {
            Model::User => self.user(UserId(id)).and_then(|user| of_user(user, field)),
            Model::Organization => directory
                .organization(OrganizationId(id))
                .and_then(|stored| of_record(stored, field)),
            Model::Team => directory
                .team(TeamId(id))
                .and_then(|stored| of_record(stored, field)),
            Model::ActivityEvent => directory
                .events
                .iter()
                .find(|event| event.id == id)
                .and_then(|event| of_event(event, field)),
        }
    }

    fn related(&self, relation: Relation, id: i64) -> Vec<i64> {
        match relation {
            Relation::UserOrganizations => self.of_user(id, |membership| match membership {
                Membership::OrganizationUser(id) => Some(id.0),
                _ => None,
            }),
            Relation::UserAdminOfOrganizations => self.of_user(id, |membership| match membership {
                Membership::OrganizationAdmin(id) => Some(id.0),
                _ => None,
            }),
            Relation::UserTeams => self.of_user(id, |membership| match membership {
                Membership::TeamUser(id) => Some(id.0),
                _ => None,
            }),
            Relation::OrganizationUsers
            | Relation::OrganizationAdmins
            | Relation::OrganizationTeams
            | Relation::OrganizationCreatedBy
            | Relation::OrganizationModifiedBy => {
                self.related_of_organization(relation, OrganizationId(id))
            }
            Relation::TeamOrganization
            | Relation::TeamUsers
            | Relation::TeamCreatedBy
            | Relation::TeamModifiedBy => self.related_of_team(relation, TeamId(id)),
            Relation::EventActor
            | Relation::EventUsers
            | Relation::EventOrganizations
            | Relation::EventTeams => self.related_of_event(relation, id),
        }
    }
}

fn of_user(user: &User, field: Field) -> Option<FieldValue> {
    let text = |value: &Option<String>| FieldValue::Text(value.clone().unwrap_or_default());
    Some(match field {
        Field::Username => text(&user.username),
        Field::FirstName => text(&user.first_name),
        Field::LastName => text(&user.last_name),
        Field::Email => text(&user.email),
        Field::LdapDn => FieldValue::Text(user.ldap_dn.clone()),
        Field::IsSuperuser => FieldValue::Boolean(user.is_superuser),
        Field::IsStaff => FieldValue::Boolean(user.is_staff),
        Field::DateJoined => FieldValue::Instant(user.date_joined),
        Field::LastLogin => FieldValue::Instant(user.last_login?),
        _ => return None,
    })
}

fn of_record(stored: &Record, field: Field) -> Option<FieldValue> {
    Some(match field {
        Field::Name => FieldValue::Text(stored.name.clone()),
        Field::Description => FieldValue::Text(stored.description.clone()),
        Field::Created => FieldValue::Instant(stored.created),
        Field::Modified => FieldValue::Instant(stored.modified),
        _ => return None,
    })
}

fn of_event(event: &Event, field: Field) -> Option<FieldValue> {
    Some(match field {
        Field::Timestamp => FieldValue::Instant(event.timestamp),
        Field::Operation => FieldValue::Text(event.what.operation.as_str().to_owned()),
        Field::Object1 => FieldValue::Text(event.what.object1.to_owned()),
        Field::Object2 => FieldValue::Text(event.what.object2.to_owned()),
        _ => return None,
    })
}
