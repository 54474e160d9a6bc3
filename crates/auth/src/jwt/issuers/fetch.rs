//! Fetching the keys of an issuer: little, soon, and from nowhere else.

use std::sync::Arc;
use std::time::Duration;

use rustls_pki_types::CertificateDer;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Largest document that is read, in bytes.
const MAX_BYTES: u64 = 256 * 1024;
/// Time for all of it: names, connection, answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What fetches documents of one URL.
pub(super) struct Fetcher {
    agent: Agent,
    url: String,
}

impl Fetcher {
    pub(super) fn new(url: String) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(provider)
            .root_certs(trusted())
            .build();
        let config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            // A redirect could lead anywhere, into the own network for example.
            .max_redirects(0)
            .max_redirects_will_error(true)
            .user_agent(concat!("profiled/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls);
        let config = if is_loopback(&url) {
            config.proxy(None)
        } else {
            config
        };
        Self {
            agent: config.build().into(),
            url,
        }
    }

    pub(super) fn get(&self) -> Result<Vec<u8>, String> {
        let failed = |error: ureq::Error| error.to_string();
        let request = self.agent.get(&self.url);
        let request = request.header("Accept", "application/jwk-set+json, application/json");
        let mut answer = request.call().map_err(failed)?;
        if answer.status() != 200 {
            return Err(format!("answered {}", answer.status()));
        }
        let body = answer.body_mut().with_config().limit(MAX_BYTES);
        body.read_to_vec().map_err(failed)
    }
}

/// What the machine trusts: identity providers may have a certificate of their company.
fn trusted() -> RootCerts {
    let found = rustls_native_certs::load_native_certs();
    for error in found.errors {
        tracing::debug!(%error, "a trusted certificate cannot be read");
    }
    let own = |der: CertificateDer<'_>| Certificate::from_der(&der).to_owned();
    RootCerts::from(found.certs.into_iter().map(own).collect::<Vec<_>>())
}

/// A proxy has no business with this machine.
fn is_loopback(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    ["127.", "localhost", "[::1]"]
        .iter()
        .any(|local| host.starts_with(local))
}
