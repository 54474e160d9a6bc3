//! What a value may be, beyond its type: each finding names the key, its source and the remedy.

mod clients;
mod finding;
mod hosts;
mod jwt;
mod media;

use profiled_auth::{InvalidCost, PasswordHasher};
use profiled_http::HttpSettings;
use profiled_store::DatabaseUrl;

use crate::error::Failure;
use crate::settings::Settings;
use crate::settings::layers::Origins;
use finding::Finding;

/// The first finding.
pub(super) fn check(settings: &Settings, origins: &Origins) -> Result<(), Failure> {
    let findings = [
        database(settings),
        data_dir(settings),
        bind(&settings.http.bind),
        hosts::allowed(&settings.http.allowed_hosts, settings.profile),
        hosts::public_url(&settings.http.public_url),
        uploads(&settings.http),
        jwt::check(&settings.auth.jwt),
        clients::check(&settings.auth.introspection.clients),
        pages(settings),
        authenticators(settings),
        directory_managed(&settings.dialects.tower.directory_managed_fields),
        validators(settings),
        password_costs(settings),
        media::check(&settings.media),
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

/// A body with files is a body.
fn uploads(http: &HttpSettings) -> Option<Finding> {
    let (size, least) = (http.max_upload_bytes, http.max_body_bytes);
    let text = format!("is {size}: it must be at least max_body_bytes, {least}");
    (size < least).then_some(Finding("http.max_upload_bytes", text))
}

fn pages(settings: &Settings) -> Option<Finding> {
    let (drf, tower) = (&settings.dialects.drf, &settings.dialects.tower);
    let sizes = [
        ("dialects.drf.page_size", drf.page_size, drf.max_page_size),
        (
            "dialects.tower.page_size",
            tower.page_size,
            tower.max_page_size,
        ),
    ];
    let (key, size, max) = sizes.into_iter().find(|(_, size, max)| size > max)?;
    let text = format!("is {size}: it must not be above max_page_size, {max}");
    Some(Finding(key, text))
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

fn directory_managed(fields: &[String]) -> Option<Finding> {
    const KNOWN: [&str; 5] = [
        "username",
        "first_name",
        "last_name",
        "email",
        "is_superuser",
    ];
    let is_unknown = |name: &&String| !KNOWN.contains(&name.as_str());
    let text = match fields.iter().find(is_unknown) {
        Some(wrong) => format!("has {wrong:?}: it takes {}", KNOWN.join(", ")),
        None if is_repeated(fields) => format!("must name each field once: {}", KNOWN.join(", ")),
        None => return None,
    };
    Some(Finding("dialects.tower.directory_managed_fields", text))
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
