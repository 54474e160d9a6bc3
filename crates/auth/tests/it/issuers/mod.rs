//! Foreign issuers: their keys and rules (attack cases A4, A5, A7).

mod bindings;
mod fetching;
mod kinds;
pub mod provider;
mod rules;
mod users;

use profiled_store::testing::defaults;
use std::sync::Arc;
use std::time::Duration;

use profiled_auth::{
    Algorithm, IssuerSettings, Issuers, JwtFault, JwtService, JwtSettings, SigningKey, UserClaim,
};

use crate::people::{SECRET, now};
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
    let settings = settings_with(issuers);
    let issuers = Issuers::start(&settings, patience).unwrap();
    JwtService::with_issuers(&settings, Arc::new(own_key().into()), issuers)
}

fn judge(service: &JwtService, token: &str) -> Result<UserClaim, JwtFault> {
    service.verify(token.as_bytes(), now())
}
