//! Where uploaded files are kept.

use profiled_http::{MediaStorage, StorageKind};

use crate::error::{Failure, with_causes};
use crate::settings::Settings;

/// The storage of media files.
pub(crate) fn open_media(settings: &Settings) -> Result<MediaStorage, Failure> {
    let opened = MediaStorage::open(&settings.media, &settings.media_root());
    opened.map_err(|error| {
        let remedy = match settings.media.storage {
            StorageKind::File => "name another data_dir, or change the rights of the folder",
            StorageKind::S3 => "correct media.s3",
        };
        let text = format!("media.storage: {}: {remedy}", with_causes(&error));
        Failure::settings(text)
    })
}
