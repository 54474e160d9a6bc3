//! The life of accounts in memory.

use chrono::{DateTime, Utc};

use super::{MemoryRepository, State};
use crate::{
    AccountChange, AccountRepository, GroupId, Keep, Patch, ProfileChange, RepositoryError, User,
    UserId, WriteContext,
};

/// What a deleted user held.
#[derive(Clone, Debug)]
pub(super) struct Held {
    user: User,
    groups: Vec<GroupId>,
}

impl State {
    fn living(&mut self, id: UserId) -> Option<&mut User> {
        let user = self.account_mut(id).map(|(user, _)| user)?;
        user.deleted_at.is_none().then_some(user)
    }

    fn is_last_superuser(&self, id: UserId) -> bool {
        let mut all = self.users.iter().map(|(user, _)| user);
        let is_one = |user: &&User| user.is_superuser && user.is_active;
        let is_superuser = self.user(id).is_some_and(|user| is_one(&user));
        is_superuser && all.all(|user| user.id == id || !is_one(&user))
    }
}

impl MemoryRepository {
    /// Makes a user one of a directory.
    pub fn set_ldap_dn(&self, id: UserId, name: &str) {
        for (user, _) in &mut self.lock().users {
            if user.id == id {
                name.clone_into(&mut user.ldap_dn);
            }
        }
    }
}

impl AccountRepository for MemoryRepository {
    fn deactivate(&self, id: UserId) -> Result<AccountChange, RepositoryError> {
        let mut state = self.writable()?;
        let is_last = state.is_last_superuser(id);
        Ok(match state.living(id) {
            None => AccountChange::Missing,
            Some(user) if !user.is_active => AccountChange::Unchanged,
            Some(_) if is_last => AccountChange::LastSuperuser,
            Some(user) => {
                user.is_active = false;
                user.version += 1;
                AccountChange::Done
            }
        })
    }

    fn activate(&self, id: UserId, now: DateTime<Utc>) -> Result<AccountChange, RepositoryError> {
        let mut state = self.writable()?;
        match state.living(id) {
            None => return Ok(AccountChange::Missing),
            Some(user) if user.is_active => return Ok(AccountChange::Unchanged),
            Some(user) => {
                user.is_active = true;
                user.version += 1;
            }
        }
        state.revoke(id, &Keep::Nothing, now);
        Ok(AccountChange::Done)
    }

    fn delete_account(
        &self,
        id: UserId,
        by: WriteContext<'_>,
    ) -> Result<AccountChange, RepositoryError> {
        let now = by.at;
        let mut state = self.writable_by(by)?;
        let is_last = state.is_last_superuser(id);
        let groups = state.members.iter().filter(|(_, user)| *user == id);
        let groups: Vec<GroupId> = groups.map(|(group, _)| *group).collect();
        let Some(user) = state.living(id) else {
            return Ok(AccountChange::Missing);
        };
        if is_last {
            return Ok(AccountChange::LastSuperuser);
        }
        let held = Held {
            user: user.clone(),
            groups: groups.clone(),
        };
        (user.username, user.email, user.mobile_number) = (None, None, None);
        user.is_active = false;
        user.deleted_at = Some(now);
        user.version += 1;
        state.deleted.push(held);
        state.members.retain(|(_, user)| *user != id);
        for group in state.groups.iter_mut().filter(|g| groups.contains(&g.id)) {
            group.users_count -= 1;
        }
        Ok(AccountChange::Done)
    }

    fn change_account(
        &self,
        id: UserId,
        change: &ProfileChange,
        is_superuser: Option<bool>,
        by: WriteContext<'_>,
    ) -> Result<AccountChange, RepositoryError> {
        let mut state = self.writable_by(by)?;
        state.keep_changes()?;
        let Some(mut user) = state.user(id).filter(|user| user.is_active).cloned() else {
            return Ok(AccountChange::Missing);
        };
        if is_superuser == Some(false) && state.is_last_superuser(id) {
            return Ok(AccountChange::LastSuperuser);
        }
        let wanted = is_superuser.unwrap_or(user.is_superuser);
        user.version += i64::from(change.is_empty() && wanted != user.is_superuser);
        user.is_superuser = wanted;
        state.change_profile(user, change, by.at)?;
        Ok(AccountChange::Done)
    }

    fn restore_account(
        &self,
        id: UserId,
        now: DateTime<Utc>,
    ) -> Result<AccountChange, RepositoryError> {
        let mut state = self.writable()?;
        let Some(at) = state.deleted.iter().position(|held| held.user.id == id) else {
            return Ok(AccountChange::Missing);
        };
        let Some(held) = state.deleted.get(at).cloned() else {
            return Ok(AccountChange::Missing);
        };
        state.check_unique(&held.user)?;
        state.deleted.remove(at);
        if let Some((user, _)) = state.account_mut(id) {
            let (version, credentials) = (user.version + 1, user.credentials.clone());
            user.clone_from(&held.user);
            (user.version, user.credentials) = (version, credentials);
        }
        for group in &mut state.groups {
            group.users_count += i64::from(held.groups.contains(&group.id));
        }
        let known: Vec<GroupId> = state.groups.iter().map(|group| group.id).collect();
        let again = held.groups.iter().filter(|group| known.contains(group));
        state.members.extend(again.map(|group| (*group, id)));
        state.revoke(id, &Keep::Nothing, now);
        Ok(AccountChange::Done)
    }

    fn erase_accounts(
        &self,
        deleted_until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<UserId>, RepositoryError> {
        let mut state = self.writable()?;
        let mut due: Vec<(DateTime<Utc>, UserId)> = state
            .users
            .iter()
            .filter_map(|(user, _)| Some((user.deleted_at?, user.id)))
            .filter(|(at, _)| *at <= deleted_until)
            .collect();
        due.sort_unstable();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let ids: Vec<UserId> = due.into_iter().map(|(_, id)| id).take(limit).collect();
        for id in &ids {
            state.exchange_files(*id, &Patch::Clear)?;
            state.directory.forget_user(*id);
        }
        state.users.retain(|(user, _)| !ids.contains(&user.id));
        state.deleted.retain(|held| !ids.contains(&held.user.id));
        state.bindings.retain(|known| !ids.contains(&known.user));
        state
            .tokens
            .retain(|(_, token)| !ids.contains(&token.owner));
        Ok(ids)
    }
}
