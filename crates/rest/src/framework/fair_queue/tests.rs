//! Turns and places.

use std::sync::Arc;

use chrono::DateTime;
use profiled_auth::Throttle;
use profiled_store::MemoryCounters;
use profiled_store::testing::defaults;

use super::*;

const PLACES: Places = Places {
    all: 8,
    of_network: 6,
    of_address: 3,
};

/// `account:password@address`
fn claimant(text: &str) -> Claimant {
    let counters = Arc::new(MemoryCounters::default());
    let throttle = Throttle::new(&defaults("throttle"), counters, b"secret");
    let (pair, address) = text.split_once('@').unwrap();
    let (account, password) = pair.split_once(':').unwrap();
    let now = DateTime::UNIX_EPOCH;
    throttle.claimant(account, address.parse().unwrap(), password, now)
}

struct Waiting(FairQueue<&'static str>);

impl Waiting {
    fn new(places: Places) -> Self {
        Self(FairQueue::new(places))
    }

    /// Whose places are lost by the newcomer.
    fn push(&mut self, text: &'static str) -> Result<Vec<&'static str>, Scope> {
        let lost = self.0.push(claimant(text), text)?;
        Ok(lost.map(|(_, pieces)| pieces).unwrap_or_default())
    }

    fn push_all(&mut self, texts: &[&'static str]) {
        for text in texts {
            assert_eq!(self.push(text), Ok(Vec::new()), "{text}");
        }
    }

    fn take(&mut self, count: usize) -> Vec<&'static str> {
        (0..count).map_while(|_| self.0.next()).collect()
    }
}

#[test]
fn addresses_take_turns_whoever_came_first() {
    let mut waiting = Waiting::new(PLACES);
    waiting.push_all(&["a:1@192.0.2.1", "a:2@192.0.2.1", "a:3@192.0.2.1"]);
    waiting.push_all(&["b:1@192.0.2.2", "b:2@192.0.2.2", "c:1@192.0.2.3"]);

    let taken = waiting.take(3);

    assert_eq!(taken, ["a:1@192.0.2.1", "b:1@192.0.2.2", "c:1@192.0.2.3"]);
    // Then those of the last turn longest ago.
    let taken = waiting.take(9);
    assert_eq!(taken, ["a:2@192.0.2.1", "b:2@192.0.2.2", "a:3@192.0.2.1"]);
}

#[test]
fn network_that_had_no_turn_is_next() {
    let mut waiting = Waiting::new(PLACES);
    waiting.push_all(&["a:1@192.0.2.1"]);
    assert_eq!(waiting.take(1), ["a:1@192.0.2.1"]);
    waiting.push_all(&["b:1@192.0.2.2", "c:1@192.0.2.3"]);

    waiting.push_all(&["d:1@198.51.100.1"]);

    assert_eq!(waiting.take(1), ["d:1@198.51.100.1"]);
}

/// Whoever takes a new address for each guess, as in a network of IPv6, is not first each time.
#[test]
fn addresses_that_had_no_turn_come_after_those_whose_turn_is_longer_ago() {
    let mut waiting = Waiting::new(PLACES);
    waiting.push_all(&["a:1@192.0.2.1", "b:1@2001:db8:0:1::1"]);
    assert_eq!(waiting.take(2).len(), 2);

    waiting.push_all(&["b:2@2001:db8:0:2::1", "b:3@2001:db8:0:3::1"]);
    waiting.push_all(&["a:2@192.0.2.1"]);

    assert_eq!(waiting.take(1), ["a:2@192.0.2.1"]);
    // Nor does it wait for ever.
    waiting.push_all(&["a:3@192.0.2.1", "a:4@192.0.2.1"]);
    assert_eq!(waiting.take(1), ["b:2@2001:db8:0:2::1"]);
}

#[test]
fn account_that_had_no_turn_at_an_address_is_next_there() {
    let mut waiting = Waiting::new(PLACES);
    waiting.push_all(&["a:1@192.0.2.1", "a:2@192.0.2.1"]);
    assert_eq!(waiting.take(1), ["a:1@192.0.2.1"]);

    waiting.push_all(&["b:1@192.0.2.1"]);

    assert_eq!(waiting.take(1), ["b:1@192.0.2.1"]);
}

#[test]
fn account_with_most_places_loses_one_to_another_of_its_address() {
    let mut waiting = Waiting::new(PLACES);
    waiting.push_all(&["a:1@192.0.2.1", "a:2@192.0.2.1", "a:3@192.0.2.1"]);

    assert_eq!(waiting.push("a:4@192.0.2.1"), Err(Scope::Address));
    assert_eq!(waiting.push("b:1@192.0.2.1"), Ok(vec!["a:3@192.0.2.1"]));
    assert_eq!(waiting.push("c:1@192.0.2.1"), Ok(vec!["a:2@192.0.2.1"]));
    assert_eq!(waiting.push("d:1@192.0.2.1"), Err(Scope::Address));
}

#[test]
fn familiar_account_takes_the_place_of_a_stranger() {
    let mut waiting = Waiting::new(PLACES);
    waiting.push_all(&["a:1@192.0.2.1", "b:1@192.0.2.1", "c:1@192.0.2.1"]);
    let familiar = claimant("d:1@192.0.2.1").authenticated();

    let lost = waiting.0.push(familiar, "d");

    assert_eq!(lost, Ok(Some((Scope::Address, vec!["c:1@192.0.2.1"]))));
    assert_eq!(waiting.take(1), ["d"]);
}

#[test]
fn every_other_turn_is_that_of_a_familiar_account() {
    let mut waiting = Waiting::new(PLACES);
    for (text, name) in [("d:1@198.51.100.1", "d:1"), ("d:2@198.51.100.1", "d:2")] {
        let familiar = claimant(text).authenticated();
        waiting.0.push(familiar, name).unwrap();
    }
    waiting.push_all(&["a:1@192.0.2.1", "b:1@192.0.2.2", "c:1@192.0.2.3"]);

    let taken = waiting.take(5);

    let strangers = ["a:1@192.0.2.1", "b:1@192.0.2.2", "c:1@192.0.2.3"];
    assert_eq!(taken[..2], ["d:1", "d:2"]);
    assert_eq!(taken[2..], strangers);
}

#[test]
fn network_is_full_before_the_queue_is() {
    let mut waiting = Waiting::new(PLACES);
    waiting.push_all(&["a:1@2001:db8:0:1::1", "a:2@2001:db8:0:1::2"]);
    waiting.push_all(&["b:1@2001:db8:0:2::1", "b:2@2001:db8:0:2::1"]);
    waiting.push_all(&["c:1@2001:db8:0:3::1", "d:1@2001:db8:0:4::1"]);

    let lost = waiting.push("e:1@2001:db8:0:5::1");

    assert_eq!(lost, Ok(vec!["b:2@2001:db8:0:2::1"]));
    assert_eq!(waiting.push("f:1@2001:db8:1::1"), Ok(Vec::new()));
}

#[test]
fn newcomer_displaces_the_fullest_network_when_all_is_full() {
    let mut waiting = Waiting::new(Places { all: 4, ..PLACES });
    waiting.push_all(&["a:1@192.0.2.1", "b:1@192.0.2.2", "c:1@198.51.100.1"]);
    waiting.push_all(&["d:1@203.0.113.1"]);

    assert_eq!(waiting.push("e:1@100.64.0.1"), Ok(vec!["b:1@192.0.2.2"]));
    assert_eq!(waiting.push("f:1@100.65.0.1"), Err(Scope::All));
    assert_eq!(waiting.0.len(), 4);
}

#[test]
fn equal_attempts_are_one_where_a_client_has_a_limit() {
    let mut waiting = Waiting::new(Places {
        of_address: 1,
        ..PLACES
    });
    for _ in 0..8 {
        assert_eq!(waiting.push("a:1@192.0.2.1"), Ok(Vec::new()));
    }

    assert_eq!(waiting.push("a:1@192.0.2.1"), Err(Scope::All));
    assert_eq!(
        waiting.push("b:1@198.51.100.1").map(|lost| lost.len()),
        Ok(8)
    );
}
