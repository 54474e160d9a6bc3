//! Files of the double.

use chrono::{DateTime, Utc};

use super::{MemoryRepository, State};
use crate::{MediaRepository, Patch, RepositoryError, SweepRule, UserId};

/// Keys on their way in and out, each with its state.
pub(super) type Files = Vec<(String, FileState)>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileState {
    /// Since the first sweep that found it.
    Waiting(Option<DateTime<Utc>>),
    Claimed(DateTime<Utc>),
    Deleted(DateTime<Utc>),
}

fn is_reserved((file, state): &(String, FileState), key: &str) -> bool {
    file == key && matches!(state, FileState::Waiting(_))
}

impl State {
    fn has_file(&self, key: &str) -> bool {
        let mut users = self.users.iter().map(|(user, _)| user);
        users.any(|user| user.avatar.as_deref() == Some(key))
    }

    /// Takes the key of a new avatar, and lets that of the old one wait.
    pub(super) fn exchange_files(
        &mut self,
        user: UserId,
        avatar: &Patch<String>,
    ) -> Result<(), RepositoryError> {
        let Some(new) = avatar.as_change() else {
            return Ok(());
        };
        if let Some(key) = new {
            let at = self.files.iter().position(|file| is_reserved(file, key));
            self.files
                .swap_remove(at.ok_or(RepositoryError::Missing("file"))?);
        }
        let old = self.user(user).and_then(|user| user.avatar.clone());
        if let Some(key) = old.filter(|key| !key.is_empty() && Some(key) != new) {
            self.files.retain(|(file, _)| *file != key);
            self.files.push((key, FileState::Waiting(None)));
        }
        Ok(())
    }
}

impl MediaRepository for MemoryRepository {
    fn reserve_file(&self, key: &str) -> Result<bool, RepositoryError> {
        let mut state = self.writable()?;
        if state.has_file(key) || state.files.iter().any(|(file, _)| file == key) {
            return Ok(false);
        }
        let file = (key.to_owned(), FileState::Waiting(None));
        state.files.push(file);
        Ok(true)
    }

    fn unreserve_file(&self, key: &str) -> Result<(), RepositoryError> {
        self.writable()?
            .files
            .retain(|file| !is_reserved(file, key));
        Ok(())
    }

    fn claim_files(&self, rule: &SweepRule) -> Result<Vec<String>, RepositoryError> {
        let mut state = self.writable()?;
        let mut files = std::mem::take(&mut state.files);
        let forget = rule.now - rule.retention;
        let cutoff = rule.now - rule.grace;
        files.retain(|(_, file)| !matches!(file, FileState::Deleted(at) if *at <= forget));
        for (_, file) in &mut files {
            if *file == FileState::Waiting(None) {
                *file = FileState::Waiting(Some(rule.now));
            }
        }
        let is_due = |file: &FileState| match file {
            FileState::Waiting(Some(at)) | FileState::Claimed(at) => *at <= cutoff,
            FileState::Waiting(None) | FileState::Deleted(_) => false,
        };
        let has_user = |file: &(String, FileState)| {
            matches!(file.1, FileState::Waiting(_)) && state.has_file(&file.0)
        };
        files.retain(|file| !(is_due(&file.1) && has_user(file)));
        let limit = usize::try_from(rule.limit).unwrap_or(0);
        let due = files.iter_mut().filter(|(_, file)| is_due(file));
        let mut claimed = Vec::new();
        for (key, file) in due.take(limit) {
            *file = FileState::Claimed(rule.now);
            claimed.push(key.clone());
        }
        state.files = files;
        Ok(claimed)
    }

    fn record_deleted_file(&self, key: &str, now: DateTime<Utc>) -> Result<(), RepositoryError> {
        for (file, state) in &mut self.writable()?.files {
            if file == key && matches!(state, FileState::Claimed(_)) {
                *state = FileState::Deleted(now);
            }
        }
        Ok(())
    }
}
