//! What is counted anywhere, as Prometheus reads it (ADR 0045). Numbers are read when they are asked for: requests only count.

mod families;
mod process;
mod service;
mod storage;

use std::fmt;
use std::sync::Arc;

use actix_web::web;
use profiled_auth::Issuers;
use profiled_http::{AppState, MetricsText};
use profiled_store::Store;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, prometheus_text};
use prometheus_client::registry::Registry;

use self::families::Families;
use self::process::Process;
use crate::purges::Purges;

/// Where the numbers are.
pub(crate) struct Sources {
    pub(crate) state: web::Data<AppState>,
    pub(crate) store: Store,
    pub(crate) issuers: Issuers,
    pub(crate) purges: Arc<Purges>,
    /// `sqlite` or `postgres`.
    pub(crate) database: &'static str,
    process: Process,
}

impl Sources {
    pub(crate) fn new(
        state: web::Data<AppState>,
        store: Store,
        issuers: Issuers,
        purges: Arc<Purges>,
        database: &'static str,
    ) -> Self {
        Self {
            state,
            store,
            issuers,
            purges,
            database,
            process: Process::started_now(),
        }
    }

    /// What writes all of them.
    pub(crate) fn text(self) -> MetricsText {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self));
        MetricsText(Arc::new(move || {
            let mut text = String::new();
            if let Err(error) = prometheus_text::encode(&mut text, &registry) {
                tracing::error!(%error, "metrics cannot be written");
            }
            text
        }))
    }
}

impl Collector for Sources {
    fn encode(&self, encoder: DescriptorEncoder) -> fmt::Result {
        let mut families = Families(encoder);
        self.service(&mut families)?;
        self.storage(&mut families)?;
        self.process.write(&mut families)
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sources")
    }
}
