//! Settings of the HTTP edge: the section `http`.

use std::time::Duration;

use ipnet::IpNet;
use profiled_domain::settings::{GIBIBYTE, bounded, outside};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// Section `http`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// Addresses to listen on, `host:port`; port 0 takes any free one.
    pub bind: Vec<String>,
    /// Worker threads; 0 means one for each core.
    #[serde(deserialize_with = "bounded::<0, 1024, _, _>")]
    pub workers: usize,
    /// Scheme and host of absolute URLs. Empty: those of the request.
    pub public_url: String,
    /// Host names to answer to, without port; `.example.com` includes subdomains, `*` is any.
    pub allowed_hosts: Vec<String>,
    /// Peers whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: addresses or networks.
    pub trusted_proxies: Vec<IpNetOrAddr>,
    /// Largest body that is read, in bytes.
    #[serde(deserialize_with = "bounded::<1, GIBIBYTE, _, _>")]
    pub max_body_bytes: usize,
    /// Largest body with files that is read, in bytes.
    #[serde(deserialize_with = "bounded::<1, GIBIBYTE, _, _>")]
    pub max_upload_bytes: usize,
    /// HTML as a second representation.
    pub browsable: bool,
    /// Seconds in which a request's head must arrive.
    #[serde(deserialize_with = "bounded::<1, 3600, _, _>")]
    pub header_timeout: u64,
    /// Seconds in which a request's body must arrive.
    #[serde(deserialize_with = "body_timeout")]
    pub body_timeout: f64,
    /// Seconds that requests under way get to end at shutdown.
    #[serde(deserialize_with = "bounded::<0, 3600, _, _>")]
    pub shutdown_timeout: u64,
}

impl HttpSettings {
    /// Longest `body_timeout`.
    const HOUR: Duration = Duration::from_hours(1);

    pub(crate) fn body_timeout(&self) -> Duration {
        let timeout = Duration::try_from_secs_f64(self.body_timeout);
        timeout.map_or(Self::HOUR, |timeout| timeout.min(Self::HOUR))
    }
}

fn body_timeout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let (min, max) = (0.01, HttpSettings::HOUR.as_secs_f64());
    let seconds = f64::deserialize(deserializer)?;
    let inside = (min..=max).contains(&seconds).then_some(seconds);
    inside.ok_or_else(|| D::Error::custom(outside(seconds, min, max)))
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
