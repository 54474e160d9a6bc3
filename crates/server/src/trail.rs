//! What commands write to the audit trail.

use profiled_auth::audit::{Action, Actor, AuditOutcome, Object, Reason, Record};
use profiled_domain::UserId;

use crate::error::{Failure, Kind};

/// The line of a command, which fills itself as the command goes on.
pub(crate) struct Line {
    record: Record,
    outcome: Option<AuditOutcome>,
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
    pub(crate) fn imported(&mut self, [created, updated, skipped]: [u64; 3], removed: u64) {
        let record = self.record.clone().count("created", created);
        let record = record.count("updated", updated).count("skipped", skipped);
        self.record = if removed > 0 {
            record.count("removed", removed)
        } else {
            record
        };
        self.set_outcome(AuditOutcome::of_change(&(created + updated + removed > 0)));
    }

    /// How many rows were exported.
    pub(crate) fn exported(&mut self, users: u64, groups: u64) {
        let record = self.record.clone().count("users", users);
        self.record = record.count("groups", groups);
    }

    /// How many of what it was about.
    pub(crate) fn count(&mut self, what: &'static str, number: u64) {
        self.record = self.record.clone().count(what, number);
    }

    /// What came of it, whatever happens to the command afterwards.
    pub(crate) fn set_outcome(&mut self, outcome: impl Into<AuditOutcome>) {
        self.outcome = Some(outcome.into());
    }

    /// It is done.
    pub(crate) fn done(&mut self, object: impl Into<Object>) {
        self.on(object);
        self.set_outcome(AuditOutcome::Done);
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

fn outcome<T>(result: &Result<T, Failure>) -> Option<AuditOutcome> {
    let Err(failure) = result else {
        return Some(AuditOutcome::Done);
    };
    match (failure.reason(), failure.kind()) {
        (_, Kind::Usage) => None,
        (Some(reason), _) => Some(AuditOutcome::Refused(reason)),
        (None, Kind::Refused) => Some(AuditOutcome::Refused(Reason::Conflict)),
        (None, Kind::Failed | Kind::Unreachable | Kind::Settings) => Some(AuditOutcome::Failed),
    }
}
