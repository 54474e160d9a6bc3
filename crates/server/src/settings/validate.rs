//! What a value may be, beyond its type: each finding names the key, its source and the remedy.

use profiled_auth::{ClientSettings, InvalidCost, JwtSettings, PasswordHasher, SigningKey};
use profiled_domain::MobileNumber;
use profiled_store::DatabaseUrl;
use secrecy::ExposeSecret;

use crate::error::Failure;
use crate::settings::layers::Origins;
use crate::settings::{Profile, Settings};

/// Longest time that is taken anywhere, in seconds: a year.
const YEAR: u64 = 365 * 24 * 3600;

/// A key, and what is wrong with its value.
struct Finding(&'static str, String);

/// The first finding.
pub(super) fn check(settings: &Settings, origins: &Origins) -> Result<(), Failure> {
    let findings = [
        database(settings),
        data_dir(settings),
        bind(&settings.http.bind),
        hosts(&settings.http.allowed_hosts, settings.profile),
        public_url(&settings.http.public_url),
        signing_key(settings),
        claims(&settings.auth.jwt),
        lead_time(&settings.auth.jwt),
        clients(&settings.auth.introspection.clients),
        tower_pages(settings),
        authenticators(settings),
        validators(settings),
        password_costs(settings),
        ranges(settings),
    ];
    match findings.into_iter().flatten().next() {
        Some(Finding(key, text)) => Err(Failure::settings(format!("{} {text}", origins.name(key)))),
        None => Ok(()),
    }
}

fn database(settings: &Settings) -> Option<Finding> {
    let error = settings.database.url.parse::<DatabaseUrl>().err()?;
    // The message names the key itself; here its source comes between.
    let text = error.to_string();
    let text = text.strip_prefix("database.url ").unwrap_or(&text);
    Some(Finding("database.url", text.to_owned()))
}

fn data_dir(settings: &Settings) -> Option<Finding> {
    let is_empty = settings.data_dir.as_os_str().is_empty();
    is_empty.then(|| Finding("data_dir", "is empty: name a folder, as ./data".to_owned()))
}

fn bind(addresses: &[String]) -> Option<Finding> {
    let has_port = |address: &String| {
        let parts = address.rsplit_once(':');
        parts.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
    };
    let text = match addresses.iter().find(|address| !has_port(address)) {
        Some(wrong) => format!("has {wrong:?}: write host:port, as 127.0.0.1:8000"),
        None if addresses.is_empty() => "is empty: name an address, as 127.0.0.1:8000".to_owned(),
        None => return None,
    };
    Some(Finding("http.bind", text))
}

fn hosts(hosts: &[String], profile: Profile) -> Option<Finding> {
    let is_v6 = |host: &str| host.starts_with('[') && host.ends_with(']');
    let is_name = |host: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        host == "*" || is_v6(host) || !host.is_empty() && host.chars().all(plain)
    };
    let is_strict = profile == Profile::Production;
    let text = if let Some(wrong) = hosts.iter().find(|host| !is_name(host)) {
        format!("has {wrong:?}: write a host name without scheme and port, as api.example.com")
    } else if is_strict && hosts.is_empty() {
        "is empty: name the hosts that clients call".to_owned()
    } else if is_strict && hosts.iter().any(|host| host == "*") {
        "has *: name the hosts, production answers to no other".to_owned()
    } else {
        return None;
    };
    Some(Finding("http.allowed_hosts", text))
}

fn public_url(url: &str) -> Option<Finding> {
    let schemes = ["https://", "http://"];
    let rest = schemes.iter().find_map(|scheme| url.strip_prefix(scheme));
    let host = rest.map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    let strange = |c: char| c.is_whitespace() || c.is_control() || "/?#@\\\"<>".contains(c);
    let is_origin = host.is_some_and(|host| !host.is_empty() && !host.contains(strange));
    (!url.is_empty() && !is_origin).then(|| {
        let text = format!("is {url:?}: write a scheme and a host, as https://api.example.com");
        Finding("http.public_url", text)
    })
}

fn signing_key(settings: &Settings) -> Option<Finding> {
    let jwt = &settings.auth.jwt;
    if jwt.signing_key.expose_secret().is_empty() {
        // A key that is made in its place is a secret.
        let is_missing = jwt.keys_dir.is_empty() && !jwt.algorithm.is_symmetric();
        let text = || format!("is not set: {} needs a private key in PEM", jwt.algorithm);
        return is_missing.then(|| Finding("auth.jwt.signing_key", text()));
    }
    let error = SigningKey::new(&jwt.signing_key, jwt.algorithm).err()?;
    Some(Finding("auth.jwt.signing_key", error.to_string()))
}

/// Services that may introspect tokens.
fn clients(clients: &[ClientSettings]) -> Option<Finding> {
    let min = ClientSettings::MIN_SECRET;
    let problem = |(at, client): (usize, &ClientSettings)| {
        let is_again = clients.iter().take(at).any(|other| other.id == client.id);
        let is_name = |c: char| c.is_ascii_graphic() && c != ':';
        if client.id.is_empty() || !client.id.chars().all(is_name) {
            Some(
                "has an id that is none: use ASCII letters, digits and signs but for colons".into(),
            )
        } else if is_again {
            Some(format!("has {:?} twice: name each client once", client.id))
        } else if client.secret.expose_secret().len() < min {
            let id = &client.id;
            Some(format!(
                "has {id:?} with a secret of less than {min} bytes: give a random one in secret_file"
            ))
        } else {
            None
        }
    };
    let text = clients.iter().enumerate().find_map(problem)?;
    Some(Finding("auth.introspection.clients", text))
}

/// Each claim has a name of its own.
fn claims(jwt: &JwtSettings) -> Option<Finding> {
    let own = [
        (
            "auth.jwt.user_id_claim",
            &jwt.user_id_claim,
            "user_id or sub",
        ),
        (
            "auth.jwt.token_type_claim",
            &jwt.token_type_claim,
            "token_type",
        ),
        ("auth.jwt.jti_claim", &jwt.jti_claim, "jti"),
        (
            "auth.jwt.revoke_token_claim",
            &jwt.revoke_token_claim,
            "hash_password",
        ),
    ];
    let registered = ["aud", "exp", "iat", "iss", "nbf"];
    own.iter()
        .enumerate()
        .find_map(|(at, (key, name, example))| {
            let is_repeated = own.iter().take(at).any(|(_, other, _)| other == name);
            let is_taken = registered.contains(&name.as_str()) || is_repeated;
            (name.is_empty() || is_taken).then(|| {
                let text = format!("is {name:?}: name a claim of its own, as {example}");
                Finding(key, text)
            })
        })
}

/// Servers must know a new key before one of them signs with it.
fn lead_time(jwt: &JwtSettings) -> Option<Finding> {
    let least = jwt.keys_reload.saturating_mul(2);
    (jwt.keys_lead_time < least).then(|| {
        let text = format!(
            "is {}: it must be at least twice auth.jwt.keys_reload, {least}",
            jwt.keys_lead_time
        );
        Finding("auth.jwt.keys_lead_time", text)
    })
}

fn tower_pages(settings: &Settings) -> Option<Finding> {
    let tower = &settings.dialects.tower;
    (tower.page_size > tower.max_page_size).then(|| {
        let (size, max) = (tower.page_size, tower.max_page_size);
        let text = format!("is {size}: it must not be above max_page_size, {max}");
        Finding("dialects.tower.page_size", text)
    })
}

fn is_repeated<T: PartialEq>(items: &[T]) -> bool {
    items.iter().enumerate().any(|(at, item)| {
        let mut earlier = items.iter().take(at);
        earlier.any(|other| other == item)
    })
}

fn authenticators(settings: &Settings) -> Option<Finding> {
    let schemes = &settings.dialects.drf.authenticators;
    (schemes.is_empty() || is_repeated(schemes)).then(|| {
        let text = "must name each scheme once: token, jwt, or both in the order of trial";
        Finding("dialects.drf.authenticators", text.to_owned())
    })
}

fn validators(settings: &Settings) -> Option<Finding> {
    is_repeated(&settings.auth.password.validators).then(|| {
        let text = "must name each rule once: similarity, length, common, numeric";
        Finding("auth.password.validators", text.to_owned())
    })
}

fn password_costs(settings: &Settings) -> Option<Finding> {
    let InvalidCost { key, text } = PasswordHasher::new(&settings.auth.password).err()?;
    Some(Finding(key, text))
}

fn ranges(settings: &Settings) -> Option<Finding> {
    let (database, http) = (&settings.database, &settings.http);
    let (tower, auth) = (&settings.dialects.tower, &settings.auth);
    let size = |value: usize| u64::try_from(value).unwrap_or(u64::MAX);
    let numbers = [
        (
            "limits.mobile_number",
            size(settings.limits.mobile_number),
            1,
            size(MobileNumber::STORED_MAX),
        ),
        (
            "limits.number_phone",
            size(settings.limits.number_phone),
            1,
            size(MobileNumber::STORED_MAX),
        ),
        ("database.pool_size", database.pool_size.into(), 0, 1000),
        ("database.connect_timeout", database.connect_timeout, 1, 600),
        (
            "database.statement_timeout",
            database.statement_timeout,
            1,
            3600,
        ),
        ("http.workers", size(http.workers), 0, 1024),
        ("http.max_body_bytes", size(http.max_body_bytes), 1, 1 << 30),
        (
            "http.max_upload_bytes",
            size(http.max_upload_bytes),
            size(http.max_body_bytes),
            1 << 30,
        ),
        ("http.header_timeout", http.header_timeout, 1, 3600),
        ("http.shutdown_timeout", http.shutdown_timeout, 0, 3600),
        (
            "dialects.tower.page_size",
            tower.page_size.into(),
            1,
            10_000,
        ),
        (
            "dialects.tower.max_page_size",
            tower.max_page_size.into(),
            1,
            10_000,
        ),
        (
            "dialects.tower.token_lifetime",
            tower.token_lifetime.into(),
            1,
            YEAR,
        ),
        (
            "auth.jwt.access_lifetime",
            auth.jwt.access_lifetime.into(),
            1,
            YEAR,
        ),
        (
            "auth.jwt.refresh_lifetime",
            auth.jwt.refresh_lifetime.into(),
            1,
            10 * YEAR,
        ),
        (
            "auth.jwt.rotation_grace",
            auth.jwt.rotation_grace.into(),
            0,
            3600,
        ),
        ("auth.jwt.keys_reload", auth.jwt.keys_reload.into(), 1, 3600),
        (
            "auth.jwt.keys_lead_time",
            auth.jwt.keys_lead_time.into(),
            0,
            YEAR,
        ),
        (
            "auth.jwt.jwks_refresh",
            auth.jwt.jwks_refresh.into(),
            10,
            86_400,
        ),
        ("auth.jwt.leeway", auth.jwt.leeway.into(), 0, 3600),
        (
            "auth.password.min_length",
            size(auth.password.min_length),
            1,
            128,
        ),
        (
            "auth.password.concurrency",
            size(auth.password.concurrency),
            0,
            256,
        ),
        ("auth.password.queue", size(auth.password.queue), 1, 100_000),
    ];
    let outside = |(_, value, min, max): &(&str, u64, u64, u64)| value < min || value > max;
    let (key, value, min, max) = numbers.into_iter().find(outside)?;
    let text = format!("is {value}: it must be at least {min} and at most {max}");
    Some(Finding(key, text))
}
