//! Files that others may read, and those that cannot be written.

use std::collections::BTreeSet;
use std::fs::{self, metadata};
use std::io;
use std::path::Path;

use profiled_auth::without_secrets;
use profiled_http::{MediaStorage, StorageKind};
use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::database::here;
use super::exposure;
use super::finding::Finding;
use super::patient::Patient;
use crate::error::{Failure, Kind, Setting, with_causes};
use crate::media::open_media;

/// What others on this machine may read.
pub(super) fn exposed(patient: &Patient<'_>) -> Vec<Finding> {
    let ours = exposure::of_ours(patient.settings)
        .into_iter()
        .map(|text| Finding::error(Failure::failed(text)));
    let settings = patient.settings;
    let (jwt, s3) = (&settings.auth.jwt, &settings.media.s3);
    let secrets = [
        ("auth.jwt.signing_key", jwt.signing_key.expose_secret()),
        ("database.url", password(&settings.database.url)),
        ("media.s3.access_key", s3.access_key.expose_secret()),
        ("media.s3.secret_key", s3.secret_key.expose_secret()),
    ];
    let given = secrets.into_iter().filter(|(_, secret)| !secret.is_empty());
    let held = given.filter_map(|(key, _)| Some((key, patient.origins.file(key)?)));
    let clients = settings.auth.introspection.clients.iter();
    let clients = clients.filter(|client| !client.secret_file.is_empty());
    let clients =
        clients.map(|client| ("auth.introspection.clients", Path::new(&client.secret_file)));
    // One file may hold several.
    let mut known = BTreeSet::new();
    let new = held.chain(clients).filter(|(_, file)| known.insert(*file));
    let theirs = new.filter_map(|(key, file)| {
        let text = exposure::of_secret(file)?;
        let remedy = text.rsplit_once(": ").map(|(_, remedy)| remedy.to_owned());
        Some(Finding::error(
            Failure::failed(format!("{key}: {text}")).about(Setting {
                key: key.to_owned(),
                source: Some(file.display().to_string()),
                remedy,
            }),
        ))
    });
    ours.chain(theirs).collect()
}

/// What stands between the scheme of a URL and its host.
fn password(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    rest.rsplit_once('@').map_or("", |(user, _)| user)
}

/// Whether uploads can be stored. A folder that is not there yet is not made for that.
pub(super) fn media(patient: &Patient<'_>) -> Vec<Finding> {
    let settings = patient.settings;
    let folder = settings.media_root();
    if settings.media.storage == StorageKind::File && !folder.exists() {
        return parent(patient, &folder).into_iter().collect();
    }
    match open_media(settings) {
        Ok(media) => trial(patient, &media).into_iter().collect(),
        Err(failure) => vec![Finding::error(failure)],
    }
}

/// What an upload would meet.
pub(super) fn trial(patient: &Patient<'_>, media: &MediaStorage) -> Option<Finding> {
    let error = with_causes(&media.try_out().err()?);
    let (place, remedy) = match patient.settings.media.storage {
        StorageKind::File => {
            let folder = patient.settings.media_root();
            let remedy = "give the user of the service the right to write there";
            (format!("the folder {}", folder.display()), remedy)
        }
        StorageKind::S3 => {
            let s3 = &patient.settings.media.s3;
            let place = format!(
                "the bucket {:?} of {:?}",
                s3.bucket,
                without_secrets(&s3.endpoint)
            );
            (place, "correct media.s3, or the rights of its access key")
        }
    };
    if error.ends_with("make room") {
        let failure = patient
            .origins
            .failure("media.storage", &format!(": {error}"));
        return Some(Finding::error(failure.of_kind(Kind::Failed)));
    }
    let text =
        format!(": nothing can be stored in {place}, uploads are answered 503 ({error}): {remedy}");
    Some(Finding::error(
        patient.origins.failure("media.storage", &text),
    ))
}

/// What the system said: the name of a trial says nothing to anybody.
fn without_path(error: io::Error) -> io::Error {
    error
        .raw_os_error()
        .map_or(error, io::Error::from_raw_os_error)
}

/// Whether a folder could be made: where the nearest one above it takes one.
fn parent(patient: &Patient<'_>, folder: &Path) -> Option<Finding> {
    let mut above = folder.ancestors().skip(1).map(here);
    let nearest = above.find(|parent| fs::symlink_metadata(parent).is_ok())?;
    let is_folder = metadata(nearest).is_ok_and(|found| found.is_dir());
    let problem = if is_folder {
        // What the system lets be written cannot always hold a folder, as /proc, or a disk that is full.
        let error = TempDir::new_in(nearest).and_then(TempDir::close).err()?;
        format!("cannot be written ({})", without_path(error))
    } else {
        "is no folder".to_owned()
    };
    let text = format!(
        ": {} cannot be made, since {} {problem}: name another folder, or change its rights",
        folder.display(),
        nearest.display()
    );
    Some(Finding::error(patient.origins.failure("data_dir", &text)))
}
