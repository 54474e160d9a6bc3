//! Uploaded pictures: judged and encoded anew, stored, served under `/media/`, and swept away when no
//! user needs them (contract `drf.md`, section 9; ADR 0014).

mod avatar;
#[cfg(feature = "s3")]
mod bucket;
mod fault;
mod name;
mod picture;
mod private;
mod serve;
mod settings;
mod storage;
mod sweep;

use std::sync::Arc;

use profiled_rest::WorkerPool;

pub(crate) use avatar::{Avatar, Picture, read};
pub(crate) use serve::answer;
pub use settings::{MediaSettings, S3Settings, StorageKind};
pub use storage::{MediaStorage, StorageError};
pub use sweep::{SweepError, sweep};

/// What handlers need for files.
pub(crate) struct Media {
    storage: MediaStorage,
    settings: Arc<MediaSettings>,
    /// Decodes and encodes pictures.
    pictures: WorkerPool,
}

impl Media {
    /// Starts the pool for pictures.
    ///
    /// # Errors
    /// The operating system's, when it gives no thread.
    pub(crate) fn new(storage: MediaStorage, settings: MediaSettings) -> std::io::Result<Self> {
        Ok(Self {
            pictures: WorkerPool::start("pictures", settings.threads(), settings.queue, None)?,
            storage,
            settings: Arc::new(settings),
        })
    }
}

/// Folders of avatars, by dialect.
pub(crate) const DRF_AVATARS: &str = "users/avatars/";
pub(crate) const JWT_AVATARS: &str = "avatars/";

/// Types that a browser may show, by extension. An upload is encoded in the type of its extension, so
/// the extension is the type of every file of ours.
const IMAGE_TYPES: [(&str, image::ImageFormat); 7] = [
    ("gif", image::ImageFormat::Gif),
    ("jfif", image::ImageFormat::Jpeg),
    ("jpe", image::ImageFormat::Jpeg),
    ("jpeg", image::ImageFormat::Jpeg),
    ("jpg", image::ImageFormat::Jpeg),
    ("png", image::ImageFormat::Png),
    ("webp", image::ImageFormat::WebP),
];

/// The type of image that an extension stands for, in any case.
fn image_type(extension: &str) -> Option<image::ImageFormat> {
    let mut known = IMAGE_TYPES.iter();
    let found = known.find(|(name, _)| name.eq_ignore_ascii_case(extension));
    found.map(|(_, format)| *format)
}
