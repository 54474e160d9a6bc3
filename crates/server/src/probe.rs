//! Asking a service on this machine how it is.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::StatusCode;
use ureq::tls::TlsConfig;

/// Status and body of the answer to a GET, within a time.
pub(crate) fn ask(url: &str, patience: Duration) -> Result<(StatusCode, Value), ureq::Error> {
    let mut answer = agent(patience).get(url).call()?;
    let body = answer.body_mut().read_to_vec()?;
    let body = serde_json::from_slice(&body).unwrap_or_default();
    Ok((answer.status(), body))
}

fn agent(patience: Duration) -> Agent {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    // The certificate is for the names that clients know, of which an address is none.
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(provider)
        .disable_verification(true)
        .build();
    Agent::config_builder()
        .timeout_global(Some(patience))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .tls_config(tls)
        .build()
        .into()
}
