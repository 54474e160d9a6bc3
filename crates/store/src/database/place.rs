//! Where the file of an embedded database lies. A file that is moved or deleted goes on to work under whoever has opened it, and
//! what is written to it then is lost; and two files under one name, one after the other, would share a log.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::{ConnectionError, ConnectionResult};
use profiled_domain::FileMoved;

use crate::database::url::DatabaseUrl;

/// Number of the device, and of the file on it.
type Identity = (u64, u64);

/// The place of a database, and which file was opened there first.
#[derive(Debug)]
pub(crate) struct Place {
    file: Option<PathBuf>,
    opened: OnceLock<Identity>,
    is_moved: AtomicBool,
}

impl Place {
    pub(crate) fn new(url: &DatabaseUrl) -> Self {
        Self {
            file: url.file().map(Path::to_owned),
            opened: OnceLock::new(),
            is_moved: AtomicBool::new(false),
        }
    }

    /// Opens the file, unless another one lies there now than at first.
    pub(crate) fn open<T>(
        &self,
        open: impl FnOnce() -> ConnectionResult<T>,
    ) -> ConnectionResult<T> {
        let before = self.identity();
        let connection = open()?;
        if let Some(found) = self.identity() {
            let first = *self.opened.get_or_init(|| found);
            if (before, first) != (Some(found), found) {
                return Err(ConnectionError::BadConnection(FileMoved.to_string()));
            }
        }
        Ok(connection)
    }

    /// Whether the file that was opened is still there. The log tells once when it is not, and when it is there again.
    ///
    /// # Errors
    /// [`FileMoved`]
    pub(crate) fn check(&self) -> Result<(), FileMoved> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let is_moved = self.identity().as_ref() != self.opened.get();
        if self.is_moved.load(Ordering::Relaxed) != is_moved
            && self.is_moved.swap(is_moved, Ordering::Relaxed) != is_moved
        {
            let file = file.display();
            if is_moved {
                tracing::error!(%file, "{FileMoved}");
            } else {
                tracing::info!(%file, "the file of the database is there again");
            }
        }
        if is_moved { Err(FileMoved) } else { Ok(()) }
    }

    fn identity(&self) -> Option<Identity> {
        let found = fs::metadata(self.file.as_ref()?).ok()?;
        Some((found.dev(), found.ino()))
    }
}
