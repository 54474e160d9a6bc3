//! An import under way.

use profiled_store::{Absent, ImportSession};

use super::ids::Ids;
use super::report::DjangoReport;
use super::waiting::{Exchange, Memberships, Organizations, Tokens, Waiting};
use crate::dump::{DjangoMapping, Plan, Profiles};

/// How imported tokens are called.
pub(super) const LABEL: &str = "imported";

/// Rows that are stored together.
pub(super) const BATCH: usize = 1000;

/// Records of all files. What refers to others waits until all of them are there.
pub(super) struct Import<'a, 'b> {
    pub(super) session: &'a mut ImportSession<'b>,
    pub(super) plan: &'a Plan,
    pub(super) profiles: Profiles,
    pub(super) mobile_number_max: usize,
    pub(super) report: DjangoReport,
    pub(super) users: Ids,
    pub(super) groups: Ids,
    /// Users of the dumps who are not stored as the dumps have them.
    pub(super) refused: Vec<i64>,
    /// Whether an import before this one has stored users with other keys than ids. Keys that were made here do not
    /// count: such a user has its id in Django as well.
    pub(super) has_external_ids: bool,
    /// Whether this one has.
    pub(super) stores_external_ids: bool,
    /// Whether one has given ids to users, and to groups, of a dump without any.
    pub(super) gave_ids: [bool; 2],
    /// Users that are stored with the next batch.
    pub(super) batch: Vec<Waiting>,
    pub(super) exchange: Exchange,
    pub(super) memberships: Memberships,
    pub(super) tokens: Tokens,
    pub(super) organizations: Organizations,
    pub(super) absent: Absent,
}

impl<'a, 'b> Import<'a, 'b> {
    pub(super) fn new(
        session: &'a mut ImportSession<'b>,
        before: &DjangoMapping,
        plan: &'a Plan,
        profiles: Profiles,
        mobile_number_max: usize,
        absent: Absent,
    ) -> Self {
        Self {
            has_external_ids: before.has_external_ids,
            stores_external_ids: false,
            gave_ids: [before.users.gave_ids, before.groups.gave_ids],
            session,
            plan,
            profiles,
            mobile_number_max,
            report: DjangoReport::default(),
            users: Ids::default(),
            groups: Ids::default(),
            refused: Vec::new(),
            batch: Vec::new(),
            exchange: Exchange::default(),
            memberships: Memberships::default(),
            tokens: Tokens::default(),
            organizations: Organizations::default(),
            absent,
        }
    }
}
