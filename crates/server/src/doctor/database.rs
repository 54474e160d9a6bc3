//! The database: whether it answers, its schema, its clock, and what is stored.

use std::collections::BTreeMap;
use std::path::Path;

use profiled_auth::{CounterStore, PasswordHasher};
use profiled_domain::{StorageMode, UserRepository};
use profiled_store::{DatabaseUrl, Store, pending};
use rustix::fs::{Access, access, statfs};

use super::finding::Finding;
use super::patient::Patient;
use crate::clock::now;
use crate::error::{Failure, Kind};
use crate::lanes;
use crate::schema;

/// Seconds by which clocks may differ before tokens of one server are too early for another.
const LARGEST_DIFFERENCE: i64 = 5;

/// Types of file systems on other machines: NFS, SMB, CIFS, 9P, AFS, Ceph, and OCFS2, by the numbers of Linux.
const NETWORK: [u64; 8] = [
    0x6969,
    0x517b,
    0xff53_4d42,
    0xfe53_4d42,
    0x0102_1997,
    0x5346_414f,
    0x00c3_6400,
    0x7461_636f,
];

pub(super) fn examine(patient: &Patient<'_>) -> Vec<Finding> {
    let Ok(url) = patient.settings.database.url.parse::<DatabaseUrl>() else {
        return Vec::new();
    };
    let mut found: Vec<Finding> = around(patient, &url)
        .into_iter()
        .map(Finding::warning)
        .collect();
    match schema(patient, &url) {
        Ok(None) => {
            let contents = contents(patient);
            found.extend(contents.unwrap_or_else(|failure| vec![Finding::error(failure)]));
        }
        Ok(Some(finding)) => found.push(finding),
        Err(failure) => found.push(Finding::error(failure)),
    }
    found
}

/// What is told without asking it.
fn around(patient: &Patient<'_>, url: &DatabaseUrl) -> Vec<Failure> {
    let (settings, origins) = (patient.settings, patient.origins);
    let mut found = Vec::new();
    match url.file() {
        Some(file) if is_on_network(file) => {
            let text = format!(
                ": {} is on a network file system, on which SQLite loses data: use a local disk, or PostgreSQL",
                file.display()
            );
            found.push(origins.failure("database.url", &text));
        }
        None if settings.throttle.store == CounterStore::Memory => {
            let text = "is memory beside PostgreSQL, so each process counts for itself: set database if more than one serves";
            found.push(origins.failure("throttle.store", text));
        }
        Some(_) | None => {}
    }
    let host = url
        .host_without_tls()
        .filter(|_| patient.is_in_production());
    if let Some(host) = host {
        let text = format!(
            "lets passwords and profiles go to {host} in clear: add sslmode=verify-full, or sslmode=require, in a build \
             that speaks TLS (libpq-bundled-tls, libpq-system)"
        );
        found.push(origins.failure("database.url", &text));
    }
    found
}

/// A folder, of which nothing is said where it is the working directory.
pub(super) fn here(place: &Path) -> &Path {
    if place.as_os_str().is_empty() {
        Path::new(".")
    } else {
        place
    }
}

fn is_on_network(file: &Path) -> bool {
    let mut places = file.ancestors().map(here);
    let found = places.find_map(|place| statfs(place).ok());
    let kind = found.and_then(|found| u64::try_from(found.f_type).ok());
    kind.is_some_and(|kind| NETWORK.contains(&(kind & 0xffff_ffff)))
}

/// The schema as `serve` would find it; `None` if it fits.
fn schema(patient: &Patient<'_>, url: &DatabaseUrl) -> Result<Option<Finding>, Failure> {
    let settings = &patient.settings.database;
    let missing = pending(settings)?;
    if !missing.is_empty() && schema::is_migrated_on_start(settings) {
        let text = format!(
            "the database {url} lacks {} migrations: serve applies them, other commands want profiled migrate",
            missing.len()
        );
        return Ok(Some(Finding::note(Failure::failed(text))));
    }
    let later = schema::check(settings)?.note();
    Ok(later.map(|note| Finding::warning(Failure::failed(note))))
}

/// What is stored.
fn contents(patient: &Patient<'_>) -> Result<Vec<Finding>, Failure> {
    let store = Store::open(&patient.settings.database)?;
    if let Some(finding) = rights(patient, &store)? {
        return Ok(vec![finding]);
    }
    let wrong = store.miscounted_groups()?;
    let line = |(id, stored, counted): &(i64, i64, i64)| {
        let text = format!(
            "group {id} has {counted} members, but users_count {stored}: add a member to it and remove it again"
        );
        Finding::error(Failure::failed(text))
    };
    let mut found: Vec<Finding> = wrong.iter().map(line).collect();
    found.extend(read_only(patient, &store)?);
    found.extend(clock(patient, &store)?);
    found.extend(replica(patient, &store));
    found.extend(passwords(patient, &store)?);
    Ok(found)
}

/// Tables that the service may not work with, as where another role than the owner's has migrated.
fn rights(patient: &Patient<'_>, store: &Store) -> Result<Option<Finding>, Failure> {
    let tables = store.tables_without_rights()?.join(", ");
    let text = format!(
        ": the role of the service may not read and change {tables}, or there is no such table: as the owner, GRANT SELECT, \
         INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO it"
    );
    let failure = || {
        patient
            .origins
            .failure("database.url", &text)
            .of_kind(Kind::Failed)
    };
    Ok((!tables.is_empty()).then(|| Finding::error(failure())))
}

/// A database that is read and takes no change.
fn read_only(patient: &Patient<'_>, store: &Store) -> Result<Option<Finding>, Failure> {
    let url = patient.settings.database.url.parse::<DatabaseUrl>().ok();
    let file = url.as_ref().and_then(DatabaseUrl::file);
    let is_closed = |file: &Path| access(file, Access::WRITE_OK).is_err();
    let is_read_only = store.ping()? == StorageMode::ReadOnly || file.is_some_and(is_closed);
    let text = "is read-only, so every change is answered 503: let database.url name a primary or a file that can be \
                written, or end its default_transaction_read_only";
    let failure = || patient.origins.failure("database.url", text);
    Ok(is_read_only.then(|| Finding::warning(failure())))
}

/// A replica that is named and of no use at this moment.
fn replica(patient: &Patient<'_>, store: &Store) -> Option<Finding> {
    let replica = lanes::replica(patient.settings, store).ok()??;
    let problem = replica.examine()?;
    let text = format!(": the replica is not asked: {problem}: the primary answers meanwhile");
    Some(Finding::warning(
        patient.origins.failure("database.read_url", &text),
    ))
}

fn clock(patient: &Patient<'_>, store: &Store) -> Result<Option<Finding>, Failure> {
    let Some(theirs) = store.server_time()? else {
        return Ok(None);
    };
    let seconds = (theirs - now()).num_seconds();
    let text = format!(
        ": the clock of the database is {} seconds {} of this machine's: let both follow the same time server",
        seconds.abs(),
        if seconds > 0 { "ahead" } else { "behind that" },
    );
    let differs = seconds.abs() > LARGEST_DIFFERENCE;
    Ok(differs.then(|| Finding::warning(patient.origins.failure("database.url", &text))))
}

/// Users who cannot log in since their password's hash is of a kind that is refused.
fn passwords(patient: &Patient<'_>, store: &Store) -> Result<Vec<Finding>, Failure> {
    let hasher = PasswordHasher::new(&patient.settings.auth.password)?;
    let others = store.passwords_beside(&PasswordHasher::ALWAYS_VERIFIED)?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for key in others
        .iter()
        .filter_map(|stored| hasher.refusing_setting(stored))
    {
        *counts.entry(key).or_default() += 1;
    }
    let found = counts.into_iter().map(|(key, count)| {
        let text = format!(
            "lets nobody in whose hash is of such a kind, and {count} active users have one: allow them until they have \
             logged in once, or set new passwords"
        );
        Finding::warning(patient.origins.failure(key, &text))
    });
    Ok(found.collect())
}
