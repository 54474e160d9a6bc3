//! A folder whose disk has no room.

use std::error::Error;
use std::io;
use std::iter::successors;
use std::path::{Path, PathBuf};

/// What the operator has to make room on.
#[derive(Debug, thiserror::Error)]
#[error("the disk of {} is full: make room", .0.display())]
pub(super) struct FullDisk(PathBuf);

/// The error, or what it comes to if it is for want of room.
pub(super) fn full_disk(error: object_store::Error, folder: &Path) -> object_store::Error {
    let first: &(dyn Error + 'static) = &error;
    let causes = successors(Some(first), |&cause| cause.source());
    let mut causes = causes.filter_map(|cause| cause.downcast_ref::<io::Error>());
    let is_full = causes.any(|cause| {
        let kinds = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
        kinds.contains(&cause.kind())
    });
    if !is_full {
        return error;
    }
    object_store::Error::Generic {
        store: "media",
        source: FullDisk(folder.to_owned()).into(),
    }
}
