//! How many connections there are, in all and from each network.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use profiled_auth::client_of;
use profiled_http::{HttpSettings, IpNetOrAddr};

/// Time between two lines of the log about the same.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Counts the connections of all workers.
pub(super) struct Doors {
    /// Of all workers together.
    most: usize,
    most_per_network: usize,
    proxies: Vec<IpNetOrAddr>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    networks: HashMap<IpAddr, usize>,
    refused: Told,
    full: Told,
}

/// What has happened since a line of the log told of it.
#[derive(Default)]
struct Told {
    count: u64,
    at: Option<Instant>,
}

impl Told {
    /// Counts once more: the number, if a line is due.
    fn count(&mut self, now: Instant) -> Option<u64> {
        self.count += 1;
        let is_early = |at| now.saturating_duration_since(at) < BETWEEN_LINES;
        if self.at.is_some_and(is_early) {
            return None;
        }
        self.at = Some(now);
        Some(std::mem::take(&mut self.count))
    }
}

/// The place of a connection, which ends with it.
pub(super) struct Place {
    doors: Arc<Doors>,
    network: Option<IpAddr>,
}

impl Doors {
    pub(super) fn new(settings: &HttpSettings, workers: usize) -> Self {
        Self {
            most: settings.max_connections.saturating_mul(workers),
            most_per_network: settings.max_connections_per_network,
            proxies: settings.trusted_proxies.clone(),
            open: Mutex::default(),
        }
    }

    /// A place for a connection, unless its network has all that it may have.
    pub(super) fn admit(self: &Arc<Self>, peer: Option<IpAddr>) -> Option<Place> {
        let peer = peer.map(|peer| peer.to_canonical());
        let is_proxy = |peer: &IpAddr| self.proxies.iter().any(|known| known.0.contains(peer));
        let network = peer.filter(|peer| !is_proxy(peer)).map(client_of);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(network) = network {
            let count = open.networks.entry(network).or_default();
            if *count >= self.most_per_network {
                if let Some(connections) = open.refused.count(Instant::now()) {
                    tracing::warn!(%network, connections, "connections were closed, their network has too many");
                }
                return None;
            }
            *count += 1;
        }
        open.all += 1;
        if open.all >= self.most
            && let Some(times) = open.full.count(Instant::now())
        {
            let connections = open.all;
            tracing::warn!(connections, times, "no further connections are accepted");
        }
        Some(Place {
            doors: Arc::clone(self),
            network,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let open = self.doors.open.lock();
        let mut open = open.unwrap_or_else(PoisonError::into_inner);
        open.all = open.all.saturating_sub(1);
        if let Some(network) = self.network
            && let Some(count) = open.networks.get_mut(&network)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.networks.remove(&network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use profiled_store::testing::defaults;

    use super::*;

    fn doors(most_per_network: usize) -> Arc<Doors> {
        let settings = HttpSettings {
            max_connections_per_network: most_per_network,
            trusted_proxies: vec!["10.0.0.0/8".to_owned().try_into().unwrap()],
            ..defaults("http")
        };
        Arc::new(Doors::new(&settings, 1))
    }

    fn admit(doors: &Arc<Doors>, peer: &str) -> Option<Place> {
        doors.admit(Some(peer.parse().unwrap()))
    }

    #[test]
    fn a_network_has_so_many_places_and_gets_them_back() {
        let doors = doors(1);
        for same in [
            ["192.0.2.1", "::ffff:192.0.2.1"],
            ["2001:db8::1", "2001:db8::ffff:0:0:2"],
        ] {
            let [one, other] = same;
            let first = admit(&doors, one);
            assert!(
                first.is_some() && admit(&doors, other).is_none(),
                "{same:?}"
            );
            drop(first);
            assert!(admit(&doors, other).is_some(), "{same:?}");
        }
        assert!(doors.open.lock().unwrap().networks.is_empty());
    }

    #[test]
    fn other_networks_and_proxies_are_not_kept_out() {
        let doors = doors(1);
        let peers = [
            "192.0.2.1",
            "192.0.2.2",
            "2001:db8::1",
            "2001:db8:0:1::1",
            "10.1.1.1",
            "10.1.1.1",
        ];

        let places = peers.map(|peer| admit(&doors, peer));

        assert!(places.iter().all(Option::is_some));
    }

    #[test]
    fn a_line_is_due_every_ten_seconds_and_has_the_number() {
        let (mut told, start) = (Told::default(), Instant::now());

        let lines = [0, 1, 9, 10, 11].map(|second| told.count(start + Duration::from_secs(second)));

        assert_eq!(lines, [Some(1), None, None, Some(3), None]);
    }
}
