//! What is known of a replica from looking at it again and again.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::database::wal::{Identity, Position};

/// Positions that are remembered: while a replica does not move, later ones say nothing new.
const REMEMBERED: usize = 1024;

/// Why a server is no replica to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It cannot be reached.
    Away,
    /// It has another database.
    Stranger,
    /// It is no standby, or not any more.
    Primary,
    /// It follows, or may follow, another history of the same database.
    Timeline,
    /// Nobody has compared the two yet.
    Unknown,
}

impl Fault {
    fn text(self) -> &'static str {
        match self {
            Self::Away => "it cannot be reached",
            Self::Stranger => "database.read_url leads to another database than database.url",
            Self::Primary => "it is no standby",
            Self::Timeline => "it has made no checkpoint since the database was promoted",
            Self::Unknown => "the database does not tell how far it is",
        }
    }
}

/// What was seen.
#[derive(Debug)]
pub(crate) struct Watch {
    bound: Duration,
    /// That of the database itself.
    pub(crate) identity: Option<Identity>,
    /// Since when a look is under way.
    looking: Option<Instant>,
    /// How far the database was at moments, as far as the replica had not come when it was seen last.
    unreached: VecDeque<(Instant, i64)>,
    fault: Option<Fault>,
    told: Told,
}

/// What the log has.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    Problem(Option<&'static str>),
}

impl Watch {
    pub(crate) fn new(bound: Duration) -> Self {
        Self {
            bound,
            identity: None,
            looking: None,
            unreached: VecDeque::new(),
            fault: Some(Fault::Unknown),
            told: Told::Nothing,
        }
    }

    /// Begins a look, unless the one before is not over.
    pub(crate) fn begin(&mut self, now: Instant) -> bool {
        let is_over = self.looking.is_none();
        if is_over {
            self.looking = Some(now);
        }
        is_over
    }

    /// Ends a look, which has found how far the database was when it began, and then how far the replica is; or nothing.
    pub(crate) fn end(&mut self, seen: Option<Result<(Position, i64), Fault>>, now: Instant) {
        let began = self.looking.take().unwrap_or(now);
        match seen {
            None => {}
            Some(Err(fault)) => {
                self.fault = Some(fault);
                self.unreached.clear();
            }
            Some(Ok((written, replayed))) => {
                self.fault = None;
                if self.unreached.len() < REMEMBERED {
                    self.unreached.push_back((began, written.at));
                }
                while matches!(self.unreached.front(), Some((_, at)) if *at <= replayed) {
                    self.unreached.pop_front();
                }
            }
        }
    }

    /// For how long the replica has lacked something that was written, or has said nothing.
    pub(crate) fn lag(&self, now: Instant) -> Duration {
        let unreached = self.unreached.front().map(|(since, _)| *since);
        let since = [unreached, self.looking].into_iter().flatten().min();
        since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
    }

    /// Why the replica is not to be asked. One that was left alone has to come nearer than one that is in use may fall behind.
    pub(crate) fn problem(&self, is_used: bool, now: Instant) -> Option<&'static str> {
        if let Some(fault) = self.fault {
            return Some(fault.text());
        }
        let bound = if is_used { self.bound } else { self.bound / 2 };
        let is_silent = |since: Instant| now.saturating_duration_since(since) > bound;
        if self.looking.is_some_and(is_silent) {
            Some("it does not answer")
        } else if self.lag(now) > bound {
            Some("it is behind")
        } else {
            None
        }
    }

    /// Whether that is not what was told last.
    pub(crate) fn is_news(&mut self, problem: Option<&'static str>) -> bool {
        let told = Told::Problem(problem);
        let is_news = self.told != told;
        self.told = told;
        is_news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn seen(written: i64, replayed: i64) -> (Position, i64) {
        let position = Position {
            timeline: 1,
            at: written,
        };
        (position, replayed)
    }

    /// Looks that begin and end at seconds after a moment.
    fn look(watch: &mut Watch, now: Instant, written: i64, replayed: i64) {
        assert!(watch.begin(now));
        watch.end(Some(Ok(seen(written, replayed))), now);
    }

    #[test]
    fn lag_is_the_age_of_the_first_write_that_is_missing() {
        let (mut watch, now) = (Watch::new(2 * SECOND), Instant::now());

        look(&mut watch, now, 10, 10);
        assert_eq!(watch.lag(now + 9 * SECOND), Duration::ZERO);
        look(&mut watch, now + SECOND, 20, 10);
        look(&mut watch, now + 2 * SECOND, 30, 10);
        assert_eq!(watch.lag(now + 2 * SECOND), SECOND);
        look(&mut watch, now + 3 * SECOND, 30, 25);

        assert_eq!(watch.lag(now + 3 * SECOND), SECOND);
    }

    #[test]
    fn a_replica_is_left_alone_beyond_the_bound_and_taken_back_at_half_of_it() {
        let (mut watch, now) = (Watch::new(2 * SECOND), Instant::now());
        look(&mut watch, now, 10, 0);

        assert_eq!(watch.problem(true, now + 2 * SECOND), None);
        assert_eq!(watch.problem(true, now + 3 * SECOND), Some("it is behind"));
        assert_eq!(watch.problem(false, now + 2 * SECOND), Some("it is behind"));
        assert_eq!(watch.problem(false, now + SECOND), None);
    }

    #[test]
    fn a_look_that_does_not_end_is_the_only_one_and_tells_of_silence() {
        let (mut watch, now) = (Watch::new(2 * SECOND), Instant::now());
        look(&mut watch, now, 10, 10);

        assert!(watch.begin(now));
        assert!(!watch.begin(now + SECOND));

        assert_eq!(
            watch.problem(true, now + 3 * SECOND),
            Some("it does not answer")
        );
        watch.end(Some(Ok(seen(10, 10))), now + 3 * SECOND);
        assert_eq!(watch.problem(true, now + 3 * SECOND), None);
    }

    #[test]
    fn news_are_told_once() {
        let mut watch = Watch::new(SECOND);

        let told = [None, None, Some("gone"), Some("gone"), None];

        assert_eq!(
            told.map(|problem| watch.is_news(problem)),
            [true, false, true, false, true]
        );
    }
}
