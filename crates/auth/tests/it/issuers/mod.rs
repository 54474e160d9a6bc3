//! Foreign issuers: their keys and rules (attack cases A4, A5, A7).

mod bindings;
mod discovery;
mod fetching;
mod key_sets;
mod kinds;
mod names;
pub mod provider;
mod reasons;
mod recipes;
mod rules;
mod users;

use profiled_store::testing::defaults;
use std::sync::Arc;
use std::time::Duration;

use profiled_auth::{
    Algorithm, IssuerSettings, Issuers, JwtFault, JwtService, JwtSettings, SigningKey, UserClaim,
};

use crate::people::{SECRET, now, told};
use provider::Provider;

/// Longer than any test waits for a fetch on this machine.
const PATIENCE: Duration = Duration::from_mins(1);

fn own_key() -> SigningKey {
    SigningKey::new(&SECRET.to_owned().into(), Algorithm::HS256).unwrap()
}

fn settings_with(issuers: Vec<IssuerSettings>) -> JwtSettings {
    JwtSettings {
        issuers,
        // No test lives so long: only what is asked for is fetched.
        jwks_refresh: 86_400,
        ..defaults("auth.jwt")
    }
}

/// A service that takes tokens of these issuers, in addition to its own.
pub fn service(issuers: Vec<IssuerSettings>) -> JwtService {
    service_with(issuers, PATIENCE)
}

/// The same with so much patience.
pub fn service_with(issuers: Vec<IssuerSettings>, patience: Duration) -> JwtService {
    start(&settings_with(issuers), patience)
}

/// A service with these settings.
fn service_of(settings: &JwtSettings) -> JwtService {
    start(settings, PATIENCE)
}

fn start(settings: &JwtSettings, patience: Duration) -> JwtService {
    let issuers = Issuers::start(settings, patience).unwrap();
    JwtService::with_issuers(settings, Arc::new(own_key().into()), issuers)
}

fn judge(service: &JwtService, token: &str) -> Result<UserClaim, JwtFault> {
    service.verify(token.as_bytes(), now()).map_err(told)
}
