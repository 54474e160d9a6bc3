//! The file of an embedded database: private from its first moment, and made by one process at a time.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Only the owner may read what is created, whatever the `umask`. `SQLite` gives the log and its index the
/// mode of the database.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// Keeps others from making or migrating the databases of a folder, until it is dropped. `SQLite`'s own locks do
/// not suffice: of several that turn a new file to its log at once, one gets the error that it is locked without
/// having waited.
#[derive(Debug)]
pub(crate) struct FolderLock {
    /// `None` where the system gives none: `SQLite`'s own locks are left then.
    _folder: Option<File>,
}

impl FolderLock {
    /// Waits until no other process creates or looks at a database of this folder.
    pub(crate) fn exclusive(database: &Path) -> Self {
        Self::take(database, File::lock)
    }

    /// Waits until no other process creates a database of this folder; others may look at it, too.
    pub(crate) fn shared(database: &Path) -> Self {
        Self::take(database, File::lock_shared)
    }

    fn take(database: &Path, lock: fn(&File) -> io::Result<()>) -> Self {
        let folder = File::open(folder_of(database)).ok();
        Self {
            _folder: folder.filter(|folder| lock(folder).is_ok()),
        }
    }
}

/// Makes an empty database file, and its folder, where there is none; no other process does until the lock is dropped.
///
/// # Errors
/// The operating system's.
pub(crate) fn create(file: &Path) -> io::Result<FolderLock> {
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(folder_of(file))?;
    let lock = FolderLock::exclusive(file);
    if !file.exists() {
        create_file(&target(file))?;
    }
    Ok(lock)
}

/// Never opens the file under its own name: to close it would end the locks that other connections of this
/// process hold on it.
fn create_file(file: &Path) -> io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let unfinished = file.with_file_name(name);
    match std::fs::remove_file(&unfinished) {
        // Left by a process that was killed here.
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut options = OpenOptions::new();
    let options = options.write(true).create_new(true).mode(FILE_MODE);
    drop(options.open(&unfinished)?);
    std::fs::rename(&unfinished, file)
}

/// Where the file is to lie: at the end of links that lead nowhere yet.
fn target(file: &Path) -> PathBuf {
    let mut path = file.to_owned();
    // The system follows as many.
    for _ in 0..40 {
        match std::fs::read_link(&path) {
            Ok(next) => path = folder_of(&path).join(next),
            Err(_no_link) => break,
        }
    }
    path
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
