//! Which database: chosen by the scheme of its URL, never by trying.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use percent_encoding::percent_decode_str;

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
    /// libpq would take a part of the password for a host or a port, and tell it.
    #[error(
        "database.url cannot be read: in the user and the password write %40 for @, %2F for /, %3A for :, %3F for ?, \
         %3D for = and %25 for %"
    )]
    Unescaped,
    /// libpq would tell what stands around it, which may be a password; a second line of a file is none of the URL.
    #[error(
        "database.url has a blank, or more than one line: write %20 for a blank, and nothing but the URL"
    )]
    Blank,
    /// No server has it.
    #[error("database.url names a port that there is none of: write one from 1 to 65535")]
    Port,
}

impl FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = text.split_once("://").ok_or(UrlError::Scheme)?;
        match scheme {
            _ if rest.contains(char::is_control) => Err(UrlError::Blank),
            "sqlite" if rest.is_empty() || rest.starts_with(':') => Err(UrlError::NoFile),
            "sqlite" => Ok(Self::Sqlite(PathBuf::from(rest))),
            "postgres" | "postgresql" if rest.contains(char::is_whitespace) => Err(UrlError::Blank),
            "postgres" | "postgresql" if !is_well_formed(rest) => Err(UrlError::Unescaped),
            "postgres" | "postgresql" if !has_ports(rest) => Err(UrlError::Port),
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

    /// How many servers it names, of which one is taken.
    pub(crate) fn hosts(&self) -> u32 {
        let Self::Postgres(url) = self else {
            return 1;
        };
        let (place, query) = split_query(url.split_once("://").map_or("", |(_, rest)| rest));
        let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
        let place = place.split_once('/').map_or(place, |(hosts, _)| hosts);
        let named = parameters(query).filter(|(name, _)| name == "host" || name == "hostaddr");
        let named = named.map(|(_, hosts)| hosts.matches(',').count());
        let commas = named.chain([place.matches(',').count()]).max();
        u32::try_from(commas.unwrap_or_default()).map_or(1, |commas| commas.saturating_add(1))
    }

    /// The host of a server to which connections may go through a network in clear: `sslmode` does not demand TLS.
    #[must_use]
    pub fn host_without_tls(&self) -> Option<String> {
        let Self::Postgres(url) = self else {
            return None;
        };
        let (_, rest) = url.split_once("://")?;
        let (place, query) = split_query(rest);
        let (_, authority) = place.rsplit_once('@').unwrap_or(("", place));
        let (hosts, _) = authority.split_once('/').unwrap_or((authority, ""));
        let told = parameters(query).filter(|(name, _)| matches!(&**name, "host" | "hostaddr"));
        let told: Vec<String> = told.map(|(_, value)| value.into_owned()).collect();
        let all = told
            .iter()
            .flat_map(|told| told.split(','))
            .chain(hosts.split(','));
        let mut remote = all.filter(|host| !is_local(host));
        remote
            .next()
            .filter(|_| !needs_tls(rest))
            .map(str::to_owned)
    }
}

/// Whether connections to a host, with or without a port, stay on this machine.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    // The path of a socket, whose slash is encoded where a host stands.
    name.is_empty()
        || name.starts_with('/')
        || name == "localhost"
        || name.starts_with("%2")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Whether libpq reads the URL as it was meant: a special character in a password that is not escaped ends it too soon.
fn is_well_formed(rest: &str) -> bool {
    let (_, query) = split_query(rest);
    let is_number = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let has_value = |pair: &str| pair.is_empty() || pair.matches('=').count() == 1;
    !after_user(rest).contains('@')
        && ports(rest).all(is_number)
        && query.split('&').all(has_value)
        && is_escaped(rest)
}

/// Whether each port is one. Without a number it is the usual one.
fn has_ports(rest: &str) -> bool {
    let is_port = |port: &str| port.parse::<NonZeroU16>().is_ok();
    ports(rest).all(|port| port.is_empty() || is_port(port))
}

/// Hosts and database: libpq takes the first @ for the end of the password, unless a slash comes before it.
fn after_user(rest: &str) -> &str {
    let (place, _) = split_query(rest);
    match place.split_once('@') {
        Some((user, after)) if !user.contains('/') => after,
        _ => place,
    }
}

/// What stands for the port of each host that has one.
fn ports(rest: &str) -> impl Iterator<Item = &str> {
    let after = after_user(rest);
    let (hosts, _) = after.split_once('/').unwrap_or((after, ""));
    hosts
        .split(',')
        .filter_map(|host| match host.rsplit_once(']') {
            Some((_, port)) => port.strip_prefix(':'),
            None => host.split_once(':').map(|(_, port)| port),
        })
}

/// Whether each percent sign is followed by the number of a byte.
fn is_escaped(text: &str) -> bool {
    let is_number = |part: &str| {
        let digits = part.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit) && digits != b"00")
    };
    text.split('%').skip(1).all(is_number)
}

/// Without user information: it may hold a password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => {
                let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
                let (place, _) = split_query(rest);
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

/// What stands before and after the question mark; libpq takes one in a password for a part of it.
fn split_query(rest: &str) -> (&str, &str) {
    let user = rest.split_once('@').map_or("", |(user, _)| user);
    let user = if user.contains('/') { 0 } else { user.len() };
    let mark = rest.match_indices('?').find(|(at, _)| *at >= user);
    let split = mark.and_then(|(at, _)| rest.split_at_checked(at));
    split.map_or((rest, ""), |(place, query)| {
        (place, query.strip_prefix('?').unwrap_or(query))
    })
}

/// The parameters of a query.
fn parameters(query: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    let decoded = |text| percent_decode_str(text).decode_utf8_lossy();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(move |(name, value)| (decoded(name), decoded(value)))
}

fn needs_tls(rest: &str) -> bool {
    parameters(split_query(rest).1).any(|(name, value)| {
        name == "sslmode" && matches!(&*value, "require" | "verify-ca" | "verify-full")
    })
}

/// The URL of a server with further parameters, but for those that it has.
pub(crate) fn with_parameters(url: &str, further: &[(&str, String)]) -> String {
    let (_, query) = split_query(url.split_once("://").map_or("", |(_, rest)| rest));
    let known: Vec<_> = parameters(query).map(|(name, _)| name).collect();
    let place = url.strip_suffix(query).unwrap_or(url);
    let mut text = place.strip_suffix('?').unwrap_or(place).to_owned();
    let added = further
        .iter()
        .filter(|(name, _)| known.iter().all(|known| known != name))
        .map(|(name, value)| format!("{name}={value}"));
    let given = query.split('&').filter(|pair| !pair.is_empty());
    let mut sign = '?';
    for pair in given.map(str::to_owned).chain(added) {
        text.push(sign);
        text.push_str(&pair);
        sign = '&';
    }
    text
}

fn has_tls() -> bool {
    cfg!(any(feature = "libpq-bundled-tls", feature = "libpq-system"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_of_a_url_are_counted_wherever_they_stand() {
        let counted = [
            "postgres://one/x",
            "postgres://user:a,b@one/x",
            "postgres://user@one:1,two,three:3/x?target_session_attrs=read-write",
            "postgresql:///x?host=one,two&port=1,2",
            "postgres://one/x,y",
            "sqlite://a,b",
        ];

        let hosts = counted.map(|url| url.parse::<DatabaseUrl>().unwrap().hosts());

        assert_eq!(hosts, [1, 1, 3, 2, 1, 1]);
    }
}
