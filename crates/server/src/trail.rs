//! What commands write to the audit trail.

use profiled_auth::audit::{Action, Actor, Object, Outcome, Reason, Record};
use profiled_domain::UserId;

use crate::error::{Failure, Kind};

/// The line of a command, which fills itself as the command goes on.
pub(crate) struct Line {
    record: Record,
    outcome: Option<Outcome>,
}

impl Line {
    /// What is changed.
    pub(crate) fn on(&mut self, object: impl Into<Object>) {
        self.record = self.record.clone().on(object);
    }

    /// The user concerned, where it is not what is changed.
    pub(crate) fn for_user(&mut self, user: UserId) {
        self.record = self.record.clone().for_user(user);
    }

    /// Names of the fields that are changed.
    pub(crate) fn fields(&mut self, names: impl IntoIterator<Item = &'static str>) {
        self.record = self.record.clone().fields(names);
    }

    /// How many rows of an import came to what. It is done, unless it has changed nothing.
    pub(crate) fn imported(&mut self, created: u64, updated: u64, skipped: u64) {
        let record = self.record.clone().count("created", created);
        self.record = record.count("updated", updated).count("skipped", skipped);
        self.came_of(Outcome::of_change(&(created + updated > 0)));
    }

    /// What came of it, whatever happens to the command afterwards.
    pub(crate) fn came_of(&mut self, outcome: impl Into<Outcome>) {
        self.outcome = Some(outcome.into());
    }

    /// It is done.
    pub(crate) fn done(&mut self, object: impl Into<Object>) {
        self.on(object);
        self.came_of(Outcome::Done);
    }
}

/// Runs a command that changes something, and leaves a line of it. A wrong command line changes
/// nothing and leaves none.
pub(crate) fn audited<T>(
    action: Action,
    work: impl FnOnce(&mut Line) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let record = Record::new(action, Actor::Operator);
    let mut line = Line {
        record,
        outcome: None,
    };
    let result = work(&mut line);
    if let Some(outcome) = line.outcome.or_else(|| outcome(&result)) {
        line.record.write(outcome);
    }
    result
}

fn outcome<T>(result: &Result<T, Failure>) -> Option<Outcome> {
    let Err(failure) = result else {
        return Some(Outcome::Done);
    };
    match (failure.reason(), failure.kind()) {
        (_, Kind::Usage) => None,
        (Some(reason), _) => Some(Outcome::Refused(reason)),
        (None, Kind::Refused) => Some(Outcome::Refused(Reason::Conflict)),
        (None, Kind::Failed | Kind::Unreachable | Kind::Settings) => Some(Outcome::Failed),
    }
}
