//! Uploaded pictures: judged and encoded anew, stored, served under `/media/`, and swept away when no
//! user needs them (contract `drf.md`, section 9; ADR 0014).

mod avatar;
#[cfg(feature = "s3")]
mod bucket;
mod copy;
mod fault;
mod full_disk;
mod kind;
mod name;
mod picture;
mod private;
mod serve;
mod settings;
mod storage;
mod sweep;
mod trial;
mod waiting;

use std::sync::Arc;

use profiled_rest::measure::LaneReport;

pub(crate) use avatar::{Avatar, Picture, read};
pub(crate) use serve::answer;
pub use settings::{MediaSettings, S3Settings, StorageKind};
pub use storage::{MediaStorage, StorageError};
pub use sweep::{SweepError, sweep};
use waiting::PictureQueue;

/// What handlers need for files.
pub(crate) struct Media {
    storage: MediaStorage,
    settings: Arc<MediaSettings>,
    /// Decodes and encodes pictures.
    pictures: PictureQueue,
}

impl Media {
    /// Starts the threads for pictures.
    ///
    /// # Errors
    /// The operating system's, when it gives no thread.
    pub(crate) fn new(storage: MediaStorage, settings: MediaSettings) -> std::io::Result<Self> {
        Ok(Self {
            pictures: PictureQueue::start(&settings)?,
            storage,
            settings: Arc::new(settings),
        })
    }

    /// What waits for the threads for pictures at this moment.
    pub(crate) fn pictures(&self) -> LaneReport<'_> {
        self.pictures.report()
    }
}

/// Folders of avatars, by dialect.
pub(crate) const DRF_AVATARS: &str = "users/avatars/";
pub(crate) const JWT_AVATARS: &str = "avatars/";

/// What a picture may be called, as Django has it of Pillow. The name says nothing about the content.
const EXTENSIONS: [&str; 13] = [
    "apng", "avif", "bmp", "dib", "gif", "jfif", "jpe", "jpeg", "jpg", "png", "tif", "tiff", "webp",
];
