//! Uses of tokens that wait to be noted together (ADR 0021): a use costs no write of its own.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::Duration;
use profiled_domain::{RepositoryError, TokenId, TokenRepository, TokenUse};

use crate::framework::measure::Count;

/// Uses that wait at most, some 10 MB.
const CAPACITY: usize = 100_000;
/// Uses that one transaction notes: other writers wait that long at most.
const BATCH: usize = 500;
/// Uses of one turn, in addition to extensions: when very many tokens come into use at once, reads go on at their
/// speed, and the uses are noted some minutes later.
const TURN: usize = BATCH;
/// A sliding token that would end so soon is extended at once: what waits must be written before.
const URGENT: Duration = Duration::seconds(30);

/// What is to be done with a use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deferred {
    /// Nothing more: it waits, or is lost for want of room.
    Done,
    /// It cannot wait.
    Urgent,
}

/// The uses that wait.
#[derive(Debug)]
pub struct TokenUses {
    /// What is being written stays until it is, so that no use is noted twice.
    waiting: Mutex<HashMap<TokenId, TokenUse>>,
    capacity: usize,
    dropped: AtomicU64,
    /// All that were ever lost.
    lost: Count,
    writing: Mutex<()>,
}

impl Default for TokenUses {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl TokenUses {
    fn with_capacity(capacity: usize) -> Self {
        Self {
            waiting: Mutex::default(),
            capacity,
            dropped: AtomicU64::new(0),
            lost: Count::default(),
            writing: Mutex::default(),
        }
    }

    /// Lets a use wait, at most one for each token.
    pub fn defer(&self, used: TokenUse) -> Deferred {
        let ends_soon = |extension: profiled_domain::Extension| extension.from - used.at < URGENT;
        if used.extension.is_some_and(ends_soon) {
            return Deferred::Urgent;
        }
        let mut waiting = lock(&self.waiting);
        let is_full = waiting.len() >= self.capacity;
        match waiting.entry(used.token) {
            Entry::Occupied(mut entry) => {
                let present = entry.get_mut();
                present.extension = used.extension.or(present.extension);
            }
            Entry::Vacant(entry) if !is_full => {
                entry.insert(used);
            }
            Entry::Vacant(_) if used.extension.is_some() => return Deferred::Urgent,
            Entry::Vacant(_) => {
                self.dropped.fetch_add(1, Ordering::Relaxed);
                self.lost.one();
            }
        }
        Deferred::Done
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        lock(&self.waiting).len()
    }

    /// How many were lost, for want of room or of a database.
    pub fn lost(&self) -> u64 {
        self.lost.get()
    }

    /// Notes all that waits.
    pub fn flush(&self, repository: &dyn TokenRepository) {
        self.write(repository, usize::MAX);
    }

    /// Notes all extensions that wait, and as many other uses as fit into a turn.
    pub fn take_turn(&self, repository: &dyn TokenRepository) {
        self.write(repository, TURN);
    }

    /// Notes uses, at most so many without an extension, by ascending id. After a failure extensions wait
    /// for the next time, and all other uses are lost.
    fn write(&self, repository: &dyn TokenRepository, most: usize) {
        let _alone = lock(&self.writing);
        let mut left = most;
        let mut has_room = |used: &&TokenUse| {
            let fits = used.extension.is_some() || left > 0;
            left = left.saturating_sub(usize::from(used.extension.is_none()));
            fits
        };
        let mut uses: Vec<_> = lock(&self.waiting)
            .values()
            .filter(|used| has_room(used))
            .copied()
            .collect();
        uses.sort_unstable_by_key(|used| used.token);
        let mut rest = uses.as_slice();
        while let Some((batch, later)) = rest.split_at_checked(rest.len().min(BATCH))
            && !batch.is_empty()
        {
            if let Err(error) = repository.record_token_uses(batch) {
                self.give_up(rest, &error);
                return;
            }
            self.remove(batch);
            rest = later;
        }
        let dropped = self.dropped.swap(0, Ordering::Relaxed);
        if dropped > 0 {
            tracing::warn!(
                dropped,
                "too many uses of tokens at once: some were not noted"
            );
        }
    }

    fn give_up(&self, uses: &[TokenUse], error: &RepositoryError) {
        let is_lost = |used: &&TokenUse| used.extension.is_none();
        let lost: Vec<_> = uses.iter().filter(is_lost).copied().collect();
        self.remove(&lost);
        let lost = u64::try_from(lost.len()).unwrap_or(u64::MAX);
        self.lost.add(lost);
        let dropped = lost + self.dropped.swap(0, Ordering::Relaxed);
        tracing::warn!(%error, dropped, "uses of tokens were not noted");
    }

    /// Forgets uses, unless they were extended meanwhile.
    fn remove(&self, uses: &[TokenUse]) {
        let mut waiting = lock(&self.waiting);
        for used in uses {
            if waiting.get(&used.token) == Some(used) {
                waiting.remove(&used.token);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use profiled_domain::{
        Extension, NewToken, NewUser, TokenDigest, UserId, UserRepository, WriteContext,
    };
    use profiled_store::Store;
    use profiled_store::testing::TestDatabase;

    use super::*;

    const OWNER: UserId = UserId(1);

    fn at(seconds: i64) -> DateTime<chrono::Utc> {
        DateTime::UNIX_EPOCH + Duration::seconds(seconds)
    }

    /// A repository with sliding tokens 1 to 3, which end at 1000.
    fn repository() -> (TestDatabase, Store) {
        let database = TestDatabase::sqlite().unwrap();
        let repository = database.store().unwrap();
        let owner = repository
            .create_user(&NewUser::default(), WriteContext::operator(at(0)))
            .unwrap();
        assert_eq!(owner.id, OWNER);
        for number in 1..=3 {
            let token = NewToken {
                owner: OWNER,
                epoch: None,
                digest: TokenDigest([number; 32]),
                prefix: String::new(),
                label: String::new(),
                created_at: at(0),
                expires_at: Some(at(1000)),
                is_sliding: true,
                binding: None,
            };
            repository.issue_token(&token).unwrap();
        }
        (database, repository)
    }

    fn used(token: i64, second: i64) -> TokenUse {
        TokenUse {
            token: TokenId(token),
            at: at(second),
            precision: Duration::minutes(1),
            extension: None,
        }
    }

    fn extended(token: i64, second: i64, until: i64) -> TokenUse {
        TokenUse {
            extension: Some(Extension {
                from: at(1000),
                to: at(until),
            }),
            ..used(token, second)
        }
    }

    /// Seconds of the last use and of the end of each token.
    fn noted(repository: &Store) -> Vec<(Option<i64>, i64)> {
        let tokens = repository.list_tokens(OWNER).unwrap().into_iter();
        tokens
            .map(|token| {
                let last = token.state.last_used_at.map(|at| at.timestamp());
                (last, token.state.expires_at.unwrap().timestamp())
            })
            .collect()
    }

    #[test]
    fn uses_wait_for_the_flush_one_for_each_token() {
        let (uses, (_database, repository)) = (TokenUses::default(), repository());

        for used in [used(2, 10), used(2, 11), used(1, 12), extended(1, 13, 1013)] {
            assert_eq!(uses.defer(used), Deferred::Done);
        }
        assert_eq!(lock(&uses.waiting).len(), 2);
        assert_eq!(noted(&repository)[1], (None, 1000));
        uses.flush(&repository);

        let expected = [(Some(12), 1013), (Some(10), 1000), (None, 1000)];
        assert_eq!(noted(&repository), expected);
        assert!(lock(&uses.waiting).is_empty());
    }

    #[test]
    fn uses_beyond_the_capacity_are_lost_and_extensions_are_not() {
        let (uses, (_database, repository)) = (TokenUses::with_capacity(1), repository());
        uses.defer(used(1, 10));

        assert_eq!(uses.defer(used(2, 10)), Deferred::Done);
        assert_eq!(uses.defer(extended(3, 10, 1010)), Deferred::Urgent);
        assert_eq!(uses.defer(extended(1, 10, 1010)), Deferred::Done);

        assert_eq!(uses.dropped.load(Ordering::Relaxed), 1);
        uses.flush(&repository);
        assert_eq!(noted(&repository)[..2], [(Some(10), 1010), (None, 1000)]);
        assert_eq!(uses.dropped.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_turn_notes_extensions_and_as_many_uses_as_fit() {
        let (uses, (_database, repository)) = (TokenUses::default(), repository());
        uses.defer(used(1, 10));
        uses.defer(extended(2, 10, 1010));
        uses.defer(used(3, 10));

        uses.write(&repository, 1);

        let noted: Vec<i64> = noted(&repository)
            .iter()
            .filter_map(|(at, _)| *at)
            .collect();
        assert_eq!(noted, [10, 10]);
        assert_eq!(lock(&uses.waiting).len(), 1);
        assert!(!lock(&uses.waiting).contains_key(&TokenId(2)));
        uses.take_turn(&repository);
        assert!(lock(&uses.waiting).is_empty());
    }

    #[test]
    fn a_token_that_ends_soon_is_extended_at_once() {
        let uses = TokenUses::default();

        assert_eq!(uses.defer(extended(1, 970, 1970)), Deferred::Done);
        assert_eq!(uses.defer(extended(1, 971, 1971)), Deferred::Urgent);
    }

    #[test]
    fn after_a_failure_extensions_are_kept_and_other_uses_dropped() {
        let uses = TokenUses::default();
        let ((_database, working), (database, broken)) = (repository(), repository());
        database.refuse_changes_of("tokens").unwrap();
        uses.defer(used(1, 10));
        uses.defer(extended(2, 10, 1010));

        uses.flush(&broken);
        uses.flush(&working);

        assert_eq!(noted(&working)[..2], [(None, 1000), (Some(10), 1010)]);
    }
}
