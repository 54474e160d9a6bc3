//! Rules that a field cannot hold by itself: those between several, of what files of secrets hold, and of host names.
//! Each finding names the key, its source and the remedy.

mod addresses;
mod clients;
mod database;
mod finding;
mod hosts;
mod jwt;
mod media;

use profiled_auth::{InvalidCost, PasswordHasher};
use profiled_http::{HttpSettings, TlsSettings};

use crate::error::Failure;
use crate::settings::Settings;
use crate::settings::layers::Origins;
use finding::{Finding, some};

/// All findings.
pub(super) fn check(settings: &Settings, origins: &Origins) -> Vec<Failure> {
    let findings = [
        database::check(&settings.database),
        hosts::check(&settings.http, settings.profile),
        some([
            addresses::check(&settings.http),
            tls(&settings.http.tls),
            uploads(&settings.http),
            bodies(&settings.http),
        ]),
        jwt::check(&settings.auth.jwt),
        some([clients::check(&settings.auth.introspection.clients)]),
        some([pages(settings), password_costs(settings)]),
        some([media::check(&settings.media)]),
    ];
    told(findings.into_iter().flatten(), origins)
}

/// What concerns the database alone.
pub(super) fn check_database(settings: &Settings, origins: &Origins) -> Vec<Failure> {
    told(database::check(&settings.database), origins)
}

fn told(findings: impl IntoIterator<Item = Finding>, origins: &Origins) -> Vec<Failure> {
    let findings = findings.into_iter();
    let told = findings.map(|Finding(key, text)| origins.failure(key, &text));
    told.collect()
}

/// A certificate is of no use without its key.
fn tls(tls: &TlsSettings) -> Option<Finding> {
    match (tls.certificate_file.is_empty(), tls.key_file.is_empty()) {
        (false, true) => {
            let text = "is empty: http.tls.certificate_file needs the key of its certificate";
            Some(Finding("http.tls.key_file", text.to_owned()))
        }
        (true, false) => {
            let text = "is empty: http.tls.key_file needs the certificate of its key";
            Some(Finding("http.tls.certificate_file", text.to_owned()))
        }
        _ => None,
    }
}

/// A body with files is a body.
fn uploads(http: &HttpSettings) -> Option<Finding> {
    let (size, least) = (http.max_upload_bytes, http.max_body_bytes);
    let text = format!("is {size}: it must be at least max_body_bytes, {least}");
    (size < least).then_some(Finding("http.max_upload_bytes", text))
}

/// The largest body is one of all.
fn bodies(http: &HttpSettings) -> Option<Finding> {
    let (size, least) = (http.max_bodies_bytes, http.max_upload_bytes);
    let text = format!("is {size}: it must be at least max_upload_bytes, {least}");
    (size < least).then_some(Finding("http.max_bodies_bytes", text))
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

fn password_costs(settings: &Settings) -> Option<Finding> {
    let InvalidCost { key, text } = PasswordHasher::new(&settings.auth.password).err()?;
    Some(Finding(key, text))
}
