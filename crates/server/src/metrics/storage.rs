//! The database, keys that are fetched, and what is cleared away.

use std::fmt;

use super::Sources;
use super::families::{Families, number, seconds};

impl Sources {
    pub(super) fn storage(&self, families: &mut Families<'_>) -> fmt::Result {
        self.pools(families)?;
        self.keys(families)?;
        self.cleared(families)
    }

    fn pools(&self, families: &mut Families<'_>) -> fmt::Result {
        let pools = self.store.pools();
        let gauges = pools.iter().map(|pool| (pool.name, pool));
        families.gauges(
            "profiled_database_connections",
            "Connections to the database that are open",
            gauges
                .clone()
                .map(|(lane, pool)| (vec![("lane", lane)], number(pool.connections))),
        )?;
        families.gauges(
            "profiled_database_connections_idle",
            "Those of them that wait for work",
            gauges.map(|(lane, pool)| (vec![("lane", lane)], number(pool.idle))),
        )?;
        families.gauges(
            "profiled_database_away",
            "Whether the last attempt to connect to the database has failed",
            [(Vec::new(), f64::from(u8::from(self.store.is_away())))],
        )
    }

    fn keys(&self, families: &mut Families<'_>) -> fmt::Result {
        let reports = self.issuers.reports();
        let aged = reports
            .iter()
            .filter_map(|keys| Some((keys.issuer.as_str(), keys.age?)));
        families.gauges(
            "profiled_jwks_age_seconds",
            "Time since the keys of an issuer of the settings were fetched",
            aged.map(|(issuer, age)| (vec![("issuer", issuer)], seconds(age))),
        )?;
        families.gauges(
            "profiled_jwks_failing",
            "Whether the last attempt to fetch the keys of an issuer has failed",
            reports.iter().map(|keys| {
                let labels = vec![("issuer", keys.issuer.as_str())];
                (labels, f64::from(u8::from(keys.is_failing)))
            }),
        )
    }

    fn cleared(&self, families: &mut Families<'_>) -> fmt::Result {
        families.counters(
            "profiled_purges",
            "Purges that this process has made, by how they ended",
            self.purges
                .runs()
                .map(|(outcome, count)| (vec![("outcome", outcome)], count)),
        )?;
        families.counters(
            "profiled_purged",
            "What they have cleared away: media files are swept among it",
            self.purges
                .cleared()
                .map(|(what, count)| (vec![("what", what)], count)),
        )?;
        families.gauges(
            "profiled_purge_last_success_timestamp_seconds",
            "When the last purge of this process has ended well; 0 if none has",
            [(Vec::new(), number(self.purges.last_success()))],
        )
    }
}
