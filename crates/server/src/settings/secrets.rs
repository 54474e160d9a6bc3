//! Secrets: from a file, from the environment, or made for development (`decisions.md` 16).

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use profiled_auth::audit::{Action, Actor, AuditOutcome, Object, Record};
use profiled_auth::{ClientSettings, CounterStore, KeyFolder, KeyRing, SigningKey, TokenKey};
use secrecy::{ExposeSecret, SecretString};

use super::secret_file;
use crate::error::Failure;
use crate::settings::layers::Origins;
use crate::settings::{Profile, Settings};

/// Reads the files that hold URLs of the database. Returned is what is wrong.
pub(super) fn resolve_database(settings: &mut Settings, origins: &mut Origins) -> Vec<Failure> {
    let database = &mut settings.database;
    let urls = [
        ("database.url", &mut database.url, &database.url_file),
        (
            "database.read_url",
            &mut database.read_url,
            &database.read_url_file,
        ),
    ];
    let resolved = urls.into_iter().filter_map(|(key, url, file)| {
        let read = read(key, url, file, origins);
        set(read, url)
    });
    resolved.collect()
}

/// Reads the files that hold secrets. Returned is what is wrong.
pub(super) fn resolve_all(settings: &mut Settings, origins: &mut Origins) -> Vec<Failure> {
    let mut failures = resolve_database(settings, origins);
    let jwt = &mut settings.auth.jwt;
    let (key, file) = (&jwt.verifying_key, &jwt.verifying_key_file);
    let read_key = read("auth.jwt.verifying_key", key, file, origins);
    failures.extend(set(read_key, &mut jwt.verifying_key));
    let s3 = &mut settings.media.s3;
    let secrets = [
        (
            "auth.jwt.signing_key",
            &mut jwt.signing_key,
            &jwt.signing_key_file,
        ),
        (
            "media.s3.access_key",
            &mut s3.access_key,
            &s3.access_key_file,
        ),
        (
            "media.s3.secret_key",
            &mut s3.secret_key,
            &s3.secret_key_file,
        ),
    ];
    for (name, value, file) in secrets {
        let read = read(name, value.expose_secret(), file, origins);
        failures.extend(set(read.map(|text| text.map(SecretString::from)), value));
    }
    for client in &mut settings.auth.introspection.clients {
        let read = client_secret(client, origins);
        failures.extend(set(
            read.map(|text| text.map(SecretString::from)),
            &mut client.secret,
        ));
    }
    failures
}

/// Takes what was read, if there was anything to read.
fn set<T>(read: Result<Option<T>, Failure>, value: &mut T) -> Option<Failure> {
    match read {
        Ok(None) => None,
        Ok(Some(read)) => {
            *value = read;
            None
        }
        Err(failure) => Some(failure),
    }
}

/// The secret of a client in its file, if it has one.
fn client_secret(client: &ClientSettings, origins: &Origins) -> Result<Option<String>, Failure> {
    let (id, file) = (&client.id, &client.secret_file);
    if file.is_empty() {
        return Ok(None);
    }
    let key = "auth.introspection.clients";
    if !client.secret.expose_secret().is_empty() {
        let text = format!(": {id:?} has a secret and a secret_file: remove one of them");
        return Err(origins.failure(key, &text));
    }
    let secret = secret_file::read(Path::new(file));
    let secret = secret
        .map_err(|fault| origins.failure(key, &format!(": {id:?}: secret_file {file} {fault}")))?;
    Ok(Some(secret))
}

/// What `file` holds in place of `key`, if one is named.
fn read(
    key: &str,
    given: &str,
    file: &str,
    origins: &mut Origins,
) -> Result<Option<String>, Failure> {
    let twin = format!("{key}_file");
    if file.is_empty() {
        if secret_file::is_path(given) {
            let text = format!("is the path of a file: name it in {twin}");
            return Err(origins.failure(key, &text));
        }
        return Ok(None);
    }
    if !given.is_empty() && origins.is_given(key) {
        let twin = origins.name(&twin);
        let text = format!("and {twin} are both set: remove one of them");
        return Err(origins.failure(key, &text));
    }
    let text = secret_file::read(Path::new(file));
    let text = text.map_err(|fault| origins.failure(&twin, &format!(": {file} {fault}")))?;
    origins.note(key, file);
    Ok(Some(text))
}

impl Settings {
    /// Whether the key that signs JSON Web Tokens is made when it is needed.
    pub(crate) fn makes_signing_key(&self) -> bool {
        let is_given = !self.auth.jwt.signing_key.expose_secret().is_empty();
        !is_given && !self.has_other_keys() && self.profile == Profile::Development
    }

    /// Whether tokens are judged by keys besides the signing key.
    fn has_other_keys(&self) -> bool {
        let jwt = &self.auth.jwt;
        let others = [&jwt.keys_dir, &jwt.verifying_key, &jwt.jwk_url];
        others.iter().any(|other| !other.is_empty())
    }

    /// The key that signs JSON Web Tokens. Development makes a random one in the data folder.
    pub(crate) fn signing_key(&self) -> Result<SigningKey, Failure> {
        let (secret, algorithm) = (self.signing_secret()?, self.auth.jwt.algorithm);
        let refused = |error| Failure::settings(format!("auth.jwt.signing_key {error}"));
        let key = SigningKey::new(&secret, algorithm).map_err(refused)?;
        key.self_test().map_err(refused)?;
        Ok(key)
    }

    /// The one secret of the service: others are derived from it.
    fn signing_secret(&self) -> Result<SecretString, Failure> {
        let given = &self.auth.jwt.signing_key;
        if self.makes_signing_key() {
            self.generated_key()
        } else if given.expose_secret().is_empty() {
            Err(Failure::settings(
                "auth.jwt.signing_key is not set: give at least 32 random bytes, \
                 or a file of them in auth.jwt.signing_key_file",
            ))
        } else {
            Ok(given.clone())
        }
    }

    /// The secret that names in counters are hidden with. Servers that count together need the same.
    pub(crate) fn counting_secret(&self) -> Result<SecretString, Failure> {
        let has_none = self.auth.jwt.signing_key.expose_secret().is_empty();
        if has_none && self.has_other_keys() {
            return match self.throttle.store {
                CounterStore::Memory => Ok(SecretString::from(TokenKey::generate().as_str())),
                CounterStore::Database => Err(Failure::settings(
                    "throttle.store is database, which needs auth.jwt.signing_key, the same on all servers: set it",
                )),
            };
        }
        self.signing_secret()
    }

    /// All keys that sign and verify JSON Web Tokens.
    pub(crate) fn key_ring(&self, now: DateTime<Utc>) -> Result<KeyRing, Failure> {
        let ring = self.keys()?;
        if ring.can_sign(now) || self.auth.jwt.is_read_only() {
            return Ok(ring);
        }
        Err(Failure::settings(format!(
            "auth.jwt.keys_dir: {} has no key that signs at this moment: run profiled keys generate",
            self.auth.jwt.keys_dir
        )))
    }

    /// As [`Self::key_ring`], whether there is a key to sign with or not. With a folder of keys,
    /// development makes none in addition.
    pub(crate) fn keys(&self) -> Result<KeyRing, Failure> {
        let jwt = &self.auth.jwt;
        if !jwt.jwk_url.is_empty() {
            return Ok(KeyRing::empty());
        }
        let is_given = !jwt.signing_key.expose_secret().is_empty();
        if jwt.keys_dir.is_empty() && !is_given && !jwt.verifying_key.is_empty() {
            let ring = KeyRing::verifying_only(&jwt.verifying_key, jwt.algorithm);
            let failure = |error| Failure::settings(format!("auth.jwt.verifying_key {error}"));
            return ring.map_err(failure);
        }
        if jwt.keys_dir.is_empty() {
            return Ok(self.signing_key()?.into());
        }
        let configured = is_given.then(|| self.signing_key()).transpose()?;
        let life = i64::try_from(jwt.longest_life()).unwrap_or(i64::MAX);
        let life = TimeDelta::try_seconds(life).unwrap_or(TimeDelta::MAX);
        let ring = KeyRing::open(configured, KeyFolder::new(&jwt.keys_dir), life);
        ring.map_err(|error| Failure::settings(format!("auth.jwt.keys_dir: {error}")))
    }

    fn generated_key(&self) -> Result<SecretString, Failure> {
        let file = self.create_data_dir()?.join("signing.key");
        let to_failure = |error: io::Error| {
            let remedy = match error.kind() {
                io::ErrorKind::StorageFull => "make room on its disk",
                _ => "let the user of the service write there",
            };
            let file = file.display();
            Failure::failed(format!(
                "data_dir: {file} cannot be made or read: {error}: {remedy}"
            ))
        };
        if !file.exists() && create_key(&file).map_err(to_failure)? {
            let record = Record::new(Action::KeyCreate, Actor::Service);
            record
                .on(Object::Key("signing.key".to_owned()))
                .write(AuditOutcome::Done);
        }
        let text = std::fs::read_to_string(&file).map_err(to_failure)?;
        Ok(text.trim_end().to_owned().into())
    }
}

/// Puts a random key into a file that only its owner reads. Of two that do so at once, the first one's
/// stays, and the other one hears `false`.
fn create_key(file: &Path) -> io::Result<bool> {
    let secret = [TokenKey::generate(), TokenKey::generate()];
    let secret: String = secret.iter().map(TokenKey::as_str).collect();
    // Complete before it has its name: no process reads half a key.
    let unfinished = file.with_extension(format!("key.{}", TokenKey::generate().prefix()));
    let mut options = OpenOptions::new();
    let options = options.write(true).create_new(true).mode(0o600);
    let mut out = options.open(&unfinished)?;
    writeln!(out, "{secret}")?;
    out.sync_all()?;
    let placed = std::fs::hard_link(&unfinished, file);
    std::fs::remove_file(&unfinished)?;
    match placed {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
