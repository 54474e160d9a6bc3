//! What is remembered for a while, in bounded memory.

use std::collections::HashMap;
use std::hash::Hash;

use chrono::{DateTime, TimeDelta, Utc};

/// Values, each with the moment of which it tells.
pub(crate) struct Recent<K, V> {
    capacity: usize,
    lifetime: TimeDelta,
    values: HashMap<K, (DateTime<Utc>, V)>,
}

impl<K: Eq + Hash, V> Recent<K, V> {
    pub(crate) fn new(capacity: usize, lifetime: TimeDelta) -> Self {
        Self {
            capacity,
            lifetime,
            values: HashMap::new(),
        }
    }

    /// A value that is younger than the lifetime. One from the future is none: a clock that was set back must not
    /// make it live longer.
    pub(crate) fn get(&self, key: &K, now: DateTime<Utc>) -> Option<&V> {
        let (since, value) = self.values.get(key)?;
        self.is_alive(*since, now).then_some(value)
    }

    /// Puts a value in the place of an older one. When there is no room, dead ones go, and then the oldest quarter.
    pub(crate) fn put(&mut self, key: K, value: V, now: DateTime<Utc>) {
        if self.lifetime <= TimeDelta::zero() {
            return;
        }
        if self.values.len() >= self.capacity && !self.values.contains_key(&key) {
            self.make_room(now);
        }
        self.values.insert(key, (now, value));
    }

    fn make_room(&mut self, now: DateTime<Utc>) {
        let lifetime = self.lifetime;
        self.values
            .retain(|_, (since, _)| is_within(*since, now, lifetime));
        if self.values.len() < self.capacity {
            return;
        }
        let mut moments: Vec<_> = self.values.values().map(|(since, _)| *since).collect();
        let quarter = moments.len() / 4;
        let (_, last, _) = moments.select_nth_unstable(quarter);
        let last = *last;
        self.values.retain(|_, (since, _)| *since > last);
    }

    fn is_alive(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        is_within(since, now, self.lifetime)
    }
}

fn is_within(since: DateTime<Utc>, now: DateTime<Utc>, lifetime: TimeDelta) -> bool {
    (TimeDelta::zero()..lifetime).contains(&(now - since))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn value_lives_for_its_time_and_not_before_it() {
        let mut recent = Recent::new(9, TimeDelta::seconds(60));
        recent.put("ada", 1, at(100));

        let found = [99, 100, 159, 160].map(|second| recent.get(&"ada", at(second)).copied());

        assert_eq!(found, [None, Some(1), Some(1), None]);
    }

    #[test]
    fn oldest_values_make_room_for_new_ones() {
        let mut recent = Recent::new(8, TimeDelta::seconds(60));

        for second in 0..100 {
            recent.put(second, (), at(second));
            assert!(recent.values.len() <= 8);
        }

        assert!(recent.get(&99, at(99)).is_some() && recent.get(&94, at(99)).is_some());
    }

    #[test]
    fn nothing_is_remembered_for_no_time() {
        let mut recent = Recent::new(9, TimeDelta::zero());

        recent.put("ada", 1, at(100));

        assert!(recent.values.is_empty());
    }
}
