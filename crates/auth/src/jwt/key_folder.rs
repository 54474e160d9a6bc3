//! A folder of keys: for each a file of metadata, and another with the key in PEM or a secret.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use jsonwebtoken::AlgorithmFamily;
use secrecy::zeroize::Zeroizing;
use serde::{Deserialize, Serialize};

use super::algorithm::Algorithm;
use super::generate::generate;
use super::key::{KeyError, SigningKey, VerifyingKey};
use super::key_set::{Half, KeySet, NamedKey, TimedKey};

/// Longest name of a key.
const MAX_KID: usize = 128;

/// Why a folder of keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFolderError {
    /// A file cannot be read or written.
    #[error("{}: {source}", file.display())]
    File {
        /// The file, or the folder.
        file: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// Metadata that cannot be read or do not fit their file.
    #[error("{}: {problem}", file.display())]
    Record {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A key that cannot be used.
    #[error("{} {source}", file.display())]
    Key {
        /// The file.
        file: PathBuf,
        /// What is wrong with the key.
        #[source]
        source: KeyError,
    },
    /// The random generator or the cryptographic library fails.
    #[error("no key can be made")]
    Generate,
    /// Nothing to sign with.
    #[error("{}: no key signs at this moment: run profiled keys generate", folder.display())]
    NoSigningKey {
        /// The folder.
        folder: PathBuf,
    },
}

/// The metadata of a key: `<kid>.json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Record {
    kid: String,
    algorithm: Algorithm,
    created: DateTime<Utc>,
    /// Null: a key that only verifies.
    signs_from: Option<DateTime<Utc>>,
}

/// Names, times and sizes of all files: another stamp means that something has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp(Vec<(PathBuf, SystemTime, u64)>);

/// A folder of keys.
#[derive(Clone, Debug)]
pub struct KeyFolder {
    path: PathBuf,
}

impl KeyFolder {
    /// The folder at a path. It need not exist before the first key is added.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Makes a key that signs from a moment on, and returns its name: the RFC 7638 thumbprint, or a
    /// random name for a secret.
    ///
    /// The file of the key is there, complete, before its metadata appear. Only its owner reads it.
    ///
    /// # Errors
    /// [`KeyFolderError`] if a file cannot be written.
    pub fn add(
        &self,
        algorithm: Algorithm,
        signs_from: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<String, KeyFolderError> {
        let mut folder = DirBuilder::new();
        let made = folder.recursive(true).mode(0o700).create(&self.path);
        made.map_err(|source| self.failed(&self.path, source))?;
        let (kid, text) = generate(algorithm).ok_or(KeyFolderError::Generate)?;
        let record = Record {
            kid: kid.clone(),
            algorithm,
            created: now,
            signs_from: Some(signs_from),
        };
        let metadata = Zeroizing::new(serde_json::to_string_pretty(&record).unwrap_or_default());
        self.write(&self.key_file(&kid, algorithm), &text)?;
        self.write(&self.file(&kid, "json"), &metadata)?;
        Ok(kid)
    }

    /// Removes a key: first its metadata, then the key.
    ///
    /// # Errors
    /// [`KeyFolderError`] if a file cannot be removed.
    pub fn remove(&self, kid: &str) -> Result<(), KeyFolderError> {
        for ending in ["json", "pem", "secret"] {
            let file = self.file(kid, ending);
            match fs::remove_file(&file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(self.failed(&file, error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn no_signing_key(&self) -> KeyFolderError {
        let folder = self.path.clone();
        KeyFolderError::NoSigningKey { folder }
    }

    pub(super) fn stamp(&self) -> Result<Stamp, KeyFolderError> {
        let mut files = Vec::new();
        for file in self.files()? {
            let error = |source| self.failed(&file, source);
            // A file that has gone meanwhile makes another stamp, too.
            if let Ok(metadata) = fs::metadata(&file) {
                let modified = metadata.modified().map_err(error)?;
                files.push((file, modified, metadata.len()));
            }
        }
        files.sort();
        Ok(Stamp(files))
    }

    /// All keys. What has no metadata is no key, or none yet.
    pub(super) fn load(&self) -> Result<KeySet, KeyFolderError> {
        let is_record = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "json");
        let records = self.files()?.into_iter().filter(is_record);
        let keys = records.map(|file| self.read(&file));
        Ok(KeySet::new(keys.collect::<Result<_, _>>()?))
    }

    fn read(&self, file: &Path) -> Result<TimedKey, KeyFolderError> {
        let wrong = |problem: String| KeyFolderError::Record {
            file: file.to_owned(),
            problem,
        };
        let text = fs::read_to_string(file).map_err(|source| self.failed(file, source))?;
        let record: Record =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let is_name = (1..=MAX_KID).contains(&record.kid.len()) && record.kid.chars().all(plain);
        if !is_name
            || file
                .file_stem()
                .is_none_or(|stem| stem != record.kid.as_str())
        {
            return Err(wrong(format!(
                "kid {:?} must be the name of the file, of letters, digits, - and _",
                record.kid
            )));
        }
        let half = self.half(&record)?;
        let kid = Some(record.kid);
        Ok(TimedKey {
            key: Arc::new(NamedKey { kid, half }),
            created: record.created,
            signs_from: record.signs_from,
        })
    }

    /// Both halves of a key, or the public one where it is all that there is.
    fn half(&self, record: &Record) -> Result<Half, KeyFolderError> {
        let file = self.key_file(&record.kid, record.algorithm);
        let text = fs::read_to_string(&file).map_err(|source| self.failed(&file, source))?;
        let text = Zeroizing::new(text);
        warn_of_readers(&file);
        let refused = |source| KeyFolderError::Key {
            file: file.clone(),
            source,
        };
        if record.signs_from.is_none()
            && let Some(key) = VerifyingKey::from_pem(&text, record.algorithm)
        {
            return Ok(Half::Verifying(key));
        }
        let key = SigningKey::new(&text.trim_end().to_owned().into(), record.algorithm);
        let key = key.map_err(refused)?;
        key.self_test().map_err(refused)?;
        Ok(Half::Signing(key))
    }

    fn file(&self, kid: &str, ending: &str) -> PathBuf {
        self.path.join(format!("{kid}.{ending}"))
    }

    fn key_file(&self, kid: &str, algorithm: Algorithm) -> PathBuf {
        let ending = match algorithm.family() {
            AlgorithmFamily::Hmac => "secret",
            _ => "pem",
        };
        self.file(kid, ending)
    }

    /// The files of the folder, without those that are being written; none where there is no folder.
    fn files(&self) -> Result<Vec<PathBuf>, KeyFolderError> {
        let entries = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|source| self.failed(&self.path, source))?,
        };
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|source| self.failed(&self.path, source))?;
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                files.push(entry.path());
            }
        }
        Ok(files)
    }

    /// Puts a file in its place at once, and on the disk.
    fn write(&self, file: &Path, text: &str) -> Result<(), KeyFolderError> {
        let error = |source| self.failed(file, source);
        let name = format!(".{:032x}", rand::random::<u128>());
        let unfinished = self.path.join(name);
        let mut options = OpenOptions::new();
        let options = options.write(true).create_new(true).mode(0o600);
        let mut out = options.open(&unfinished).map_err(error)?;
        let written = out.write_all(text.as_bytes()).and_then(|()| out.sync_all());
        let placed = written.and_then(|()| fs::rename(&unfinished, file));
        if placed.is_err() {
            // The error is returned. The rest of the file has no metadata, and so is never read as a key.
            let _ = fs::remove_file(&unfinished);
        }
        placed.map_err(error)?;
        File::open(&self.path)
            .and_then(|folder| folder.sync_all())
            .map_err(error)
    }

    #[expect(clippy::unused_self, reason = "reads as what it is about")]
    fn failed(&self, file: &Path, source: io::Error) -> KeyFolderError {
        let file = file.to_owned();
        KeyFolderError::File { file, source }
    }
}

/// A private key that others may read is logged, not refused: the mode of a mounted secret may not be ours to set.
fn warn_of_readers(file: &Path) {
    let mode = fs::metadata(file).map(|metadata| metadata.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o077 != 0) {
        tracing::warn!(file = %file.display(), "others than its owner may read this key");
    }
}
