//! The exchange of the file of an embedded database, which nobody else may have open.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, QueryResult};
use profiled_domain::RepositoryError;

use crate::database::connection::DbConnection;
use crate::database::file::FolderLock;
use crate::database::store::Store;

/// How long a command that is just being done may still have the database open.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why a database file is not replaced.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    /// Another process has it open, as the service does from its start to its end.
    #[error("{} is in use: stop the service first", .0.display())]
    InUse(PathBuf),
    /// It is no database, or none that can be opened.
    #[error("{} cannot be replaced", .0.display())]
    Odd(PathBuf, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// The operating system says no.
    #[error("{} cannot be replaced", .0.display())]
    File(PathBuf, #[source] io::Error),
}

/// A connection that is there so that others see that the database is in use.
pub struct OpenFile {
    _connection: DbConnection,
}

impl Store {
    /// Keeps others from replacing the file of an embedded database, until the value is dropped. On a server there is
    /// nothing to keep.
    ///
    /// # Errors
    /// [`RepositoryError`]: no connection.
    pub fn keep_open(&self) -> Result<Option<OpenFile>, RepositoryError> {
        if !self.manager().is_embedded() {
            return Ok(None);
        }
        let mut connection = self.open_unpooled()?;
        // With its first read a connection takes the lock that it holds to its end.
        let read = connection.batch_execute("SELECT count(*) FROM sqlite_schema");
        read.map_err(crate::database::StoreError::from)?;
        Ok(Some(OpenFile {
            _connection: connection,
        }))
    }
}

/// A database file that nobody else opens, makes or migrates until the value is dropped. There may be none yet.
pub struct TakenFile {
    file: PathBuf,
    connection: Option<SqliteConnection>,
    _lock: FolderLock,
}

impl TakenFile {
    /// Takes the file, whose folder is there.
    ///
    /// # Errors
    /// [`ReplaceError`]: it is in use, or no database.
    pub fn take(file: &Path) -> Result<Self, ReplaceError> {
        let lock = FolderLock::exclusive(file);
        let connection = file.exists().then(|| exclusive(file)).transpose()?;
        Ok(Self {
            // Where links lead to.
            file: file.canonicalize().unwrap_or_else(|_none| file.to_owned()),
            connection,
            _lock: lock,
        })
    }

    /// Puts another file in its place, which lies on the same file system and has no log.
    ///
    /// # Errors
    /// [`ReplaceError`]: the operating system's.
    pub fn replace_by(mut self, new: &Path) -> Result<(), ReplaceError> {
        let failed = |error| ReplaceError::File(self.file.clone(), error);
        let mut log = new.as_os_str().to_owned();
        log.push("-wal");
        if std::fs::metadata(log).is_ok_and(|log| log.len() > 0) {
            return Err(failed(io::Error::other("the new one is still open")));
        }
        File::open(new)
            .and_then(|new| new.sync_all())
            .map_err(failed)?;
        std::fs::rename(new, &self.file).map_err(failed)?;
        let folder = self.file.parent().filter(|it| *it != Path::new(""));
        let folder = File::open(folder.unwrap_or(Path::new(".")));
        folder
            .and_then(|folder| folder.sync_all())
            .map_err(failed)?;
        self.connection = None;
        Ok(())
    }
}

/// Without an exchange the file is as it was.
impl Drop for TakenFile {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.connection {
            // What cannot be given back the next migration does.
            let _ = connection.batch_execute("ROLLBACK; PRAGMA journal_mode = WAL");
        }
    }
}

/// Opens a file for oneself alone. Its log is gone then: beside another file, it would be taken for that one's.
fn exclusive(file: &Path) -> Result<SqliteConnection, ReplaceError> {
    let odd = |source: Box<dyn std::error::Error + Send + Sync>| {
        ReplaceError::Odd(file.to_owned(), source)
    };
    let mut connection =
        SqliteConnection::establish(&file.to_string_lossy()).map_err(|error| odd(error.into()))?;
    let patience = PATIENCE.as_millis();
    let taken: QueryResult<()> = connection.batch_execute(&format!(
        "PRAGMA busy_timeout = {patience}; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE"
    ));
    match taken {
        Ok(()) => Ok(connection),
        Err(error) if error.to_string() == "database is locked" => {
            Err(ReplaceError::InUse(file.to_owned()))
        }
        Err(error) => Err(odd(error.into())),
    }
}
