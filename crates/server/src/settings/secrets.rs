//! Secrets: from a file, from the environment, or made for development (`decisions.md` 16).

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use profiled_auth::{SigningKey, TokenKey};
use secrecy::{ExposeSecret, SecretString};

use crate::error::Failure;
use crate::settings::{Profile, Settings};

/// The default URL: a file of secrets replaces it, anything else is a contradiction.
const DEFAULT_URL: &str = "sqlite://{data_dir}/profiled.sqlite3";

/// Reads the files that hold secrets.
pub(super) fn resolve(settings: &mut Settings) -> Result<(), Failure> {
    let database = &mut settings.database;
    if !database.url_file.is_empty() {
        if database.url != DEFAULT_URL {
            return Err(both("database.url"));
        }
        database.url = read("database.url_file", &database.url_file)?;
    }
    let jwt = &mut settings.auth.jwt;
    if !jwt.signing_key_file.is_empty() {
        if !jwt.signing_key.expose_secret().is_empty() {
            return Err(both("auth.jwt.signing_key"));
        }
        jwt.signing_key = read("auth.jwt.signing_key_file", &jwt.signing_key_file)?.into();
    }
    Ok(())
}

fn both(key: &str) -> Failure {
    Failure::settings(format!(
        "{key} and {key}_file are both set: remove one of them"
    ))
}

fn read(key: &str, file: &str) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| Failure::settings(format!("{key} {file}: {error}")))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

impl Settings {
    /// The key that signs JSON Web Tokens. Development makes a random one in the data folder.
    pub(crate) fn signing_key(&self) -> Result<SigningKey, Failure> {
        let jwt = &self.auth.jwt;
        let secret = match (jwt.signing_key.expose_secret(), self.profile) {
            ("", Profile::Development) => self.generated_key()?,
            ("", Profile::Production) => {
                return Err(Failure::settings(
                    "auth.jwt.signing_key is not set: give at least 32 random bytes, \
                     or a file of them in auth.jwt.signing_key_file",
                ));
            }
            _ => jwt.signing_key.clone(),
        };
        let key = SigningKey::new(&secret, jwt.algorithm);
        let key = key.map_err(|error| Failure::settings(error.to_string()))?;
        key.self_test()
            .map_err(|error| Failure::failed(error.to_string()))?;
        Ok(key)
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

/// Puts a random key into a file that only its owner reads. Of two processes that do so at once, the
/// first one's stays.
fn create_key(file: &Path) -> io::Result<()> {
    let random = [TokenKey::generate(), TokenKey::generate()];
    let text: String = random.iter().map(TokenKey::as_str).collect();
    let unfinished = file.with_extension(format!("key.{}", std::process::id()));
    let mut options = OpenOptions::new();
    let mut out = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?;
    writeln!(out, "{text}")?;
    out.sync_all()?;
    let placed = std::fs::hard_link(&unfinished, file);
    std::fs::remove_file(&unfinished)?;
    match placed {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
