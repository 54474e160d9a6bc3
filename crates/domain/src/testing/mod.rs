//! An in-memory double of all repositories, held to the contract tests of the databases.

mod accounts;
mod bindings;
mod credentials;
mod directory;
mod groups;
mod media;
mod refresh;
mod throttle;

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::{
    Authority, Binding, CredentialsEpoch, Group, GroupId, Keep, Lapse, NewUser, NumberedPage,
    ObjectState, Page, PageRequest, PasswordHash, Precondition, ProfileChange, ProfileDepth,
    RepositoryError, Right, Token, TokenDigest, UniqueKey, UniqueValues, User, UserId, UserKey,
    UserProfile, UserRepository, WriteContext,
};

pub use throttle::MemoryThrottle;

/// Keeps everything in vectors behind one lock.
#[derive(Debug, Default)]
pub struct MemoryRepository {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    users: Vec<(User, PasswordHash)>,
    groups: Vec<Group>,
    members: Vec<(GroupId, UserId)>,
    tokens: Vec<(TokenDigest, Token)>,
    refresh: refresh::RefreshTokens,
    directory: directory::Directory,
    deleted: Vec<accounts::Held>,
    bindings: Vec<Binding>,
    files: media::Files,
    is_down: bool,
    is_read_only: bool,
    loses_profile_changes: bool,
}

impl MemoryRepository {
    /// Stores a user as it is, as an import would.
    pub fn insert_user(&self, user: User, password: PasswordHash) {
        self.lock().users.push((user, password));
    }

    /// From now on every call fails with [`RepositoryError::Unavailable`].
    pub fn go_down(&self) {
        self.lock().is_down = true;
    }

    /// From now on every write fails with [`RepositoryError::Unavailable`].
    pub fn refuse_writes(&self) {
        self.lock().is_read_only = true;
    }

    /// From now on nobody can tell what becomes of a change of a profile: it fails with
    /// [`RepositoryError::Unavailable`].
    pub fn lose_profile_changes(&self) {
        self.lock().loses_profile_changes = true;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> Result<MutexGuard<'_, State>, RepositoryError> {
        let state = self.lock();
        if state.is_down {
            return Err(RepositoryError::Unavailable(
                "it was told to be down".into(),
            ));
        }
        Ok(state)
    }

    fn writable(&self) -> Result<MutexGuard<'_, State>, RepositoryError> {
        let state = self.state()?;
        if state.is_read_only {
            let reason = "it was told to refuse writes".into();
            return Err(RepositoryError::Unavailable(reason));
        }
        Ok(state)
    }

    /// For a write that a caller asks for.
    fn writable_by(&self, by: WriteContext<'_>) -> Result<MutexGuard<'_, State>, RepositoryError> {
        let state = self.writable()?;
        match by.authority.and_then(|by| state.lapse(by)) {
            Some(lapse) => Err(RepositoryError::Lapsed(lapse)),
            None => Ok(state),
        }
    }
}

type TextOf = fn(&User) -> &Option<String>;

impl State {
    /// What does not hold any more of a right to a write. Objects that are gone are for the write to miss.
    fn lapse(&self, by: &Authority) -> Option<Lapse> {
        let Some(actor) = self.user(by.actor) else {
            return Some(Lapse::Account);
        };
        let is_active = actor.is_active && actor.deleted_at.is_none();
        let mut tokens = self.tokens.iter().map(|(_, token)| token.state.id);
        let has_token = tokens.any(|id| by.credential == Keep::Token(id));
        let holds = |right: &Right| {
            let is_there = self.state_of(right.model, right.id) == ObjectState::Present;
            !is_there || right.condition.holds(self, right.model, right.id)
        };
        let lapse = by.lapse(is_active, &actor.credentials, has_token);
        lapse.or_else(|| (!by.rights.iter().all(holds)).then_some(Lapse::Right))
    }

    fn user(&self, id: UserId) -> Option<&User> {
        self.users.iter().map(|(user, _)| user).find(|u| u.id == id)
    }

    fn account_mut(&mut self, id: UserId) -> Option<&mut (User, PasswordHash)> {
        self.users.iter_mut().find(|(user, _)| user.id == id)
    }

    fn profile(&self, id: UserId, depth: ProfileDepth) -> Option<UserProfile> {
        let user = self.user(id)?.clone();
        let is_member = |group: &&Group| self.members.contains(&(group.id, id));
        let mut groups: Vec<Group> = match depth {
            ProfileDepth::Account => Vec::new(),
            ProfileDepth::Groups => self.groups.iter().filter(is_member).cloned().collect(),
        };
        groups.sort_by_key(|group| group.id);
        Some(UserProfile { user, groups })
    }

    /// A membership of the user has changed.
    fn touch(&mut self, id: UserId) {
        for (user, _) in &mut self.users {
            user.version += i64::from(user.id == id);
        }
    }

    fn create_user(&mut self, new: &NewUser, now: DateTime<Utc>) -> Result<User, RepositoryError> {
        let user = User {
            id: UserId(next_id(self.users.iter().map(|(user, _)| user.id.0))),
            username: new.username.as_ref().map(|v| v.as_str().to_owned()),
            email: new.email.as_ref().map(|v| v.as_str().to_owned()),
            mobile_number: new.mobile_number.as_ref().map(|v| v.as_str().to_owned()),
            number_phone: None,
            first_name: new.first_name.clone(),
            last_name: new.last_name.clone(),
            gender: new.gender,
            avatar: None,
            is_active: new.is_active,
            is_staff: new.is_staff,
            is_superuser: new.is_superuser,
            ldap_dn: String::new(),
            date_joined: now,
            last_login: None,
            version: 1,
            credentials: CredentialsEpoch::default(),
            deleted_at: None,
        };
        self.check_unique(&user)?;
        let unusable = || PasswordHash::from_encoded("!");
        let password = new.password.clone().unwrap_or_else(unusable);
        self.users.push((user.clone(), password));
        Ok(user)
    }

    fn keep_changes(&self) -> Result<(), RepositoryError> {
        if self.loses_profile_changes {
            let reason = "it was told to lose changes".into();
            return Err(RepositoryError::Unavailable(reason));
        }
        Ok(())
    }

    fn change_profile(
        &mut self,
        mut user: User,
        change: &ProfileChange,
        now: DateTime<Utc>,
    ) -> Result<(), RepositoryError> {
        let id = user.id;
        if !change.is_empty() {
            change.apply_to(&mut user);
            user.version += 1;
        }
        self.check_unique(&user)?;
        self.exchange_files(id, &change.avatar)?;
        for (stored, _) in &mut self.users {
            if stored.id == id {
                stored.clone_from(&user);
            }
        }
        if let Some(new) = &change.password {
            if let Some((_, stored)) = self.account_mut(id) {
                stored.clone_from(&new.password);
            }
            self.revoke(id, &new.keep, now);
        }
        Ok(())
    }

    fn check_unique(&self, user: &User) -> Result<(), RepositoryError> {
        let keys: [(UniqueKey, TextOf); 3] = [
            (UniqueKey::Username, |u| &u.username),
            (UniqueKey::Email, |u| &u.email),
            (UniqueKey::MobileNumber, |u| &u.mobile_number),
        ];
        for (key, get) in keys {
            let is_taken = |other: &User| other.id != user.id && get(other) == get(user);
            if get(user).is_some() && self.users.iter().any(|(other, _)| is_taken(other)) {
                return Err(RepositoryError::Conflict(key));
            }
        }
        Ok(())
    }
}

/// The page of a list that is all in memory.
fn page_of<T>(items: Vec<T>, page: NumberedPage) -> Page<T> {
    let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let count = |n: i64| usize::try_from(n).unwrap_or(0);
    let before = page
        .resolve(total)
        .map_or(total, |number| (number - 1) * page.size);
    Page {
        items: items
            .into_iter()
            .skip(count(before))
            .take(count(page.size))
            .collect(),
        total,
    }
}

fn next_id(taken: impl Iterator<Item = i64>) -> i64 {
    taken.max().unwrap_or(0) + 1
}

impl UserRepository for MemoryRepository {
    fn find_user(&self, key: &UserKey) -> Result<Option<User>, RepositoryError> {
        let state = self.state()?;
        Ok(state
            .users
            .iter()
            .map(|(user, _)| user)
            .find(|user| key.names(user))
            .cloned())
    }

    fn list_users(&self, page: PageRequest) -> Result<Page<User>, RepositoryError> {
        let state = self.state()?;
        let mut users: Vec<User> = state.users.iter().map(|(user, _)| user.clone()).collect();
        users.sort_by_key(|user| user.id);
        let count = |n: i64| usize::try_from(n).unwrap_or(0);
        Ok(Page {
            total: i64::try_from(users.len()).unwrap_or(i64::MAX),
            items: users
                .into_iter()
                .skip(count(page.offset))
                .take(count(page.limit))
                .collect(),
        })
    }

    fn list_profiles(&self, page: NumberedPage) -> Result<Page<UserProfile>, RepositoryError> {
        let state = self.state()?;
        let users = state.users.iter().map(|(user, _)| user);
        let mut ids: Vec<UserId> = users
            .filter(|user| user.deleted_at.is_none())
            .map(|user| user.id)
            .collect();
        ids.sort();
        let page = page_of(ids, page);
        let profiles = page.items.into_iter();
        Ok(Page {
            items: profiles
                .filter_map(|id| state.profile(id, ProfileDepth::Groups))
                .collect(),
            total: page.total,
        })
    }

    fn create_user(&self, new: &NewUser, by: WriteContext<'_>) -> Result<User, RepositoryError> {
        let now = by.at;
        self.writable_by(by)?.create_user(new, now)
    }

    fn update_profile(
        &self,
        id: UserId,
        change: &ProfileChange,
        precondition: &Precondition,
        by: WriteContext<'_>,
    ) -> Result<Option<UserProfile>, RepositoryError> {
        let mut state = self.writable_by(by)?;
        state.keep_changes()?;
        let Some(user) = state.user(id).cloned() else {
            return Ok(None);
        };
        if !precondition.holds(user.version) {
            return Err(RepositoryError::Stale);
        }
        state.change_profile(user, change, by.at)?;
        Ok(state.profile(id, ProfileDepth::Groups))
    }

    fn find_taken(
        &self,
        own: UserId,
        wanted: &UniqueValues,
    ) -> Result<Vec<UniqueKey>, RepositoryError> {
        let state = self.state()?;
        let others = state
            .users
            .iter()
            .map(|(user, _)| user)
            .filter(|user| user.id != own);
        let held = others.flat_map(|u| wanted.held_by(&u.username, &u.email, &u.mobile_number));
        Ok(held.collect())
    }

    fn ping(&self) -> Result<(), RepositoryError> {
        self.state().map(drop)
    }
}
