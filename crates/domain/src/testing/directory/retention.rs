//! The end of events and tombstones in memory.

use chrono::{DateTime, Utc};

use super::super::MemoryRepository;
use super::records::Tombstone;
use crate::RepositoryError;
use crate::repository::RetentionRepository;

impl Tombstone {
    pub(super) fn new(id: i64, deleted_at: DateTime<Utc>) -> Self {
        Self {
            id,
            deleted_at,
            is_forgotten: false,
        }
    }
}

pub(super) fn is_remembered(tombstones: &[Tombstone], id: i64) -> bool {
    let mut remembered = tombstones.iter().filter(|stone| !stone.is_forgotten);
    remembered.any(|stone| stone.id == id)
}

impl RetentionRepository for MemoryRepository {
    fn prune_events(&self, until: DateTime<Utc>, limit: u32) -> Result<u64, RepositoryError> {
        let events = &mut self.writable()?.directory.events;
        let mut due: Vec<_> = events
            .iter()
            .filter(|event| event.timestamp <= until)
            .map(|event| (event.timestamp, event.id))
            .collect();
        due.sort_unstable();
        due.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        events.retain(|event| !due.contains(&(event.timestamp, event.id)));
        Ok(u64::try_from(due.len()).unwrap_or(u64::MAX))
    }

    fn forget_deleted(&self, until: DateTime<Utc>, limit: u32) -> Result<u64, RepositoryError> {
        let directory = &mut self.writable()?.directory;
        let all = directory.deleted_organizations.iter_mut();
        let all = all.chain(&mut directory.deleted_teams);
        let mut due: Vec<_> = all
            .filter(|stone| !stone.is_forgotten && stone.deleted_at <= until)
            .collect();
        due.sort_by_key(|stone| stone.deleted_at);
        due.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        for stone in &mut due {
            stone.is_forgotten = true;
        }
        Ok(u64::try_from(due.len()).unwrap_or(u64::MAX))
    }
}
