//! Deletes files that no user needs.

use chrono::{DateTime, Duration, Utc};
use profiled_domain::{Repository, RepositoryError, SweepRule};

use super::{MediaSettings, MediaStorage, StorageError};

/// Files that are claimed in one transaction.
const BATCH: i64 = 100;
/// Files that may withstand before the storage itself must be at fault.
const PATIENCE: usize = 3;

/// Why a sweep did not come to its end. What it claimed is left for a later one.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The database's part.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The storage's part.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Deletes the files that no user needs any more, and those of uploads that did not end; returns how
/// many. Waits for the database and the storage: not to be called on a thread that must not.
///
/// # Errors
/// [`SweepError`]
pub fn sweep(
    repository: &dyn Repository,
    storage: &MediaStorage,
    settings: &MediaSettings,
    now: DateTime<Utc>,
) -> Result<u64, SweepError> {
    let rule = SweepRule {
        now,
        grace: Duration::seconds(settings.sweep_grace.into()),
        retention: Duration::seconds(settings.max_age.into()),
        limit: BATCH,
    };
    let (mut deleted, mut failures) = (0, Vec::new());
    while failures.len() < PATIENCE {
        let keys = repository.claim_files(&rule)?;
        if keys.is_empty() {
            break;
        }
        for key in &keys {
            match storage.delete_and_wait(key) {
                Ok(()) => {
                    repository.record_deleted_file(key, now)?;
                    deleted += 1;
                }
                // One file must not keep all others from going.
                Err(error) => failures.push(error),
            }
            if failures.len() >= PATIENCE {
                break;
            }
        }
    }
    match failures.pop() {
        Some(error) => Err(error.into()),
        None => Ok(deleted),
    }
}
