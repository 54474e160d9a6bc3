//! What stands in the way of a service, and what to be careful with: each with its key, where the value comes from, and the
//! remedy. Nothing is changed, and nothing is made but what is deleted again at once.

mod database;
mod exposure;
mod files;
mod finding;
mod keys;
mod network;
mod patient;
mod tokens;
mod web;

use std::{io, thread};

use profiled_http::{MediaStorage, StorageKind};

use crate::settings::{Origins, Settings};

pub(crate) use finding::{Finding, Level};
use patient::Patient;

/// Examines a part.
type Part = fn(&Patient<'_>) -> Vec<Finding>;

/// Everything that is found with settings of which some keys are `broken`: what depends on those is left out.
pub(crate) fn examine(settings: &Settings, origins: &Origins, broken: &[&str]) -> Vec<Finding> {
    let patient = Patient { settings, origins };
    let is_fine = |needed: &[&str]| {
        let needs = |key: &&str| needed.iter().any(|section| key.starts_with(section));
        let everything = ["profile", "data_dir"];
        !broken
            .iter()
            .any(|key| needs(key) || everything.contains(key))
    };
    let parts: [(&[&str], Part); 8] = [
        // First: to look into a database makes files next to it.
        (&["auth.jwt.keys_dir", "database.url"], files::exposed),
        (
            &["auth.jwt", "auth.introspection", "throttle"],
            keys::examine,
        ),
        (&["auth.jwt"], tokens::examine),
        (&["http"], web::examine),
        (&["http"], network::listeners),
        (&["auth.jwt"], network::key_servers),
        (&["media"], files::media),
        (&["database", "auth.password"], database::examine),
    ];
    let parts = parts.into_iter().filter(|(needed, _)| is_fine(needed));
    let mut found: Vec<Finding> = parts.flat_map(|(_, part)| part(&patient)).collect();
    for finding in &mut found {
        finding.failure = origins.placed(finding.failure.clone());
    }
    found.sort_by_key(|finding| finding.level);
    found
}

/// Warns of what `serve` can tell of its surroundings, and whether uploads can be stored, once a thread has found out.
///
/// # Errors
/// The operating system's, when it gives no thread.
pub(crate) fn warn_at_start(settings: &Settings, media: &MediaStorage) -> io::Result<()> {
    let origins = Origins::default();
    let patient = Patient {
        settings,
        origins: &origins,
    };
    let mut found = files::exposed(&patient);
    if patient.is_in_production() {
        found.extend(keys::guessable(&patient));
    }
    for finding in found {
        tracing::warn!("{}", finding.failure);
    }
    if settings.media.storage == StorageKind::S3 {
        // Every start would cost two requests.
        return Ok(());
    }
    let (settings, media) = (settings.clone(), media.clone());
    let trial = thread::Builder::new().name("media-trial".to_owned());
    trial.spawn(move || {
        let origins = Origins::default();
        let patient = Patient {
            settings: &settings,
            origins: &origins,
        };
        if let Some(finding) = files::trial(&patient, &media) {
            tracing::error!("{}", finding.failure);
        }
    })?;
    Ok(())
}
