//! Refresh tokens: blacklisted, rotated, reused, forgotten; also by several at once.

use std::sync::Barrier;
use std::thread;

use chrono::{DateTime, Duration, Utc};
use profiled_domain::RotationOutcome::{Blacklisted, Reused, Rotated};
use profiled_domain::{
    RefreshToken, RefreshTokenState, Repository, RepositoryError, Rotation, RotationOutcome, UserId,
};

use crate::testing::samples::people::{at, operator, person};

const RACERS: usize = 8;

fn refresh_token(jti: &str) -> RefreshToken {
    RefreshToken {
        jti: jti.to_owned(),
        expires_at: at(1000),
    }
}

/// Somebody whose tokens are rotated.
struct Ada<'a> {
    repository: &'a dyn Repository,
    id: UserId,
    blacklists: bool,
    grace: Duration,
}

impl<'a> Ada<'a> {
    fn new(repository: &'a dyn Repository, blacklists: bool) -> Self {
        let id = repository
            .create_user(&person("ada"), operator(1))
            .unwrap()
            .id;
        Self {
            repository,
            id,
            blacklists,
            grace: Duration::seconds(10),
        }
    }

    fn rotation(&self, old: &str, new: &str) -> Rotation {
        Rotation {
            old: refresh_token(old),
            new: refresh_token(new),
            user: Some(self.id),
            grace: self.grace,
            blacklists: self.blacklists,
        }
    }

    fn rotate(&self, old: &str, new: &str, now: DateTime<Utc>) -> RotationOutcome {
        let rotation = self.rotation(old, new);
        let outcome = self.repository.rotate_refresh_token(&rotation, now);
        outcome.unwrap()
    }

    fn state(&self, jti: &str) -> Option<RefreshTokenState> {
        self.repository.find_refresh_token(jti).unwrap()
    }

    fn is_blacklisted(&self, jti: &str) -> bool {
        self.state(jti).is_some_and(|state| state.is_blacklisted)
    }

    /// Exchanges one token from several threads at once.
    fn race(&self, old: &str, now: DateTime<Utc>) -> Vec<RotationOutcome> {
        self.race_at(old, &|_| now)
    }

    /// The same, each at a time of its own: clocks of servers differ, and a request may wait.
    fn race_at(
        &self,
        old: &str,
        time: &(dyn Fn(usize) -> DateTime<Utc> + Sync),
    ) -> Vec<RotationOutcome> {
        let start = Barrier::new(RACERS);
        thread::scope(|scope| {
            let racer = |number: usize| {
                let (start, new) = (&start, format!("{old}{number}"));
                scope.spawn(move || {
                    start.wait();
                    self.rotate(old, &new, time(number))
                })
            };
            let racers: Vec<_> = (0..RACERS).map(racer).collect();
            let outcomes = racers.into_iter().map(|racer| racer.join().unwrap());
            outcomes.collect()
        })
    }
}

fn count(outcomes: &[RotationOutcome], wanted: RotationOutcome) -> usize {
    outcomes
        .iter()
        .filter(|outcome| **outcome == wanted)
        .count()
}

pub(super) fn unknown_token_has_no_state_and_no_family(repository: &dyn Repository) {
    assert_eq!(repository.find_refresh_token("a").unwrap(), None);
    assert!(!repository.revoke_family("a", at(1)).unwrap());
}

pub(super) fn a_token_is_blacklisted_once(repository: &dyn Repository) {
    let token = refresh_token("a");

    let outcomes = [at(1), at(2)].map(|now| repository.blacklist_refresh_token(&token, now));

    assert_eq!(outcomes.map(Result::unwrap), [true, false]);
    let state = repository.find_refresh_token("a").unwrap().unwrap();
    assert!(state.is_blacklisted && state.rotated_at.is_none());
    assert_eq!(repository.find_refresh_token("b").unwrap(), None);
}

pub(super) fn a_rotated_token_is_refused_at_once_where_it_is_blacklisted(
    repository: &dyn Repository,
) {
    let ada = Ada::new(repository, true);

    let outcomes = [
        ada.rotate("a", "b", at(1)),
        ada.rotate("a", "c", at(1)),
        ada.rotate("b", "d", at(2)),
    ];

    assert_eq!(outcomes, [Rotated, Blacklisted, Rotated]);
    assert_eq!(ada.state("a").unwrap().rotated_at, Some(at(1)));
    assert!(ada.is_blacklisted("a") && ada.is_blacklisted("b"));
    assert!(!ada.is_blacklisted("d"));
    assert_eq!(ada.state("c"), None);
}

pub(super) fn a_rotated_token_works_within_a_grace_that_does_not_slide(
    repository: &dyn Repository,
) {
    let ada = Ada::new(repository, false);

    let outcomes = [
        ada.rotate("a", "b", at(100)),
        ada.rotate("a", "c", at(108)),
        ada.rotate("a", "d", at(110)),
        ada.rotate("a", "e", at(111)),
    ];

    assert_eq!(outcomes, [Rotated, Rotated, Rotated, Reused]);
    assert_eq!(ada.state("a").unwrap().rotated_at, Some(at(100)));
}

pub(super) fn reuse_after_the_grace_ends_the_whole_family(repository: &dyn Repository) {
    let mut ada = Ada::new(repository, false);
    for (blacklists, name) in [(false, "x"), (true, "y")] {
        ada.blacklists = blacklists;
        let [a, b, c, other] = ["a", "b", "c", "other"].map(|end| format!("{name}{end}"));
        ada.rotate(&a, &b, at(100));
        ada.rotate(&b, &c, at(105));
        ada.rotate(&other, &format!("{other}2"), at(105));

        let reuse = ada.rotate(&a, "stolen", at(111));
        let present = ada.rotate(&c, "next", at(111));

        assert_eq!((reuse, present), (Reused, Blacklisted));
        assert!(ada.is_blacklisted(&c));
        assert!(!ada.is_blacklisted(&format!("{other}2")));
        assert_eq!((ada.state("stolen"), ada.state("next")), (None, None));
    }
}

pub(super) fn a_family_is_revoked_by_any_of_its_tokens(repository: &dyn Repository) {
    let ada = Ada::new(repository, false);
    ada.rotate("a", "b", at(1));

    let revoked = [at(2), at(3)].map(|now| repository.revoke_family("b", now));

    assert_eq!(revoked.map(Result::unwrap), [true, false]);
    assert!(ada.is_blacklisted("a") && ada.is_blacklisted("b"));
}

pub(super) fn a_blacklisted_token_is_not_rotated(repository: &dyn Repository) {
    let ada = Ada::new(repository, false);
    let log_out = |jti| repository.blacklist_refresh_token(&refresh_token(jti), at(1));
    log_out("a").unwrap();
    ada.rotate("b", "c", at(1));
    log_out("c").unwrap();

    let outcomes = [ada.rotate("a", "x", at(2)), ada.rotate("c", "y", at(2))];

    assert_eq!(outcomes, [Blacklisted, Blacklisted]);
    assert_eq!((ada.state("x"), ada.state("y")), (None, None));
}

pub(super) fn a_rotation_needs_its_user_if_there_is_one(repository: &dyn Repository) {
    let ada = Ada::new(repository, true);
    let nobody = Rotation {
        user: Some(UserId(99)),
        ..ada.rotation("a", "b")
    };
    let nameless = Rotation {
        user: None,
        ..ada.rotation("c", "d")
    };

    let refused = repository.rotate_refresh_token(&nobody, at(1)).unwrap_err();
    let rotated = repository.rotate_refresh_token(&nameless, at(1));

    assert!(
        matches!(refused, RepositoryError::Missing("user")),
        "{refused:?}"
    );
    assert_eq!(rotated.unwrap(), Rotated);
    assert_eq!(ada.state("a"), None);
}

pub(super) fn expired_tokens_are_pruned_in_batches(repository: &dyn Repository) {
    let ada = Ada::new(repository, true);
    for number in 0..3 {
        ada.rotate(&format!("a{number}"), &format!("b{number}"), at(1));
    }
    let prune = |now, limit| repository.prune_refresh_tokens(now, limit).unwrap();

    let too_soon = prune(at(999), 100);
    let some = prune(at(1000), 1);
    let rest = prune(at(1000), 100);

    assert_eq!(too_soon, 0);
    assert!((1..=2).contains(&some), "{some}");
    assert!(rest > 0);
    assert_eq!(prune(at(1000), 100), 0);
    for number in 0..3 {
        assert_eq!(ada.state(&format!("a{number}")), None);
        assert_eq!(ada.state(&format!("b{number}")), None);
    }
}

pub(super) fn of_parallel_exchanges_one_wins_where_rotated_tokens_are_blacklisted(
    repository: &dyn Repository,
) {
    let ada = Ada::new(repository, true);

    let outcomes = ada.race("a", at(1));

    assert_eq!(count(&outcomes, Rotated), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, Blacklisted), RACERS - 1, "{outcomes:?}");
    let winner = outcomes.iter().position(|outcome| *outcome == Rotated);
    assert!(!ada.is_blacklisted(&format!("a{}", winner.unwrap())));
}

pub(super) fn parallel_exchanges_within_the_grace_yield_one_family(repository: &dyn Repository) {
    let ada = Ada::new(repository, false);

    let outcomes = ada.race("a", at(1));
    repository.revoke_family("a0", at(2)).unwrap();

    assert_eq!(count(&outcomes, Rotated), RACERS, "{outcomes:?}");
    assert!((0..RACERS).all(|number| ada.is_blacklisted(&format!("a{number}"))));
}

/// Every token that was handed out belongs to the family, however late its transaction ended.
pub(super) fn exchanges_that_race_with_a_reuse_leave_no_live_token(repository: &dyn Repository) {
    let ada = Ada::new(repository, false);
    ada.rotate("a", "b", at(100));
    let start = Barrier::new(2);

    let (reuse, exchanges) = thread::scope(|scope| {
        let reuse = scope.spawn(|| {
            start.wait();
            ada.rotate("a", "stolen", at(200))
        });
        start.wait();
        let exchanges = ada.race("b", at(200));
        (reuse.join().unwrap(), exchanges)
    });

    assert_eq!(reuse, Reused);
    assert_eq!(count(&exchanges, Reused), 0, "{exchanges:?}");
    let handed_out = (0..RACERS).map(|number| format!("b{number}"));
    for jti in handed_out.filter(|jti| ada.state(jti).is_some()) {
        assert!(ada.is_blacklisted(&jti), "{jti}: {exchanges:?}");
    }
}

/// Whoever comes second, comes too late: also where its clock says that it was there first.
pub(super) fn of_parallel_exchanges_one_wins_where_there_is_no_grace(repository: &dyn Repository) {
    let mut ada = Ada::new(repository, false);
    ada.grace = Duration::zero();
    for (blacklists, name) in [(false, "x"), (true, "y")] {
        ada.blacklists = blacklists;
        let seconds = |number: usize| i64::try_from(number).unwrap();
        for (round, time) in [
            (
                0,
                &(|_| at(100)) as &(dyn Fn(usize) -> DateTime<Utc> + Sync),
            ),
            (1, &|number| at(100 + seconds(number))),
            (2, &|number| at(100 - seconds(number))),
        ] {
            let old = format!("{name}{round}");
            let outcomes = ada.race_at(&old, time);

            assert_eq!(count(&outcomes, Rotated), 1, "{outcomes:?}");
            assert_eq!(count(&outcomes, Reused), RACERS - 1, "{outcomes:?}");
            let issued = (0..RACERS).map(|number| format!("{old}{number}"));
            let issued: Vec<_> = issued.filter(|jti| ada.state(jti).is_some()).collect();
            assert_eq!(issued.len(), 1, "{issued:?}");
            assert!(ada.is_blacklisted(&issued[0]), "reuse ends the family");
        }
    }
}
