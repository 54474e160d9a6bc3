//! Which database: chosen by the scheme of its URL, never by trying.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A database, as the setting `database.url` names it.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite://FOLDER/FILE`, relative to the working directory, or `sqlite:///FOLDER/FILE`.
    Sqlite(PathBuf),
    /// `postgres://…` or `postgresql://…`, as libpq reads it.
    Postgres(String),
}

/// Why a URL names no database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Neither of the two databases.
    #[error("database.url must begin with sqlite://, postgres:// or postgresql://")]
    Scheme,
    /// `sqlite://` without a file.
    #[error("database.url names no file: write sqlite://data/profiled.sqlite3")]
    NoFile,
    /// The URL demands encryption, and the build has none.
    #[error(
        "database.url asks for TLS, but this build has none: build with \
         --no-default-features --features libpq-bundled-tls, or libpq-system"
    )]
    NoTls,
}

impl FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = text.split_once("://").ok_or(UrlError::Scheme)?;
        match scheme {
            "sqlite" if rest.is_empty() || rest.starts_with(':') => Err(UrlError::NoFile),
            "sqlite" => Ok(Self::Sqlite(PathBuf::from(rest))),
            "postgres" | "postgresql" if needs_tls(rest) && !has_tls() => Err(UrlError::NoTls),
            "postgres" | "postgresql" => Ok(Self::Postgres(text.to_owned())),
            _ => Err(UrlError::Scheme),
        }
    }
}

impl DatabaseUrl {
    /// The file of an embedded database.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

/// Without user information: it may hold a password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => {
                let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
                let place = rest.split('?').next().unwrap_or_default();
                let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
                write!(f, "postgres://{place}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn needs_tls(rest: &str) -> bool {
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let mode = query.split('&').filter_map(|pair| pair.split_once('='));
    mode.into_iter().any(|(name, value)| {
        name == "sslmode" && matches!(value, "require" | "verify-ca" | "verify-full")
    })
}

fn has_tls() -> bool {
    cfg!(any(feature = "libpq-bundled-tls", feature = "libpq-system"))
}
