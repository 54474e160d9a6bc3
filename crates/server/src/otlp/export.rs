//! Spans on their way to a collector.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::span::Span;
use crate::build_info;

/// Spans that travel together.
const TOGETHER: usize = 512;
/// How long a collector may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What sends them.
pub(super) struct Exporter {
    agent: Agent,
    endpoint: String,
}

impl Exporter {
    pub(super) fn new(endpoint: &str) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(provider)
            .root_certs(trusted())
            .build();
        let config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .max_redirects(0)
            .tls_config(tls);
        Self {
            agent: config.build().into(),
            endpoint: endpoint.to_owned(),
        }
    }

    /// Sends all that waits together, as long as the process lives. What cannot be sent is lost; that is told once, until it
    /// works again.
    pub(super) fn run(&self, waiting: &Receiver<Span>) {
        let mut is_failing = false;
        while let Ok(first) = waiting.recv() {
            let others = waiting.try_iter().take(TOGETHER - 1);
            let spans: Vec<Value> = [first]
                .into_iter()
                .chain(others)
                .map(|span| span.to_json())
                .collect();
            match self.send(spans) {
                Ok(()) if is_failing => {
                    is_failing = false;
                    tracing::info!("the collector of traces is there again");
                }
                Err(problem) if !is_failing => {
                    is_failing = true;
                    tracing::warn!(problem, "traces cannot be sent to their collector");
                }
                Ok(()) | Err(_) => {}
            }
        }
    }

    fn send(&self, spans: Vec<Value>) -> Result<(), String> {
        let body = document(spans).to_string();
        let request = self.agent.post(&self.endpoint);
        let sent = request.content_type("application/json").send(body);
        sent.map(drop).map_err(|error| error.to_string())
    }
}

/// What the machine trusts.
fn trusted() -> RootCerts {
    let found = rustls_native_certs::load_native_certs();
    let own = |der: &[u8]| Certificate::from_der(der).to_owned();
    let certificates = found.certs.iter().map(|der| own(der));
    RootCerts::from(certificates.collect::<Vec<_>>())
}

/// `ExportTraceServiceRequest`
fn document(spans: Vec<Value>) -> Value {
    let text = |key: &str, value: &str| json!({ "key": key, "value": { "stringValue": value } });
    json!({ "resourceSpans": [{
        "resource": { "attributes": [
            text("service.name", "profiled"),
            text("service.version", build_info::VERSION),
        ] },
        "scopeSpans": [{ "scope": { "name": "profiled" }, "spans": Value::Array(spans) }],
    }] })
}
