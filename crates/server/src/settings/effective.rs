//! The settings in force as they may be shown.

use std::collections::BTreeMap;

use profiled_auth::without_secrets;
use profiled_store::DatabaseUrl;
use serde_json::Value;

use super::{Settings, layers};
use crate::error::Failure;

/// The value of each key, secrets masked.
pub(crate) fn effective(settings: &Settings) -> Result<BTreeMap<String, Value>, Failure> {
    let mut shown = settings.clone();
    let database = &mut shown.database;
    let urls = [&mut database.url, &mut database.read_url];
    for url in urls.into_iter().filter(|url| !url.is_empty()) {
        *url = match url.parse::<DatabaseUrl>() {
            Ok(url) => url.to_string(),
            // Whatever it is, it may hold a password.
            Err(_wrong) => "***".to_owned(),
        };
    }
    let jwt = &mut shown.auth.jwt;
    let urls = jwt.issuers.iter_mut().map(|issuer| &mut issuer.jwks_url);
    for url in urls.chain([&mut jwt.jwk_url]).filter(|url| !url.is_empty()) {
        *url = without_secrets(url);
    }
    for url in [&mut shown.http.public_url, &mut shown.media.s3.endpoint] {
        *url = without_secrets(url);
    }
    let value = serde_json::to_value(&shown);
    Ok(by_key(
        value.map_err(|error| Failure::failed(error.to_string()))?,
    ))
}

/// The built-in default of each key.
pub(crate) fn default_values() -> Result<BTreeMap<String, Value>, Failure> {
    layers::defaults().map(by_key)
}

fn by_key(value: Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    flatten("", value, &mut found);
    found
}

fn flatten(prefix: &str, value: Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let dot = if prefix.is_empty() { "" } else { "." };
                flatten(&format!("{prefix}{dot}{name}"), member, found);
            }
        }
        leaf => {
            found.insert(prefix.to_owned(), leaf);
        }
    }
}
