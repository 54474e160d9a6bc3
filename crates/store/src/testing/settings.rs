//! Settings as they are unless something is set.

use config::{Config, File, FileFormat};
use serde::de::DeserializeOwned;

use crate::database::DatabaseSettings;

/// A section of `config/base.toml`, as `auth.jwt`.
///
/// # Panics
/// If there is none that fits.
#[must_use]
pub fn defaults<T: DeserializeOwned>(section: &str) -> T {
    let base = include_str!("../../base.toml");
    let base = Config::builder().add_source(File::from_str(base, FileFormat::Toml));
    let section = base.build().and_then(|base| base.get(section));
    section.unwrap_or_else(|error| panic!("config/base.toml: {error}"))
}

/// The section `database` with the URL of a database.
#[must_use]
pub fn database_settings(url: &str) -> DatabaseSettings {
    DatabaseSettings {
        url: url.to_owned(),
        ..defaults("database")
    }
}
