//! What is stored of organizations and teams.

use chrono::{DateTime, Utc};

use super::super::State;
use crate::{
    ActivityEvent, DirectoryObject, EventId, Membership, NewEvent, Organization, OrganizationId,
    OrganizationSummary, RepositoryError, Team, TeamId, TeamSummary, UniqueKey, User, UserId,
    UserSummary,
};

/// Organizations, teams, who belongs to them, and what was done to them.
#[derive(Debug, Default)]
pub(in super::super) struct Directory {
    pub(super) organizations: Vec<Record>,
    pub(super) teams: Vec<Record>,
    pub(super) members: Vec<(Membership, UserId)>,
    pub(super) events: Vec<Event>,
    /// Identifier of the latest event, whether it is still there or not.
    pub(super) last_event: i64,
    pub(super) deleted_organizations: Vec<Tombstone>,
    pub(super) deleted_teams: Vec<Tombstone>,
}

/// An organization or a team that was deleted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tombstone {
    pub(super) id: i64,
    pub(super) deleted_at: DateTime<Utc>,
    /// It stands for an identifier that is not used again, and for nothing else.
    pub(super) is_forgotten: bool,
}

/// An organization or a team.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) description: String,
    /// Of a team.
    pub(super) organization: Option<OrganizationId>,
    pub(super) created_by: Option<UserId>,
    pub(super) modified_by: Option<UserId>,
    pub(super) created: DateTime<Utc>,
    pub(super) modified: DateTime<Utc>,
}

#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) id: i64,
    pub(super) timestamp: DateTime<Utc>,
    pub(super) actor: Option<UserId>,
    pub(super) what: NewEvent,
}

impl Directory {
    pub(super) fn organization(&self, id: OrganizationId) -> Option<&Record> {
        self.organizations.iter().find(|stored| stored.id == id.0)
    }

    pub(super) fn team(&self, id: TeamId) -> Option<&Record> {
        self.teams.iter().find(|stored| stored.id == id.0)
    }

    /// Forgets a user whose account is erased.
    pub(in super::super) fn forget_user(&mut self, user: UserId) {
        let forget = |reference: &mut Option<UserId>| {
            reference.take_if(|id| *id == user);
        };
        self.members.retain(|(_, member)| *member != user);
        for stored in self.organizations.iter_mut().chain(&mut self.teams) {
            forget(&mut stored.created_by);
            forget(&mut stored.modified_by);
        }
        for event in &mut self.events {
            forget(&mut event.actor);
            forget(&mut event.what.user);
        }
    }

    pub(super) fn check_organization_name(&self, wanted: &Record) -> Result<(), RepositoryError> {
        let is_taken = |other: &Record| other.id != wanted.id && other.name == wanted.name;
        if self.organizations.iter().any(is_taken) {
            return Err(RepositoryError::Conflict(UniqueKey::OrganizationName));
        }
        Ok(())
    }

    /// The organization has to exist, and the name to be free in it. Names of teams without one are free.
    pub(super) fn check_team(&self, wanted: &Record) -> Result<(), RepositoryError> {
        let Some(organization) = wanted.organization else {
            return Ok(());
        };
        if self.organization(organization).is_none() {
            return Err(RepositoryError::Missing("organization"));
        }
        let is_taken = |other: &Record| {
            other.id != wanted.id
                && other.organization == wanted.organization
                && other.name == wanted.name
        };
        if self.teams.iter().any(is_taken) {
            return Err(RepositoryError::Conflict(UniqueKey::TeamName));
        }
        Ok(())
    }

    pub(super) fn check_place(&self, membership: Membership) -> Result<(), RepositoryError> {
        match membership {
            Membership::OrganizationUser(id) | Membership::OrganizationAdmin(id) => self
                .organization(id)
                .map(drop)
                .ok_or(RepositoryError::Missing("organization")),
            Membership::TeamUser(id) => self
                .team(id)
                .map(drop)
                .ok_or(RepositoryError::Missing("team")),
        }
    }

    pub(super) fn record(&mut self, what: NewEvent, actor: Option<UserId>, now: DateTime<Utc>) {
        self.last_event += 1;
        self.events.push(Event {
            id: self.last_event,
            timestamp: now,
            actor,
            what,
        });
    }
}

impl State {
    pub(in super::super) fn is_live(&self, id: UserId) -> bool {
        self.user(id)
            .is_some_and(|user| user.is_active && user.deleted_at.is_none())
    }

    fn user_summary(&self, id: Option<UserId>) -> Option<UserSummary> {
        let id = id.filter(|id| self.is_live(*id))?;
        self.user(id).map(summary)
    }

    fn organization_summary(&self, id: Option<OrganizationId>) -> Option<OrganizationSummary> {
        let stored = self.directory.organization(id?)?;
        Some(OrganizationSummary {
            id: OrganizationId(stored.id),
            name: stored.name.clone(),
            description: stored.description.clone(),
        })
    }

    fn team_summary(&self, id: Option<TeamId>) -> Option<TeamSummary> {
        let stored = self.directory.team(id?)?;
        Some(TeamSummary {
            id: TeamId(stored.id),
            name: stored.name.clone(),
            description: stored.description.clone(),
        })
    }

    pub(super) fn organization(&self, id: OrganizationId) -> Option<Organization> {
        let stored = self.directory.organization(id)?;
        Some(Organization {
            id,
            name: stored.name.clone(),
            description: stored.description.clone(),
            created_by: self.user_summary(stored.created_by),
            modified_by: self.user_summary(stored.modified_by),
            created: stored.created,
            modified: stored.modified,
        })
    }

    pub(super) fn team(&self, id: TeamId) -> Option<Team> {
        let stored = self.directory.team(id)?;
        Some(Team {
            id,
            name: stored.name.clone(),
            description: stored.description.clone(),
            organization: self.organization_summary(stored.organization),
            created_by: self.user_summary(stored.created_by),
            modified_by: self.user_summary(stored.modified_by),
            created: stored.created,
            modified: stored.modified,
        })
    }

    pub(super) fn event(&self, id: i64) -> Option<ActivityEvent> {
        let event = self.directory.events.iter().find(|event| event.id == id)?;
        let what = &event.what;
        Some(ActivityEvent {
            id: EventId(event.id),
            timestamp: event.timestamp,
            operation: what.operation,
            changes: what.changes.clone(),
            object1: what.object1.to_owned(),
            object2: what.object2.to_owned(),
            actor: self.user_summary(event.actor),
            users: self.user_summary(what.user).into_iter().collect(),
            organizations: self
                .organization_summary(what.organization)
                .into_iter()
                .collect(),
            teams: self.team_summary(what.team).into_iter().collect(),
        })
    }

    /// Adds a user who may log in to what is there; `false` for one who is in already.
    pub(super) fn add_to(
        &mut self,
        membership: Membership,
        user: UserId,
        actor: Option<UserId>,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        self.directory.check_place(membership)?;
        if !self.is_live(user) {
            return Err(RepositoryError::Missing("user"));
        }
        let is_member = self.directory.members.contains(&(membership, user));
        if !is_member {
            self.directory.members.push((membership, user));
            let event = NewEvent::added(membership, user);
            self.directory.record(event, actor, now);
        }
        Ok(!is_member)
    }

    /// Records what was done to an object that is there; `old` is what it was before.
    pub(super) fn record_change(
        &mut self,
        old: Option<DirectoryObject<'_>>,
        new: DirectoryObject<'_>,
        actor: Option<UserId>,
        now: DateTime<Utc>,
    ) {
        let event = match old {
            Some(old) => NewEvent::changed(old, new),
            None => Some(NewEvent::created(new)),
        };
        if let Some(event) = event {
            self.directory.record(event, actor, now);
        }
    }
}

fn summary(user: &User) -> UserSummary {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    UserSummary {
        id: user.id,
        username: text(&user.username),
        first_name: text(&user.first_name),
        last_name: text(&user.last_name),
    }
}
