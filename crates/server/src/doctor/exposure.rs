//! Who else on this machine may read what is stored.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use profiled_http::StorageKind;
use profiled_store::DatabaseUrl;

use crate::settings::Settings;

/// Rights of the group and of all others.
const OTHERS: u32 = 0o077;
/// Those of all others: the group of a secret that an operator has made may be the service's.
const STRANGERS: u32 = 0o007;
/// Where containers are shown their secrets: whoever is in there is the service.
const OF_CONTAINERS: &str = "/run/secrets";

/// What others than the owner may read of what the service makes, a line each with the remedy. Nothing is changed: an
/// operator may have meant it so.
pub(super) fn of_ours(settings: &Settings) -> Vec<String> {
    let places = places(settings);
    let found = places.iter().filter_map(|place| finding(place, OTHERS));
    found.collect()
}

/// The same of a file of the operator's that holds a secret.
pub(super) fn of_secret(file: &Path) -> Option<String> {
    let is_of_container = file.starts_with(OF_CONTAINERS);
    finding(file, STRANGERS).filter(|_| !is_of_container)
}

/// Folders and files that the service makes.
fn places(settings: &Settings) -> Vec<PathBuf> {
    let mut places = vec![settings.data_dir.join("signing.key")];
    // What else has that name is none of ours.
    places.extend(
        Some(&settings.data_dir)
            .filter(|folder| folder.is_dir())
            .cloned(),
    );
    if settings.media.storage == StorageKind::File {
        places.push(settings.media_root());
    }
    if !settings.auth.jwt.keys_dir.is_empty() {
        places.push(PathBuf::from(&settings.auth.jwt.keys_dir));
    }
    let database = settings.database.url.parse::<DatabaseUrl>().ok();
    if let Some(file) = database.as_ref().and_then(DatabaseUrl::file) {
        let companions = ["", "-wal", "-shm", "-journal"].map(|ending| {
            let mut name = file.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        });
        places.extend(companions);
    }
    places
}

fn finding(place: &Path, unwanted: u32) -> Option<String> {
    let metadata = fs::metadata(place).ok()?;
    let mode = metadata.permissions().mode() & 0o7777;
    let wanted = if metadata.is_dir() { 700 } else { 600 };
    let place = place.display();
    (mode & unwanted != 0)
        .then(|| format!("{place} is open to others (mode {mode:04o}): chmod {wanted} {place}"))
}
