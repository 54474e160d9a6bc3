//! Files of a folder are read by their owner alone: what readers may see, they are shown under `/media/`.

use std::fs::{DirBuilder, Permissions, set_permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

/// Makes a folder, and those above it, where there are none.
pub(super) fn create_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Takes a file of our own from all others.
pub(super) fn restrict_to_owner(file: &Path) -> io::Result<()> {
    set_permissions(file, Permissions::from_mode(0o600))
}

/// Runs work on files on a thread that may wait.
pub(super) async fn on_disk(
    work: impl FnOnce() -> io::Result<()> + Send + 'static,
) -> object_store::Result<()> {
    let done = tokio::task::spawn_blocking(work).await?;
    done.map_err(|error| object_store::Error::Generic {
        store: "media",
        source: error.into(),
    })
}
