//! Where files are kept: a folder, or a bucket of an S3-compatible server.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::{self, Stream, StreamExt};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path as Key;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::time::timeout;

#[cfg(feature = "s3")]
use super::bucket;
use super::full_disk::full_disk;
use super::private::{create_folder, on_disk, restrict_to_owner};
use super::{MediaSettings, StorageKind, fault, name};

/// Threads for files of a folder; servers are talked to without.
const FILE_THREADS: usize = 4;
/// Longest that a folder may take, which may be on another machine.
const FOLDER_LIMIT: Duration = Duration::from_secs(10);
/// How much longer than its client a server is waited for: the client can say what was wrong.
#[cfg(feature = "s3")]
const LATE: Duration = Duration::from_secs(1);
/// Pieces of a file that are read ahead of the client.
const READ_AHEAD: usize = 2;

/// Stored files. Clones share one storage.
#[derive(Clone, Debug)]
pub struct MediaStorage {
    objects: Arc<dyn ObjectStore>,
    /// The folder, if it is one.
    pub(super) folder: Option<PathBuf>,
    io: Arc<Io>,
    /// How long an operation may take, or an upload with all of its operations.
    limit: Duration,
}

/// Why an operation of the storage failed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The folder cannot be made or used.
    #[error("the media folder {} cannot be used", .0.display())]
    Folder(PathBuf, #[source] io::Error),
    /// The build has no client for buckets.
    #[cfg(not(feature = "s3"))]
    #[error("this build has no feature s3")]
    WithoutS3,
    /// The operating system gives no thread.
    #[error("no thread for media storage")]
    Threads(#[source] io::Error),
    /// What the storage, or the way to it, said; without names of files, which clients choose.
    #[error("media storage failed: {0}")]
    Objects(String),
    /// The work was given up.
    #[error("media storage gave up")]
    GaveUp,
    /// It takes too long, and goes on or does not.
    #[error("media storage did not answer in time")]
    Late,
}

/// Threads of its own: neither the workers nor the database's threads wait for files.
#[derive(Debug)]
struct Io(Option<Runtime>);

/// What is known of a file.
#[derive(Clone, Debug)]
pub(super) struct Meta {
    pub(super) size: u64,
    /// In quotes.
    pub(super) e_tag: Option<String>,
    /// To the second, as in HTTP headers.
    pub(super) modified: DateTime<Utc>,
}

impl MediaStorage {
    /// The storage of the settings; `folder` is where files are kept without a server.
    ///
    /// # Errors
    /// [`StorageError`]: a folder that cannot be made, contradictory settings. A server is connected to with
    /// the first operation.
    pub fn open(settings: &MediaSettings, folder: &Path) -> Result<Self, StorageError> {
        match settings.storage {
            StorageKind::File => Self::in_folder(folder),
            #[cfg(feature = "s3")]
            StorageKind::S3 => {
                let limit = Duration::from_secs(settings.s3.timeout) + LATE;
                let bucket = bucket::open(&settings.s3).map_err(unopened)?;
                Self::new(bucket, None, limit)
            }
            #[cfg(not(feature = "s3"))]
            StorageKind::S3 => Err(StorageError::WithoutS3),
        }
    }

    /// A storage that is gone with the process, for tests.
    ///
    /// # Errors
    /// [`StorageError::Threads`]
    pub fn in_memory() -> Result<Self, StorageError> {
        Self::new(Arc::new(InMemory::new()), None, FOLDER_LIMIT)
    }

    fn in_folder(folder: &Path) -> Result<Self, StorageError> {
        let unusable = |error| StorageError::Folder(folder.to_owned(), error);
        create_folder(folder).map_err(unusable)?;
        let folder = folder.canonicalize().map_err(unusable)?;
        let files = LocalFileSystem::new_with_prefix(&folder).map_err(unopened)?;
        // What was answered with 2xx survives a power cut (`decisions.md` 17).
        Self::new(Arc::new(files.with_fsync(true)), Some(folder), FOLDER_LIMIT)
    }

    fn new(
        objects: Arc<dyn ObjectStore>,
        folder: Option<PathBuf>,
        limit: Duration,
    ) -> Result<Self, StorageError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(FILE_THREADS)
            .thread_name("media-io")
            .enable_all()
            .build()
            .map_err(StorageError::Threads)?;
        Ok(Self {
            objects,
            folder,
            io: Arc::new(Io(Some(runtime))),
            limit,
        })
    }

    /// Waits for work with the storage, but not for ever. Work that was begun goes on.
    ///
    /// # Errors
    /// [`StorageError::Late`]
    pub(super) async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, StorageError>>,
    ) -> Result<T, StorageError> {
        let done = timeout(self.limit, work).await;
        done.map_err(|_elapsed| StorageError::Late)?
    }

    /// What is known of a file, `None` if there is none.
    pub(super) async fn head(&self, key: &str) -> Result<Option<Meta>, StorageError> {
        let Some(location) = self.location(key) else {
            return Ok(None);
        };
        let (this, key) = (self.clone(), key.to_owned());
        let found = self.io.run(async move {
            if !this.is_inside(&key).await {
                return Ok(None);
            }
            found(this.objects.head(&location).await)
        });
        Ok(self.in_time(found).await?.map(Meta::new))
    }

    /// A file, or a part of it, and what is known of it; `None` if there is none.
    pub(super) async fn open_file(
        &self,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Option<(Meta, impl Stream<Item = io::Result<Bytes>> + use<>)>, StorageError> {
        let Some(location) = self.location(key) else {
            return Ok(None);
        };
        let (this, key) = (self.clone(), key.to_owned());
        let options = GetOptions {
            range: range.map(GetRange::Bounded),
            ..GetOptions::default()
        };
        let (sender, receiver) = mpsc::channel(READ_AHEAD);
        let limit = self.limit;
        let opened = self.io.run(async move {
            if !this.is_inside(&key).await {
                return Ok(None);
            }
            let Some(file) = found(this.objects.get_opts(&location, options).await)? else {
                return Ok(None);
            };
            let meta = file.meta.clone();
            tokio::spawn(async move {
                let mut pieces = file.into_stream();
                // A client that has gone away takes no more.
                while let Some(piece) = next(&mut pieces, limit).await
                    && sender.send(piece).await.is_ok()
                {}
            });
            Ok(Some(meta))
        });
        let body = stream::unfold(receiver, |mut receiver| async {
            Some((receiver.recv().await?, receiver))
        });
        let opened = self.in_time(opened).await?;
        Ok(opened.map(|meta| (Meta::new(meta), body)))
    }

    /// Writes a file as a whole, or not at all.
    pub(super) async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StorageError> {
        let location = self.location(key).ok_or(StorageError::GaveUp)?;
        let (this, key) = (self.clone(), key.to_owned());
        let written = self.io.run(async move {
            if !this.is_parent_inside(&key).await {
                let source = "a link leads out of the folder".into();
                let store = "media";
                return Err(object_store::Error::Generic { store, source });
            }
            let Some(folder) = this.folder else {
                return this.objects.put(&location, bytes.into()).await.map(drop);
            };
            let path = folder.join(key);
            let parent = path.parent().unwrap_or(&path).to_owned();
            let written = async {
                on_disk(move || create_folder(&parent)).await?;
                this.objects.put(&location, bytes.into()).await?;
                on_disk(move || restrict_to_owner(&path)).await
            };
            written.await.map_err(|error| full_disk(error, &folder))
        });
        self.in_time(written).await
    }

    /// Deletes a file, and what is left of attempts to write it.
    pub(super) async fn delete(&self, key: &str) -> Result<(), StorageError> {
        let Some(location) = self.location(key) else {
            return Ok(());
        };
        let (this, key) = (self.clone(), key.to_owned());
        let deleted = self.io.run(async move {
            if this.is_inside(&key).await {
                found(this.objects.delete(&location).await)?;
            }
            if let Some(folder) = this.folder {
                let removal = tokio::task::spawn_blocking(move || remove_unfinished(&folder, &key));
                removal.await?;
            }
            Ok(())
        });
        self.in_time(deleted).await
    }

    /// Runs an operation on a thread that may wait.
    pub(super) fn wait<T>(
        &self,
        work: impl Future<Output = Result<T, StorageError>>,
    ) -> Result<T, StorageError> {
        let runtime = self.io.0.as_ref().ok_or(StorageError::GaveUp)?;
        runtime.handle().block_on(work)
    }

    /// [`Self::delete`] for a thread that may wait.
    pub(super) fn delete_and_wait(&self, key: &str) -> Result<(), StorageError> {
        self.wait(self.delete(key))
    }

    /// The place of a key, `None` for one that no file of ours can have.
    pub(super) fn location(&self, key: &str) -> Option<Key> {
        let location = Key::parse(key).ok()?;
        // `name#1` is how a folder calls a file that is being written.
        let is_unfinished = self.folder.is_some() && is_numbered(key);
        (name::is_plain(key) && !is_unfinished).then_some(location)
    }

    /// Whether the real place of a file of a folder lies below the folder: a link may lead out of it.
    async fn is_inside(&self, key: &str) -> bool {
        self.check(key, |folder, path| {
            let real = path.canonicalize();
            real.is_ok_and(|real| real.starts_with(folder) && real.is_file())
        })
        .await
    }

    /// Whether a new file of a folder would come to lie below the folder.
    async fn is_parent_inside(&self, key: &str) -> bool {
        self.check(key, |folder, path| {
            // Folders that are not there yet are made where the last one is that is.
            let mut parents = path.ancestors().skip(1);
            let real = parents.find_map(|parent| parent.canonicalize().ok());
            real.is_some_and(|real| real.starts_with(folder))
        })
        .await
    }

    /// Asks the file system about the path of a key; a bucket has no links.
    async fn check(&self, key: &str, test: fn(&Path, &Path) -> bool) -> bool {
        let Some(folder) = self.folder.clone() else {
            return true;
        };
        let path = folder.join(key);
        let check = tokio::task::spawn_blocking(move || test(&folder, &path));
        check.await.unwrap_or(false)
    }
}

impl Meta {
    fn new(meta: ObjectMeta) -> Self {
        let quoted = |tag: String| {
            if tag.starts_with('"') || tag.starts_with("W/") {
                tag
            } else {
                format!("\"{tag}\"")
            }
        };
        Self {
            size: meta.size,
            e_tag: meta.e_tag.map(quoted),
            modified: chrono::SubsecRound::trunc_subsecs(meta.last_modified, 0),
        }
    }
}

impl Io {
    /// Runs `work` on the threads for files, to its end even if the request has ended.
    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = object_store::Result<T>> + Send + 'static,
    ) -> Result<T, StorageError> {
        let runtime = self.0.as_ref().ok_or(StorageError::GaveUp)?;
        let outcome = runtime.spawn(work).await;
        outcome
            .map_err(|_panicked| StorageError::GaveUp)?
            .map_err(|error| StorageError::Objects(fault::describe(&error)))
    }
}

impl Drop for Io {
    fn drop(&mut self) {
        // The last clone may go on a thread that must not wait.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// The next piece of a file, or the error after which there is none.
async fn next(
    pieces: &mut (impl Stream<Item = object_store::Result<Bytes>> + Unpin),
    limit: Duration,
) -> Option<io::Result<Bytes>> {
    match timeout(limit, pieces.next()).await {
        Ok(piece) => piece.map(|piece| piece.map_err(io::Error::other)),
        Err(elapsed) => Some(Err(elapsed.into())),
    }
}

/// Settings are the operator's own.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unopened(error: object_store::Error) -> StorageError {
    StorageError::Objects(error.to_string())
}

/// `None` in place of the error for what does not exist.
fn found<T>(outcome: object_store::Result<T>) -> object_store::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a name ends with `#` and a number.
fn is_numbered(name: &str) -> bool {
    let number = name.rsplit_once('#').map(|(_, number)| number);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Removes `name#1` and its like, which a process leaves that is killed while it writes `name`.
fn remove_unfinished(folder: &Path, key: &str) {
    let path = folder.join(key);
    let parent = path.parent().and_then(|parent| parent.canonicalize().ok());
    let parent = parent.filter(|parent| parent.starts_with(folder));
    let (Some(parent), Some(name)) = (parent, path.file_name()) else {
        return;
    };
    let name = name.to_string_lossy();
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let other = entry.file_name();
        let other = other.to_string_lossy();
        let rest = other.strip_prefix(&*name);
        if rest.is_some_and(|rest| rest.starts_with('#') && is_numbered(rest)) {
            // The next sweep of this name comes by again.
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

#[cfg(test)]
mod tests;
