//! Secrets: from a file, from the environment, or made for development (`decisions.md` 16).

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use profiled_auth::{SigningKey, TokenKey};
use secrecy::{ExposeSecret, SecretString};

use crate::error::Failure;
use crate::settings::layers::Origins;
use crate::settings::{Profile, Settings};

/// Reads the files that hold secrets.
pub(super) fn resolve(settings: &mut Settings, origins: &Origins) -> Result<(), Failure> {
    let database = &mut settings.database;
    if !database.url_file.is_empty() {
        database.url = read("database.url", &database.url, &database.url_file, origins)?;
    }
    let jwt = &mut settings.auth.jwt;
    if !jwt.signing_key_file.is_empty() {
        let (given, file) = (jwt.signing_key.expose_secret(), &jwt.signing_key_file);
        jwt.signing_key = read("auth.jwt.signing_key", given, file, origins)?.into();
    }
    Ok(())
}

/// What `file` holds in place of `key`, without the end of its last line.
fn read(key: &str, given: &str, file: &str, origins: &Origins) -> Result<String, Failure> {
    let (own, twin) = (origins.name(key), origins.name(&format!("{key}_file")));
    if !given.is_empty() && origins.is_given(key) {
        let text = format!("{own} and {twin} are both set: remove one of them");
        return Err(Failure::settings(text));
    }
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| Failure::settings(format!("{twin}: {file}: {error}")))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(Failure::settings(format!("{twin}: {file} is empty")));
    }
    Ok(text.to_owned())
}

impl Settings {
    /// Whether the key that signs JSON Web Tokens is made when it is needed.
    pub(crate) fn makes_signing_key(&self) -> bool {
        let is_given = !self.auth.jwt.signing_key.expose_secret().is_empty();
        !is_given && self.profile == Profile::Development
    }

    /// The key that signs JSON Web Tokens. Development makes a random one in the data folder.
    pub(crate) fn signing_key(&self) -> Result<SigningKey, Failure> {
        let key = SigningKey::new(&self.signing_secret()?, self.auth.jwt.algorithm);
        let key = key.map_err(|error| Failure::settings(error.to_string()))?;
        key.self_test()
            .map_err(|error| Failure::failed(error.to_string()))?;
        Ok(key)
    }

    /// The one secret of the service: others are derived from it.
    pub(crate) fn signing_secret(&self) -> Result<SecretString, Failure> {
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

    fn generated_key(&self) -> Result<SecretString, Failure> {
        let file = self.create_data_dir()?.join("signing.key");
        let told = |error: io::Error| Failure::failed(format!("{}: {error}", file.display()));
        if !file.exists() {
            create_key(&file).map_err(told)?;
        }
        let text = std::fs::read_to_string(&file).map_err(told)?;
        Ok(text.trim_end().to_owned().into())
    }
}

/// Puts a random key into a file that only its owner reads. Of two that do so at once, the first one's
/// stays.
fn create_key(file: &Path) -> io::Result<()> {
    let secret = [TokenKey::generate(), TokenKey::generate()];
    let secret: String = secret.iter().map(TokenKey::as_str).collect();
    // Complete before it has its name: nobody reads half a key.
    let unfinished = file.with_extension(format!("key.{}", TokenKey::generate().prefix()));
    let mut options = OpenOptions::new();
    let options = options.write(true).create_new(true).mode(0o600);
    let mut out = options.open(&unfinished)?;
    writeln!(out, "{secret}")?;
    out.sync_all()?;
    let placed = std::fs::hard_link(&unfinished, file);
    std::fs::remove_file(&unfinished)?;
    match placed {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
