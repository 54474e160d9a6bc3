//! Where the file of an embedded database lies. A file that is moved or deleted goes on to work under whoever has opened it, and
//! what is written to it then is lost; and two files under one name, one after the other, would share a log. The same goes
//! for its log, and for the index of that.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use diesel::{ConnectionError, ConnectionResult};
use parking_lot::Mutex;
use profiled_domain::FileMoved;

use crate::database::url::DatabaseUrl;

/// Number of the device, and of the file on it.
type Identity = (u64, u64);

/// The place of a database, and which file was opened there first.
#[derive(Debug)]
pub(crate) struct Place {
    file: Option<PathBuf>,
    opened: OnceLock<Identity>,
    /// SQLite removes its log when the last connection is closed, and makes another one.
    log: Mutex<Weak<Log>>,
    is_moved: AtomicBool,
}

/// A log and its index, which nobody may remove while a connection that holds this is open.
#[derive(Debug)]
pub(crate) struct Log([(PathBuf, Identity); 2]);

impl Log {
    /// Those of a database; `None` where it has none yet.
    fn of(database: &Path) -> Option<Self> {
        // SQLite follows links to the file first.
        let database = fs::canonicalize(database).ok()?.into_os_string();
        let beside = |end: &str| {
            let mut path = database.clone();
            path.push(end);
            let path = PathBuf::from(path);
            let identity = identity(&path)?;
            Some((path, identity))
        };
        Some(Self([beside("-wal")?, beside("-shm")?]))
    }

    fn is_there(&self) -> bool {
        let Self(files) = self;
        let mut files = files.iter();
        files.all(|(path, opened)| identity(path) == Some(*opened))
    }
}

impl Place {
    pub(crate) fn new(url: &DatabaseUrl) -> Self {
        Self {
            file: url.file().map(Path::to_owned),
            opened: OnceLock::new(),
            log: Mutex::default(),
            is_moved: AtomicBool::new(false),
        }
    }

    /// Opens the file, unless another one lies there now than at first, or the log of other connections is gone.
    pub(crate) fn open<T>(
        &self,
        open: impl FnOnce() -> ConnectionResult<T>,
    ) -> ConnectionResult<T> {
        if self.has_lost_log() {
            return Err(ConnectionError::BadConnection(FileMoved.to_string()));
        }
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

    /// The log that a connection has opened, to be held until it is closed.
    pub(crate) fn log(&self) -> Option<Arc<Log>> {
        let file = self.file.as_ref()?;
        let mut known = self.log.lock();
        known.upgrade().or_else(|| {
            let log = Arc::new(Log::of(file)?);
            *known = Arc::downgrade(&log);
            Some(log)
        })
    }

    fn has_lost_log(&self) -> bool {
        let log = self.log.lock().upgrade();
        log.is_some_and(|log| !log.is_there())
    }

    /// Whether the file that was opened is still there, and its log. The log of the service tells once when it is not, and when it is there again.
    ///
    /// # Errors
    /// [`FileMoved`]
    pub(crate) fn check(&self) -> Result<(), FileMoved> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let is_moved = self.identity().as_ref() != self.opened.get() || self.has_lost_log();
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
        identity(self.file.as_ref()?)
    }
}

fn identity(file: &Path) -> Option<Identity> {
    let found = fs::metadata(file).ok()?;
    Some((found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_may_be_replaced_once_no_connection_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        for name in ["x", "x-wal", "x-shm"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let place = Place::new(&DatabaseUrl::Sqlite(file));
        place.open(|| Ok(())).unwrap();
        let held = place.log();

        fs::rename(folder.path().join("x-wal"), folder.path().join("old")).unwrap();
        fs::write(folder.path().join("x-wal"), "").unwrap();
        let refused = (place.check(), place.open(|| Ok(())).is_err());
        drop(held);

        assert_eq!(refused, (Err(FileMoved), true));
        place.open(|| Ok(())).unwrap();
        assert!(place.log().is_some());
        place.check().unwrap();
    }
}
