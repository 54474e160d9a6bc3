//! Whether files can be stored at all.

use actix_web::web::Bytes;

use super::{MediaStorage, StorageError};

impl MediaStorage {
    /// Writes a file and deletes it again, on a thread that may wait.
    ///
    /// # Errors
    /// [`StorageError`]: what an upload would meet.
    pub fn try_out(&self) -> Result<(), StorageError> {
        let key = format!("profiled-check-{:016x}", rand::random::<u64>());
        let content = Bytes::from_static(b"may be deleted");
        self.wait(self.put(&key, content))?;
        self.delete_and_wait(&key)
    }
}
