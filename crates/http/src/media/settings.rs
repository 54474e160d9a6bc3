//! Section `media`.

use std::num::NonZero;

use profiled_domain::settings::{GIBIBYTE, YEAR, bounded};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

/// Section `media`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct MediaSettings {
    pub storage: StorageKind,
    #[serde(deserialize_with = "bounded::<1, GIBIBYTE, _, _>")]
    pub max_file_bytes: usize,
    #[serde(deserialize_with = "bounded::<1, 65_535, _, _>")]
    pub max_width: u32,
    #[serde(deserialize_with = "bounded::<1, 65_535, _, _>")]
    pub max_height: u32,
    #[serde(deserialize_with = "bounded::<1, { 4 * GIBIBYTE }, _, _>")]
    pub max_decoded_bytes: u64,
    #[serde(deserialize_with = "bounded::<1, 1_000_000, _, _>")]
    pub max_frames: usize,
    #[serde(deserialize_with = "bounded::<0, 256, _, _>")]
    pub concurrency: usize,
    #[serde(deserialize_with = "bounded::<1, { 64 * GIBIBYTE }, _, _>")]
    pub queue_bytes: usize,
    #[serde(deserialize_with = "bounded::<1, 3600, _, _>")]
    pub deadline: u64,
    #[serde(deserialize_with = "bounded::<0, YEAR, _, _>")]
    pub max_age: u32,
    #[serde(deserialize_with = "bounded::<0, YEAR, _, _>")]
    pub sweep_grace: u32,
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

impl StorageKind {
    /// Whether this build can keep files there: buckets need the feature `s3`.
    #[must_use]
    pub fn is_built_in(self) -> bool {
        match self {
            Self::File => true,
            Self::S3 => cfg!(feature = "s3"),
        }
    }
}

/// Section `media.s3`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct S3Settings {
    pub bucket: String,
    pub endpoint: String,
    pub region: String,
    pub prefix: String,
    #[serde(serialize_with = "mask")]
    pub access_key: SecretString,
    pub access_key_file: String,
    #[serde(serialize_with = "mask")]
    pub secret_key: SecretString,
    pub secret_key_file: String,
    pub allow_http: bool,
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
