//! The harness of the black-box tests: a service to test, clients, the programs of others, and the replay
//! of recorded cases.

pub mod browser;
pub mod client;
pub mod confidential;
pub mod connection;
mod known_tokens;
pub mod postgres_server;
pub mod process;
pub mod prometheus;
pub mod provider;
pub mod proxy;
pub mod python;
pub mod queries;
pub mod replay;
pub mod s3;
pub mod service;
pub mod tunnel;

use std::path::PathBuf;

use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

use crate::replay::Secrets;

/// A file or folder of `tests/contract`.
#[must_use]
pub fn contract(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("contract")
        .join(name)
}

/// The keys that recorded tokens are signed with.
///
/// # Errors
/// A file that cannot be read.
pub fn secrets() -> Result<Secrets, String> {
    let file = contract("fixtures/secrets.json");
    let text = std::fs::read_to_string(&file).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// The key of the service.
pub(crate) fn secret() -> Result<String, String> {
    let secret = secrets()?.remove("SECRET");
    secret.ok_or_else(|| "there is no SECRET".to_owned())
}

/// An access token of a user that is valid for a long time.
///
/// # Errors
/// A key that cannot be read.
pub fn access_token(user_id: i64) -> Result<String, String> {
    let claims = json!({
        "token_type": "access", "exp": 4_102_444_800_i64, "iat": 1_700_000_000,
        "jti": "0", "user_id": user_id.to_string(),
    });
    let key = EncodingKey::from_secret(secret()?.as_bytes());
    let token = key.and_then(|key| jsonwebtoken::encode(&Header::default(), &claims, &key));
    token.map_err(|error| error.to_string())
}
