//! Whole files, for threads that may wait: backups and what is written for a person.

use std::io;

use actix_web::web::Bytes;
use futures_util::StreamExt;

use super::storage::{MediaStorage, StorageError};

impl MediaStorage {
    /// A file with all that is in it; `None` if there is none, or the key is none that a file can have.
    ///
    /// # Errors
    /// [`StorageError`]
    pub fn read_and_wait(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
        self.wait(async {
            let Some((_, pieces)) = self.open_file(key, None).await? else {
                return self.misses(key).map(|()| None);
            };
            let mut pieces = std::pin::pin!(pieces);
            let mut all = Vec::new();
            while let Some(piece) = pieces.next().await {
                let piece = piece.map_err(|error| StorageError::Objects(error.to_string()))?;
                all.extend_from_slice(&piece);
            }
            Ok(Some(all))
        })
    }

    /// A file that cannot be looked for is not one that is not there.
    fn misses(&self, key: &str) -> Result<(), StorageError> {
        let Some(path) = self.folder.as_ref().map(|folder| folder.join(key)) else {
            return Ok(());
        };
        match path.metadata() {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StorageError::Folder(path, error))
            }
            _ => Ok(()),
        }
    }

    /// Writes a file as a whole, or not at all.
    ///
    /// # Errors
    /// [`StorageError`]; [`GaveUp`](StorageError::GaveUp) for a key that no file can have.
    pub fn write_and_wait(&self, key: &str, bytes: Vec<u8>) -> Result<(), StorageError> {
        self.wait(self.put(key, Bytes::from(bytes)))
    }

    /// Whether a file can have a key.
    #[must_use]
    pub fn takes(&self, key: &str) -> bool {
        self.location(key).is_some()
    }
}
