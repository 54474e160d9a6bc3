//! Whose password is hashed next, and who has no place in the queue (ADR 0040).
//!
//! What waits is kept together by attempt: the requests of one client that send the same pair count as one where a client
//! has a limit, for mostly it is hashed once.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use profiled_auth::Claimant;
use profiled_domain::ThrottleKey;

/// Every so many turns whoever has waited longest is next, so that nobody waits for ever while new ones come.
const ELDEST: u64 = 8;
/// Every so many turns familiar accounts come before strangers, who are guessers mostly when many wait.
const FAMILIAR: u64 = 2;
/// Turns that are remembered, of which each has been somebody's.
const TURNS: u64 = 1024;

/// How many may wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    pub(super) all: usize,
    pub(super) of_network: usize,
    pub(super) of_address: usize,
}

/// Where there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Address,
    Network,
    All,
}

/// Whose turn it was.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Party {
    Network(IpAddr),
    Address(IpAddr),
    Account(ThrottleKey),
}

struct Attempt<T> {
    claimant: Claimant,
    /// Counts arrivals.
    arrived: u64,
    /// The last turn of the network when this came, which stands for that of an address that had none: whoever takes a
    /// new address each time does not come first each time.
    since: u64,
    pieces: VecDeque<T>,
}

/// What waits.
pub(super) struct FairQueue<T> {
    places: Places,
    attempts: Vec<Attempt<T>>,
    arrivals: u64,
    turns: u64,
    /// The last turn of each.
    last: HashMap<Party, u64>,
}

impl<T> FairQueue<T> {
    pub(super) fn new(places: Places) -> Self {
        Self {
            places,
            attempts: Vec::new(),
            arrivals: 0,
            turns: 0,
            last: HashMap::new(),
        }
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.attempts.iter().map(|one| one.pieces.len()).sum()
    }

    /// Takes a piece in. Where there is no place, those lose theirs who have the most: returned are their pieces, and where
    /// there was none.
    ///
    /// # Errors
    /// There is no place, and nobody has more of them than the newcomer would have.
    pub(super) fn push(
        &mut self,
        claimant: Claimant,
        piece: T,
    ) -> Result<Option<(Scope, Vec<T>)>, Scope> {
        let lost = match self.full_scope(&claimant) {
            None => None,
            Some(scope) => Some((scope, self.displace(scope, &claimant).ok_or(scope)?)),
        };
        let mut others = self.attempts.iter_mut();
        if let Some(same) = others.find(|one| one.claimant.attempt() == claimant.attempt()) {
            same.pieces.push_back(piece);
            return Ok(lost);
        }
        self.arrivals += 1;
        let since = self.last_turn(Party::Network(claimant.network()));
        self.attempts.push(Attempt {
            claimant,
            arrived: self.arrivals,
            since,
            pieces: VecDeque::from([piece]),
        });
        Ok(lost)
    }

    /// The next piece: of the address whose last turn is longest ago, there of a familiar account before others, and of
    /// such an account. Every other turn is that of a familiar account, whatever its address.
    pub(super) fn next(&mut self) -> Option<T> {
        self.turns += 1;
        let is_eldest = self.turns.is_multiple_of(ELDEST);
        let candidates = self.attempts.iter().enumerate();
        let (place, _) = candidates.min_by_key(|(_, one)| {
            let order = (!is_eldest).then(|| self.order(one));
            (order, one.arrived)
        })?;
        let attempt = self.attempts.get_mut(place)?;
        let piece = attempt.pieces.pop_front();
        let parties = parties(&attempt.claimant);
        if attempt.pieces.is_empty() {
            self.attempts.remove(place);
        }
        self.note(parties);
        piece
    }

    fn order(&self, one: &Attempt<T>) -> (bool, u64, bool, u64) {
        let claimant = &one.claimant;
        let comes_later = self.turns.is_multiple_of(FAMILIAR) && !claimant.is_familiar();
        let address = match self.last_turn(Party::Address(claimant.address())) {
            0 => one.since,
            turn => turn,
        };
        let account = self.last_turn(Party::Account(claimant.account()));
        (comes_later, address, !claimant.is_familiar(), account)
    }

    /// 0 for none.
    fn last_turn(&self, party: Party) -> u64 {
        self.last.get(&party).copied().unwrap_or_default()
    }

    fn note(&mut self, parties: [Party; 3]) {
        for party in parties {
            self.last.insert(party, self.turns);
        }
        if self.turns.is_multiple_of(TURNS) {
            let forgotten = self.turns - TURNS;
            self.last.retain(|_, turn| *turn > forgotten);
        }
    }

    /// The narrowest scope of a newcomer that is full.
    fn full_scope(&self, claimant: &Claimant) -> Option<Scope> {
        let is_new = |one: &Attempt<T>| one.claimant.attempt() == claimant.attempt();
        let is_new = !self.attempts.iter().any(is_new);
        let count = |scope| {
            let others = self.attempts.iter();
            others
                .filter(|one| scope_has(scope, claimant, &one.claimant))
                .count()
        };
        if is_new && count(Scope::Address) >= self.places.of_address {
            Some(Scope::Address)
        } else if is_new && count(Scope::Network) >= self.places.of_network {
            Some(Scope::Network)
        } else {
            (self.len() >= self.places.all).then_some(Scope::All)
        }
    }

    /// Removes the attempt that weighs most, if that is not the newcomer's.
    fn displace(&mut self, scope: Scope, newcomer: &Claimant) -> Option<Vec<T>> {
        let weights = Weights::of(&self.attempts, newcomer);
        let candidates = self.attempts.iter().enumerate();
        let candidates = candidates.filter(|(_, one)| scope_has(scope, newcomer, &one.claimant));
        let heaviest =
            candidates.map(|(place, one)| (weights.get(&one.claimant), one.arrived, place));
        let (weight, _, place) = heaviest.max()?;
        if weights.get(newcomer) >= weight {
            return None;
        }
        Some(self.attempts.remove(place).pieces.into())
    }
}

/// How many pieces each party has, a newcomer counted.
struct Weights(HashMap<Party, usize>);

impl Weights {
    fn of<T>(attempts: &[Attempt<T>], newcomer: &Claimant) -> Self {
        let waiting = attempts.iter();
        let waiting = waiting.map(|one| (&one.claimant, one.pieces.len()));
        let mut counts = HashMap::new();
        for (claimant, pieces) in waiting.chain([(newcomer, 1)]) {
            for party in parties(claimant) {
                *counts.entry(party).or_default() += pieces;
            }
        }
        Self(counts)
    }

    /// Strangers weigh more than familiar accounts; then the pieces of the network count, of the address, and of the
    /// account.
    fn get(&self, claimant: &Claimant) -> (bool, [usize; 3]) {
        let count = |party| self.0.get(&party).copied().unwrap_or_default();
        (!claimant.is_familiar(), parties(claimant).map(count))
    }
}

fn parties(claimant: &Claimant) -> [Party; 3] {
    [
        Party::Network(claimant.network()),
        Party::Address(claimant.address()),
        Party::Account(claimant.account()),
    ]
}

fn scope_has(scope: Scope, one: &Claimant, other: &Claimant) -> bool {
    match scope {
        Scope::Address => one.address() == other.address(),
        Scope::Network => one.network() == other.network(),
        Scope::All => true,
    }
}

#[cfg(test)]
mod tests;
