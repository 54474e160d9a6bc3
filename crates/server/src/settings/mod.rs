//! Settings: sections that the crates own, put together here.

mod coerce;
mod effective;
mod layers;
mod load;
mod near;
mod plain_file;
mod reference;
mod schema;
mod secret_file;
mod secrets;
mod validate;
mod variables;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use profiled_auth::{AuthSettings, FailedAccounts, ThrottleSettings};
use profiled_domain::CompletionRules;
use profiled_domain::settings::{YEAR, bounded, checked};
use profiled_http::{DialectSettings, HttpSettings, LimitSettings, MediaSettings};
use profiled_store::DatabaseSettings;
use serde::{Deserialize, Deserializer, Serialize};

use crate::error::Failure;

pub(crate) use effective::{default_values, effective};
pub(crate) use layers::Origins;
pub use layers::Sources;
pub(crate) use load::Loaded;
pub(crate) use near::near_key;
pub use reference::{Reference, reference};
pub(crate) use schema::schema;

/// Everything that can be set. `config/base.toml` describes each key.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct Settings {
    pub profile: Profile,
    #[serde(deserialize_with = "data_dir")]
    pub data_dir: PathBuf,
    pub database: DatabaseSettings,
    pub http: HttpSettings,
    pub dialects: DialectSettings,
    pub accounts: AccountSettings,
    pub retention: RetentionSettings,
    pub media: MediaSettings,
    pub limits: LimitSettings,
    pub profile_completion: CompletionRules,
    pub auth: AuthSettings,
    pub throttle: ThrottleSettings,
    pub log: LogSettings,
}

fn data_dir<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    checked(deserializer, |folder: &PathBuf| {
        let text = "is empty: name a folder, as ./data";
        folder.as_os_str().is_empty().then(|| text.to_owned())
    })
}

/// The setting `profile`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Makes what it lacks.
    Development,
    /// Refuses to start without keys and hosts.
    Production,
}

/// Section `accounts`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSettings {
    #[serde(deserialize_with = "bounded::<0, { 100 * YEAR }, _, _>")]
    pub deletion_grace: u64,
    #[serde(deserialize_with = "bounded::<0, YEAR, _, _>")]
    pub purge_interval: u64,
}

/// Section `retention`: seconds that the purge leaves something alone; 0 is for ever.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionSettings {
    #[serde(deserialize_with = "bounded::<0, { 100 * YEAR }, _, _>")]
    pub activity: u64,
    #[serde(deserialize_with = "bounded::<0, { 100 * YEAR }, _, _>")]
    pub tombstones: u64,
}

/// Section `log`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct LogSettings {
    pub format: LogFormat,
    pub level: LogLevel,
    pub audit: bool,
    pub failed_accounts: FailedAccounts,
    #[serde(deserialize_with = "collector")]
    pub otlp_endpoint: String,
}

fn collector<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    checked(deserializer, |url: &String| {
        if url.is_empty() {
            None
        } else if !cfg!(feature = "otlp") {
            Some("needs a build with the cargo feature otlp".to_owned())
        } else if url.starts_with("http://") || url.starts_with("https://") {
            None
        } else {
            Some("is no URL: write one as http://127.0.0.1:4318/v1/traces".to_owned())
        }
    })
}

/// The setting `log.format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: an object a line.
    Json,
}

/// The setting `log.level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Failures of ours.
    Error,
    /// And what may become one.
    Warn,
    /// And every request.
    Info,
    /// And what libraries do.
    Debug,
    /// And everything else.
    Trace,
}

impl Settings {
    /// `sqlite` or `postgres`.
    pub(crate) fn database_kind(&self) -> &'static str {
        if self.database.url.starts_with("sqlite:") {
            "sqlite"
        } else {
            "postgres"
        }
    }

    /// Folder of the files under `/media/`, unless a server keeps them.
    pub(crate) fn media_root(&self) -> PathBuf {
        self.data_dir.join("media")
    }

    /// Creates the data folder, for whatever is put into it.
    pub(crate) fn create_data_dir(&self) -> Result<&Path, Failure> {
        let folder = &self.data_dir;
        // No other user of the machine looks into it.
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| {
            let remedy = "name a folder that can be made, or change the rights above it";
            Failure::settings(format!("data_dir: {}: {error}: {remedy}", folder.display()))
        })?;
        Ok(folder)
    }
}
