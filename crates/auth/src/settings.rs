//! Settings of the section `auth`.

use std::num::NonZero;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::keys::Algorithm;

/// Section `auth`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AuthSettings {
    /// Section `auth.jwt`.
    pub jwt: JwtSettings,
    /// Section `auth.password`.
    pub password: PasswordSettings,
}

/// Section `auth.jwt`, after simplejwt's settings.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct JwtSettings {
    /// Secret of the HMAC algorithms, at least 32 bytes. Empty: none. Written as `***`.
    #[serde(serialize_with = "mask")]
    pub signing_key: SecretString,
    /// File that holds the secret, in place of `signing_key`. Empty: none.
    pub signing_key_file: String,
    /// The one algorithm that is accepted and used.
    pub algorithm: Algorithm,
    /// Seconds that a minted access token lives.
    pub access_lifetime: u32,
    /// Seconds of tolerance for `exp`, `nbf` and `iat`.
    pub leeway: u32,
    /// Required `iss`. Empty: not looked at.
    pub issuer: String,
    /// Required `aud`. Empty: not looked at.
    pub audience: String,
    /// The claim that names the user's id.
    pub user_id_claim: String,
}

impl Default for JwtSettings {
    fn default() -> Self {
        Self {
            signing_key: SecretString::default(),
            signing_key_file: String::new(),
            algorithm: Algorithm::HS256,
            access_lifetime: 300,
            leeway: 0,
            issuer: String::new(),
            audience: String::new(),
            user_id_claim: "user_id".to_owned(),
        }
    }
}

/// Section `auth.password`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordSettings {
    /// PBKDF2 iterations of new hashes; Django 5.2's default is 1,000,000.
    pub iterations: u32,
    /// Threads that hash passwords; 0 means half of the cores, at least one.
    pub concurrency: usize,
    /// Requests that may wait for such a thread; more are told to come again.
    pub queue: usize,
}

impl Default for PasswordSettings {
    fn default() -> Self {
        Self {
            iterations: 1_000_000,
            concurrency: 0,
            queue: 64,
        }
    }
}

impl PasswordSettings {
    /// Threads that hash passwords.
    #[must_use]
    pub fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
        if self.concurrency > 0 {
            self.concurrency
        } else {
            (cores() / 2).max(1)
        }
    }
}

fn mask<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if secret.expose_secret().is_empty() {
        ""
    } else {
        "***"
    })
}
