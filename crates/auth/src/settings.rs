//! Settings of the section `auth`.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::keys::Algorithm;
use crate::password::PasswordSettings;

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

fn mask<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if secret.expose_secret().is_empty() {
        ""
    } else {
        "***"
    })
}
