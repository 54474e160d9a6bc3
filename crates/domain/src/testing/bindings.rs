//! Subjects of foreign issuers in memory.

use chrono::{DateTime, Utc};

use super::{MemoryRepository, State};
use crate::{
    Binding, BindingRepository, Bound, ForeignSubject, Page, PageRequest, RepositoryError, User,
    UserId, UserKey,
};

impl State {
    fn bound(&self, subject: &ForeignSubject) -> Option<UserId> {
        let mut bindings = self.bindings.iter();
        let known = bindings.find(|known| known.subject == *subject);
        known.map(|known| known.user)
    }
}

impl BindingRepository for MemoryRepository {
    fn find_binding(&self, subject: &ForeignSubject) -> Result<Option<UserId>, RepositoryError> {
        Ok(self.state()?.bound(subject))
    }

    fn bind(
        &self,
        subject: &ForeignSubject,
        user: &User,
        name: &UserKey,
        now: DateTime<Utc>,
    ) -> Result<Bound, RepositoryError> {
        let mut state = self.writable()?;
        let is_same = |stored: &User| {
            let is_named = name.names(stored);
            let epoch = stored.credentials.number;
            is_named && stored.is_active && epoch == user.credentials.number
        };
        if !state.user(user.id).is_some_and(is_same) {
            return Ok(Bound::Changed);
        }
        if let Some(known) = state.bound(subject) {
            return Ok(Bound::To(known));
        }
        let is_occupied =
            |known: &Binding| known.user == user.id && known.subject.issuer == subject.issuer;
        if state.bindings.iter().any(is_occupied) {
            return Ok(Bound::Occupied);
        }
        state.bindings.push(Binding {
            subject: subject.clone(),
            user: user.id,
            created_at: now,
        });
        Ok(Bound::To(user.id))
    }

    fn list_bindings(
        &self,
        user: Option<UserId>,
        page: PageRequest,
    ) -> Result<Page<Binding>, RepositoryError> {
        let state = self.state()?;
        let is_wanted = |known: &&Binding| user.is_none_or(|user| known.user == user);
        let mut all: Vec<Binding> = state.bindings.iter().filter(is_wanted).cloned().collect();
        all.sort_by(|one, other| one.subject.cmp(&other.subject));
        let count = |n: i64| usize::try_from(n).unwrap_or(0);
        Ok(Page {
            total: i64::try_from(all.len()).unwrap_or(i64::MAX),
            items: all
                .into_iter()
                .skip(count(page.offset))
                .take(count(page.limit))
                .collect(),
        })
    }

    fn unbind(&self, subject: &ForeignSubject) -> Result<bool, RepositoryError> {
        let mut state = self.writable()?;
        let before = state.bindings.len();
        state.bindings.retain(|known| known.subject != *subject);
        Ok(state.bindings.len() < before)
    }
}
