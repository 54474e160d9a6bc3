//! What a value may be, beyond its type: each finding names the key and the remedy.

use profiled_store::DatabaseUrl;

use crate::error::Failure;
use crate::settings::{LimitSettings, Profile, Settings};

/// The first finding.
pub(super) fn check(settings: &Settings) -> Result<(), Failure> {
    let findings = [
        database(settings),
        hosts(settings),
        public_url(&settings.http.public_url),
        ranges(settings),
    ];
    match findings.into_iter().flatten().next() {
        Some(text) => Err(Failure::settings(text)),
        None => Ok(()),
    }
}

fn database(settings: &Settings) -> Option<String> {
    let parsed = settings.database.url.parse::<DatabaseUrl>();
    parsed.err().map(|error| error.to_string())
}

fn hosts(settings: &Settings) -> Option<String> {
    let hosts = &settings.http.allowed_hosts;
    if settings.http.bind.is_empty() {
        return Some("http.bind is empty: name an address, as 127.0.0.1:8000".to_owned());
    }
    if settings.profile == Profile::Development {
        return None;
    }
    if hosts.is_empty() {
        Some("http.allowed_hosts is empty: name the hosts that clients call".to_owned())
    } else if hosts.iter().any(|host| host == "*") {
        Some("http.allowed_hosts has *: name the hosts, production answers to no other".to_owned())
    } else {
        None
    }
}

fn public_url(url: &str) -> Option<String> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let host = rest.map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    let is_origin =
        host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@']));
    (!url.is_empty() && !is_origin).then(|| {
        format!("http.public_url {url:?} must be a scheme and a host, as https://api.example.com")
    })
}

fn ranges(settings: &Settings) -> Option<String> {
    let tower = &settings.dialects.tower;
    let number = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    let ranges: [(&str, usize, usize, usize); 10] = [
        (
            "limits.mobile_number",
            settings.limits.mobile_number,
            1,
            LimitSettings::MOBILE_NUMBER_MAX,
        ),
        (
            "dialects.tower.page_size",
            tower.page_size as usize,
            1,
            10_000,
        ),
        (
            "dialects.tower.max_page_size",
            tower.max_page_size as usize,
            1,
            10_000,
        ),
        (
            "dialects.tower.token_lifetime",
            tower.token_lifetime as usize,
            1,
            usize::MAX,
        ),
        (
            "database.pool_size",
            settings.database.pool_size as usize,
            0,
            1000,
        ),
        (
            "database.connect_timeout",
            number(settings.database.connect_timeout),
            1,
            600,
        ),
        ("http.workers", settings.http.workers, 0, 1024),
        (
            "http.header_timeout",
            number(settings.http.header_timeout),
            1,
            3600,
        ),
        (
            "auth.jwt.access_lifetime",
            settings.auth.jwt.access_lifetime as usize,
            1,
            usize::MAX,
        ),
        (
            "auth.password.iterations",
            settings.auth.password.iterations as usize,
            1,
            10_000_000,
        ),
    ];
    let outside = ranges
        .iter()
        .find(|(_, value, min, max)| value < min || value > max);
    outside.map(|(key, value, min, max)| {
        let most = if *max == usize::MAX {
            String::new()
        } else {
            format!(" and at most {max}")
        };
        format!("{key} is {value}: it must be at least {min}{most}")
    })
}
