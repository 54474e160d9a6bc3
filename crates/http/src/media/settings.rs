//! Section `media`.

use std::num::NonZero;

use profiled_domain::settings::{GIBIBYTE, YEAR, bounded};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

/// Section `media`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MediaSettings {
    /// Where files are kept.
    pub storage: StorageKind,
    /// Largest file of an upload, in bytes.
    #[serde(deserialize_with = "bounded::<1, GIBIBYTE, _, _>")]
    pub max_file_bytes: usize,
    /// Widest picture, in pixels.
    #[serde(deserialize_with = "bounded::<1, 65_535, _, _>")]
    pub max_width: u32,
    /// Highest picture, in pixels.
    #[serde(deserialize_with = "bounded::<1, 65_535, _, _>")]
    pub max_height: u32,
    /// Most memory that the pixels of a picture may take, in bytes.
    #[serde(deserialize_with = "bounded::<1, { 4 * GIBIBYTE }, _, _>")]
    pub max_decoded_bytes: u64,
    /// Most frames of an animation; the first one is kept.
    #[serde(deserialize_with = "bounded::<1, 1_000_000, _, _>")]
    pub max_frames: usize,
    /// Threads that decode and encode pictures; 0 means half of the cores, at least one.
    #[serde(deserialize_with = "bounded::<0, 256, _, _>")]
    pub concurrency: usize,
    /// Uploads that may wait for such a thread; more are refused for a while.
    #[serde(deserialize_with = "bounded::<1, 1000, _, _>")]
    pub queue: usize,
    /// Seconds that a cache may keep a file, and that its name is not used again.
    #[serde(deserialize_with = "bounded::<0, YEAR, _, _>")]
    pub max_age: u32,
    /// Seconds that a file is left alone after a sweep has found that no user needs it.
    #[serde(deserialize_with = "bounded::<0, YEAR, _, _>")]
    pub sweep_grace: u32,
    /// Section `media.s3`.
    pub s3: S3Settings,
}

/// The setting `media.storage`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StorageKind {
    /// The folder `media` of the data folder.
    File,
    /// A bucket of an S3-compatible server.
    S3,
}

/// Section `media.s3`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct S3Settings {
    /// Name of the bucket.
    pub bucket: String,
    /// URL of the server. Empty: Amazon's of the region.
    pub endpoint: String,
    /// The region, which is part of every signature.
    pub region: String,
    /// What all keys of the bucket begin with. Empty: nothing.
    pub prefix: String,
    /// Empty: the credentials of the machine's role. Written as `***`.
    #[serde(serialize_with = "mask")]
    pub access_key: SecretString,
    /// File that holds it, in place of `access_key`. Empty: none.
    pub access_key_file: String,
    /// Empty: the credentials of the machine's role. Written as `***`.
    #[serde(serialize_with = "mask")]
    pub secret_key: SecretString,
    /// File that holds it, in place of `secret_key`. Empty: none.
    pub secret_key_file: String,
    /// Whether the endpoint may be without TLS.
    pub allow_http: bool,
    /// Seconds that one attempt to reach the server may take.
    #[serde(deserialize_with = "bounded::<1, 600, _, _>")]
    pub timeout: u64,
}

impl MediaSettings {
    /// Threads that decode and encode pictures.
    #[must_use]
    pub fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
        if self.concurrency > 0 {
            self.concurrency
        } else {
            (cores() / 2).max(1)
        }
    }
}

fn mask<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if secret.expose_secret().is_empty() {
        ""
    } else {
        "***"
    })
}
