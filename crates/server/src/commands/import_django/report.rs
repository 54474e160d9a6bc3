//! What an import did, or would do.

use std::collections::BTreeMap;

use profiled_store::Outcome;
use serde::Serialize;

/// The report of an import.
#[derive(Debug, Default, Serialize)]
pub(super) struct DjangoReport {
    pub(super) dry_run: bool,
    pub(super) users: Tally,
    pub(super) groups: Tally,
    pub(super) memberships: Tally,
    pub(super) tokens: Tally,
    /// Records of other models.
    pub(super) ignored: BTreeMap<String, u64>,
    /// Rows that are not stored, each with its reason.
    pub(super) skipped: Vec<String>,
    /// Rows that are stored as they are, but break a rule.
    pub(super) warnings: Vec<String>,
    /// How many of the skipped rows could not be read.
    pub(super) unreadable: u64,
}

/// What became of the rows of a kind.
#[derive(Debug, Default, Serialize)]
pub(super) struct Tally {
    created: u64,
    updated: u64,
    unchanged: u64,
    skipped: u64,
}

/// A kind of rows.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Users,
    Groups,
    Memberships,
    Tokens,
}

impl DjangoReport {
    /// Counts an outcome; a refusal is listed under the name of its row. Whether the row is stored.
    pub(super) fn count(
        &mut self,
        kind: Kind,
        outcome: &Outcome,
        name: impl FnOnce() -> String,
    ) -> bool {
        let tally = self.tally(kind);
        match outcome {
            Outcome::Created => tally.created += 1,
            Outcome::Updated => tally.updated += 1,
            Outcome::Unchanged => tally.unchanged += 1,
            Outcome::Refused(refusal) => {
                let refusal = refusal.to_string();
                self.skip(kind, name, &refusal);
                return false;
            }
        }
        true
    }

    /// Counts and lists a row that is not stored.
    pub(super) fn skip(&mut self, kind: Kind, name: impl FnOnce() -> String, reason: &str) {
        self.tally(kind).skipped += 1;
        self.skipped.push(format!("{}: {reason}", name()));
    }

    /// Rows that were created, updated and skipped, of all kinds.
    pub(super) fn totals(&self) -> [u64; 3] {
        let all = [&self.users, &self.groups, &self.memberships, &self.tokens];
        let sum = |of: fn(&Tally) -> u64| all.iter().map(|tally| of(tally)).sum();
        [sum(|t| t.created), sum(|t| t.updated), sum(|t| t.skipped)]
    }

    fn tally(&mut self, kind: Kind) -> &mut Tally {
        match kind {
            Kind::Users => &mut self.users,
            Kind::Groups => &mut self.groups,
            Kind::Memberships => &mut self.memberships,
            Kind::Tokens => &mut self.tokens,
        }
    }

    /// The report for people.
    pub(super) fn lines(&self) -> String {
        let tallies = [
            ("users", &self.users),
            ("groups", &self.groups),
            ("memberships", &self.memberships),
            ("tokens", &self.tokens),
        ];
        let mut lines: Vec<String> = tallies.map(|(name, tally)| tally.line(name)).into();
        let ignored = self.ignored.iter();
        lines.extend(ignored.map(|(model, count)| format!("ignored: {count} of {model}")));
        lines.extend(self.skipped.iter().map(|row| format!("skipped: {row}")));
        lines.extend(self.warnings.iter().map(|row| format!("warning: {row}")));
        if self.dry_run {
            lines.push("nothing is changed: this was a dry run".to_owned());
        }
        lines.join("\n")
    }
}

impl Tally {
    fn line(&self, name: &str) -> String {
        let Self {
            created,
            updated,
            unchanged,
            skipped,
        } = self;
        format!(
            "{name}: {created} created, {updated} updated, {unchanged} unchanged, {skipped} skipped"
        )
    }
}
