//! Groups in memory.

use super::{MemoryRepository, State, next_id, page_of};
use crate::{
    Group, GroupChange, GroupId, GroupRepository, NewGroup, NumberedPage, Page, RepositoryError,
    UniqueKey, User, UserId, WriteContext,
};

impl State {
    /// Refuses a name that another group than `own` holds.
    fn check_name(&self, name: &str, own: Option<GroupId>) -> Result<(), RepositoryError> {
        let is_other = |group: &Group| group.name == name && Some(group.id) != own;
        if self.groups.iter().any(is_other) {
            return Err(RepositoryError::Conflict(UniqueKey::GroupName));
        }
        Ok(())
    }
}

impl GroupRepository for MemoryRepository {
    fn find_group(&self, name: &str) -> Result<Option<Group>, RepositoryError> {
        Ok(self
            .state()?
            .groups
            .iter()
            .find(|group| group.name == name)
            .cloned())
    }

    fn find_group_by_id(&self, id: GroupId) -> Result<Option<Group>, RepositoryError> {
        let state = self.state()?;
        Ok(state.groups.iter().find(|group| group.id == id).cloned())
    }

    fn list_groups(&self, page: NumberedPage) -> Result<Page<Group>, RepositoryError> {
        let mut groups = self.state()?.groups.clone();
        groups.sort_by_key(|group| group.id);
        Ok(page_of(groups, page))
    }

    fn create_group(&self, new: &NewGroup, by: WriteContext<'_>) -> Result<Group, RepositoryError> {
        let now = by.at;
        let mut state = self.writable_by(by)?;
        state.check_name(&new.name, None)?;
        let group = Group {
            id: GroupId(next_id(state.groups.iter().map(|group| group.id.0))),
            name: new.name.clone(),
            notes: new.notes.clone(),
            users_count: 0,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        state.groups.push(group.clone());
        Ok(group)
    }

    fn update_group(
        &self,
        id: GroupId,
        change: &GroupChange,
        by: WriteContext<'_>,
    ) -> Result<Option<Group>, RepositoryError> {
        let now = by.at;
        let mut state = self.writable_by(by)?;
        if let Some(name) = &change.name {
            state.check_name(name, Some(id))?;
        }
        let stored = state.groups.iter_mut().find(|group| group.id == id);
        Ok(stored.map(|group| {
            change.apply_to(group, now);
            group.version += 1;
            group.clone()
        }))
    }

    fn delete_group(&self, id: GroupId, by: WriteContext<'_>) -> Result<bool, RepositoryError> {
        let mut state = self.writable_by(by)?;
        let members: Vec<UserId> = state
            .members
            .iter()
            .filter(|(group, _)| *group == id)
            .map(|(_, member)| *member)
            .collect();
        for member in members {
            state.touch(member);
        }
        state.members.retain(|(group, _)| *group != id);
        let before = state.groups.len();
        state.groups.retain(|group| group.id != id);
        Ok(state.groups.len() < before)
    }

    fn add_member(
        &self,
        group: GroupId,
        user: UserId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError> {
        let mut state = self.writable_by(by)?;
        let is_there = |user: &User| user.deleted_at.is_none();
        if !state.user(user).is_some_and(is_there) {
            return Err(RepositoryError::Missing("user"));
        }
        let is_member = state.members.contains(&(group, user));
        let stored = state.groups.iter_mut().find(|stored| stored.id == group);
        let stored = stored.ok_or(RepositoryError::Missing("group"))?;
        if !is_member {
            stored.users_count += 1;
            stored.version += 1;
            state.members.push((group, user));
            state.touch(user);
        }
        Ok(!is_member)
    }

    fn remove_member(
        &self,
        group: GroupId,
        user: UserId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError> {
        let mut state = self.writable_by(by)?;
        let before = state.members.len();
        state.members.retain(|member| *member != (group, user));
        let removed = state.members.len() < before;
        if removed {
            state.touch(user);
            if let Some(stored) = state.groups.iter_mut().find(|stored| stored.id == group) {
                stored.users_count -= 1;
                stored.version += 1;
            }
        }
        Ok(removed)
    }
}
