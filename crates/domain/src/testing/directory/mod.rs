//! Organizations and teams in memory.

mod graph;
mod records;
mod retention;

use chrono::{DateTime, Utc};

use self::records::{Record, Tombstone};
use super::{MemoryRepository, State, next_id, page_of};
use crate::{
    ActivityEvent, Condition, DirectoryObject, Membership, MembershipRepository, Model, NewEvent,
    NewOrganization, NewTeam, NewUser, ObjectState, Organization, OrganizationChange,
    OrganizationId, OrganizationRepository, Page, RepositoryError, Selection, SelectionRepository,
    Team, TeamChange, TeamId, TeamRepository, User, UserId, WriteContext,
};

pub(super) use self::records::Directory;

impl MemoryRepository {
    /// Makes a user the administrator of an organization of its own.
    pub fn insert_organization_admin(&self, user: UserId) {
        let mut state = self.lock();
        let organization = state.directory.organizations.len() + 1;
        let stored = Record {
            name: format!("Organization {organization}"),
            ..Record::new(None, DateTime::UNIX_EPOCH)
        };
        let id = state.insert_organization(stored);
        let membership = Membership::OrganizationAdmin(id);
        state.directory.members.push((membership, user));
    }
}

impl State {
    fn page<T>(
        &self,
        model: Model,
        selection: &Selection,
        item: impl Fn(i64) -> Option<T>,
    ) -> Page<T> {
        let ids = selection.select(self, model, &self.ids(model));
        let page = page_of(ids, selection.page);
        Page {
            items: page.items.into_iter().filter_map(item).collect(),
            total: page.total,
        }
    }

    fn insert_organization(&mut self, stored: Record) -> OrganizationId {
        let directory = &mut self.directory;
        let taken = directory.organizations.iter().map(|other| other.id);
        let id = next_id(taken.chain(directory.deleted_organizations.iter().map(|gone| gone.id)));
        directory.organizations.push(Record { id, ..stored });
        OrganizationId(id)
    }
}

impl Record {
    fn new(actor: Option<UserId>, now: DateTime<Utc>) -> Self {
        Self {
            id: 0,
            name: String::new(),
            description: String::new(),
            organization: None,
            created_by: actor,
            modified_by: actor,
            created: now,
            modified: now,
        }
    }

    /// The record after a change.
    fn changed(
        &self,
        name: Option<&String>,
        description: Option<&String>,
        actor: Option<UserId>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            name: name.unwrap_or(&self.name).clone(),
            description: description.unwrap_or(&self.description).clone(),
            modified_by: actor,
            modified: now,
            ..self.clone()
        }
    }
}

impl MembershipRepository for MemoryRepository {
    fn is_organization_admin(&self, user: UserId) -> Result<bool, RepositoryError> {
        let is_admin = |(membership, member): &(Membership, UserId)| {
            matches!(membership, Membership::OrganizationAdmin(_)) && *member == user
        };
        Ok(self.state()?.directory.members.iter().any(is_admin))
    }

    fn add_to(
        &self,
        membership: Membership,
        user: UserId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError> {
        let now = by.at;
        let actor = by.id();
        self.writable_by(by)?.add_to(membership, user, actor, now)
    }

    fn remove_from(
        &self,
        membership: Membership,
        user: UserId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError> {
        let now = by.at;
        let mut state = self.writable_by(by)?;
        let actor = by.id();
        let directory = &mut state.directory;
        directory.check_place(membership)?;
        let before = directory.members.len();
        directory.members.retain(|own| *own != (membership, user));
        let is_changed = directory.members.len() < before;
        if is_changed {
            directory.record(NewEvent::removed(membership, user), actor, now);
        }
        Ok(is_changed)
    }

    fn create_user_in(
        &self,
        membership: Membership,
        new: &NewUser,
        by: WriteContext<'_>,
    ) -> Result<User, RepositoryError> {
        let now = by.at;
        let mut state = self.writable_by(by)?;
        let actor = by.id();
        state.directory.check_place(membership)?;
        let user = state.create_user(new, now)?;
        state.add_to(membership, user.id, actor, now)?;
        Ok(user)
    }
}

impl SelectionRepository for MemoryRepository {
    fn select_users(&self, selection: &Selection) -> Result<Page<User>, RepositoryError> {
        let state = self.state()?;
        let user = |id| state.user(UserId(id)).cloned();
        Ok(state.page(Model::User, selection, user))
    }

    fn select_organizations(
        &self,
        selection: &Selection,
    ) -> Result<Page<Organization>, RepositoryError> {
        let state = self.state()?;
        let organization = |id| state.organization(OrganizationId(id));
        Ok(state.page(Model::Organization, selection, organization))
    }

    fn select_teams(&self, selection: &Selection) -> Result<Page<Team>, RepositoryError> {
        let state = self.state()?;
        Ok(state.page(Model::Team, selection, |id| state.team(TeamId(id))))
    }

    fn select_events(&self, selection: &Selection) -> Result<Page<ActivityEvent>, RepositoryError> {
        let state = self.state()?;
        Ok(state.page(Model::ActivityEvent, selection, |id| state.event(id)))
    }

    fn holds(
        &self,
        model: Model,
        id: i64,
        conditions: &[Condition],
    ) -> Result<Vec<bool>, RepositoryError> {
        let state = self.state()?;
        let is_there = state.ids(model).contains(&id);
        let holds = |condition: &Condition| is_there && condition.holds(&*state, model, id);
        Ok(conditions.iter().map(holds).collect())
    }

    fn object_state(&self, model: Model, id: i64) -> Result<ObjectState, RepositoryError> {
        Ok(self.state()?.state_of(model, id))
    }
}

impl OrganizationRepository for MemoryRepository {
    fn create_organization(
        &self,
        new: &NewOrganization,
        by: WriteContext<'_>,
    ) -> Result<Organization, RepositoryError> {
        let now = by.at;
        let mut state = self.writable_by(by)?;
        let actor = by.id();
        let stored = Record {
            name: new.name.clone(),
            description: new.description.clone(),
            ..Record::new(actor, now)
        };
        state.directory.check_organization_name(&stored)?;
        let id = state.insert_organization(stored);
        let created = state.organization(id);
        let created = created.ok_or(RepositoryError::Missing("organization"))?;
        state.record_change(None, DirectoryObject::Organization(&created), actor, now);
        Ok(created)
    }

    fn update_organization(
        &self,
        id: OrganizationId,
        change: &OrganizationChange,
        by: WriteContext<'_>,
    ) -> Result<Option<Organization>, RepositoryError> {
        let now = by.at;
        let mut state = self.writable_by(by)?;
        let actor = by.id();
        let (Some(stored), Some(old)) = (state.directory.organization(id), state.organization(id))
        else {
            return Ok(None);
        };
        let (name, description) = (change.name.as_ref(), change.description.as_ref());
        let changed = stored.changed(name, description, actor, now);
        state.directory.check_organization_name(&changed)?;
        let all = &mut state.directory.organizations;
        all.retain(|other| other.id != id.0);
        all.push(changed);
        let new = state.organization(id);
        if let Some(new) = &new {
            let (old, new) = (
                DirectoryObject::Organization(&old),
                DirectoryObject::Organization(new),
            );
            state.record_change(Some(old), new, actor, now);
        }
        Ok(new)
    }

    fn delete_organization(
        &self,
        id: OrganizationId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError> {
        let now = by.at;
        let mut state = self.writable_by(by)?;
        let actor = by.id();
        let Some(old) = state.organization(id) else {
            return Ok(false);
        };
        let places = [
            Membership::OrganizationUser(id),
            Membership::OrganizationAdmin(id),
        ];
        let directory = &mut state.directory;
        directory
            .members
            .retain(|(place, _)| !places.contains(place));
        directory.organizations.retain(|stored| stored.id != id.0);
        for team in &mut directory.teams {
            team.organization.take_if(|own| *own == id);
        }
        let tombstone = Tombstone::new(id.0, now);
        directory.deleted_organizations.push(tombstone);
        let event = NewEvent::deleted(DirectoryObject::Organization(&old));
        directory.record(event, actor, now);
        Ok(true)
    }
}

impl TeamRepository for MemoryRepository {
    fn create_team(&self, new: &NewTeam, by: WriteContext<'_>) -> Result<Team, RepositoryError> {
        let now = by.at;
        let mut state = self.writable_by(by)?;
        let actor = by.id();
        let directory = &mut state.directory;
        let taken = directory.teams.iter().map(|other| other.id);
        let id = next_id(taken.chain(directory.deleted_teams.iter().map(|gone| gone.id)));
        let stored = Record {
            id,
            name: new.name.clone(),
            description: new.description.clone(),
            organization: Some(new.organization),
            ..Record::new(actor, now)
        };
        directory.check_team(&stored)?;
        directory.teams.push(stored);
        let created = state.team(TeamId(id));
        let created = created.ok_or(RepositoryError::Missing("team"))?;
        state.record_change(None, DirectoryObject::Team(&created), actor, now);
        Ok(created)
    }

    fn update_team(
        &self,
        id: TeamId,
        change: &TeamChange,
        by: WriteContext<'_>,
    ) -> Result<Option<Team>, RepositoryError> {
        let now = by.at;
        let mut state = self.writable_by(by)?;
        let actor = by.id();
        let (Some(stored), Some(old)) = (state.directory.team(id), state.team(id)) else {
            return Ok(None);
        };
        let (name, description) = (change.name.as_ref(), change.description.as_ref());
        let changed = Record {
            organization: change.organization.or(stored.organization),
            ..stored.changed(name, description, actor, now)
        };
        state.directory.check_team(&changed)?;
        let all = &mut state.directory.teams;
        all.retain(|other| other.id != id.0);
        all.push(changed);
        let new = state.team(id);
        if let Some(new) = &new {
            let (old, new) = (DirectoryObject::Team(&old), DirectoryObject::Team(new));
            state.record_change(Some(old), new, actor, now);
        }
        Ok(new)
    }

    fn delete_team(&self, id: TeamId, by: WriteContext<'_>) -> Result<bool, RepositoryError> {
        let now = by.at;
        let mut state = self.writable_by(by)?;
        let actor = by.id();
        let Some(old) = state.team(id) else {
            return Ok(false);
        };
        let directory = &mut state.directory;
        directory
            .members
            .retain(|(place, _)| *place != Membership::TeamUser(id));
        directory.teams.retain(|stored| stored.id != id.0);
        directory.deleted_teams.push(Tombstone::new(id.0, now));
        let event = NewEvent::deleted(DirectoryObject::Team(&old));
        directory.record(event, actor, now);
        Ok(true)
    }
}
