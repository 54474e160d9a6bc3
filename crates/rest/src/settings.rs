//! Settings of the HTTP edge: the section `http`.

use std::time::Duration;

use ipnet::IpNet;
use profiled_domain::settings::{GIBIBYTE, bounded, checked, outside};
use serde::{Deserialize, Deserializer, Serialize};

/// Section `http`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct HttpSettings {
    #[serde(deserialize_with = "addresses")]
    pub bind: Vec<String>,
    pub reuse_port: bool,
    #[serde(deserialize_with = "admin_address")]
    pub admin_bind: String,
    #[serde(deserialize_with = "bounded::<0, 1024, _, _>")]
    pub workers: usize,
    pub public_url: String,
    pub allowed_hosts: Vec<String>,
    pub trusted_proxies: Vec<IpNetOrAddr>,
    #[serde(deserialize_with = "bounded::<1, GIBIBYTE, _, _>")]
    pub max_body_bytes: usize,
    #[serde(deserialize_with = "bounded::<1, GIBIBYTE, _, _>")]
    pub max_upload_bytes: usize,
    #[serde(deserialize_with = "bounded::<1, GIBIBYTE, _, _>")]
    pub max_bodies_bytes: usize,
    pub browsable: bool,
    #[serde(deserialize_with = "bounded::<1, 100_000, _, _>")]
    pub max_connections: usize,
    #[serde(deserialize_with = "bounded::<1, 1_000_000, _, _>")]
    pub max_connections_per_network: usize,
    #[serde(deserialize_with = "bounded::<1, 3600, _, _>")]
    pub header_timeout: u64,
    #[serde(deserialize_with = "body_timeout")]
    pub body_timeout: f64,
    #[serde(deserialize_with = "bounded::<1, 3600, _, _>")]
    pub write_timeout: u64,
    #[serde(deserialize_with = "bounded::<1, 3600, _, _>")]
    pub keep_alive: u64,
    #[serde(deserialize_with = "bounded::<0, 3600, _, _>")]
    pub shutdown_timeout: u64,
    #[serde(deserialize_with = "bounded::<0, 3600, _, _>")]
    pub drain_delay: u64,
    pub tls: TlsSettings,
    pub cors: CorsSettings,
}

/// Section `http.cors`: pages of other origins that may read answers.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct CorsSettings {
    #[serde(deserialize_with = "origins")]
    pub origins: Vec<String>,
}

/// Section `http.tls`: TLS of our own on all addresses, if both files are named.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct TlsSettings {
    pub certificate_file: String,
    pub key_file: String,
}

impl TlsSettings {
    /// Whether connections begin with a handshake.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.certificate_file.is_empty()
    }
}

impl HttpSettings {
    /// Longest `body_timeout`.
    const HOUR: Duration = Duration::from_hours(1);

    pub(crate) fn body_timeout(&self) -> Duration {
        let timeout = Duration::try_from_secs_f64(self.body_timeout);
        timeout.map_or(Self::HOUR, |timeout| timeout.min(Self::HOUR))
    }
}

fn has_port(address: &str) -> bool {
    let parts = address.rsplit_once(':');
    parts.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

fn admin_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    checked(deserializer, |address: &String| {
        let is_fine = matches!(address.as_str(), "" | "off") || has_port(address);
        let text = || format!("is {address:?}: write host:port, as 127.0.0.1:9000, or off");
        (!is_fine).then(text)
    })
}

fn addresses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    checked(deserializer, |addresses: &Vec<String>| {
        match addresses.iter().find(|address| !has_port(address)) {
            Some(wrong) => Some(format!("has {wrong:?}: write host:port, as 127.0.0.1:8000")),
            None if addresses.is_empty() => {
                Some("is empty: name an address, as 127.0.0.1:8000".to_owned())
            }
            None => None,
        }
    })
}

/// Origins as browsers write them (RFC 6454, section 6.2), or `*` alone.
fn origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let is_origin = |origin: &String| {
        let parts = origin.split_once("://");
        let is_plain = |host: &str| {
            let is_part = |c: char| !c.is_ascii_uppercase() && !"/?#@* ".contains(c);
            !host.is_empty() && host.chars().all(is_part)
        };
        parts.is_some_and(|(scheme, host)| matches!(scheme, "http" | "https") && is_plain(host))
    };
    checked(deserializer, |origins: &Vec<String>| {
        let is_any = origins.iter().any(|origin| origin == "*");
        if is_any {
            let text = "has \"*\" and others: write it alone, or leave it out";
            return (origins.len() > 1).then(|| text.to_owned());
        }
        let wrong = origins.iter().find(|origin| !is_origin(origin))?;
        let text = "write scheme and host as browsers do, in lower case and without a path, as https://app.example.com";
        Some(format!("has {wrong:?}: {text}"))
    })
}

fn body_timeout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let (min, max) = (0.01, HttpSettings::HOUR.as_secs_f64());
    checked(deserializer, |seconds| {
        (!(min..=max).contains(seconds)).then(|| outside(*seconds, min, max))
    })
}

/// An address, or a network in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct IpNetOrAddr(pub IpNet);

impl TryFrom<String> for IpNetOrAddr {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let parsed = text.parse::<IpNet>().ok();
        let single = || text.parse::<std::net::IpAddr>().ok().map(IpNet::from);
        parsed
            .or_else(single)
            .map(Self)
            .ok_or_else(|| format!("{text:?} is neither an address nor a network"))
    }
}

impl From<IpNetOrAddr> for String {
    fn from(value: IpNetOrAddr) -> Self {
        value.0.to_string()
    }
}
