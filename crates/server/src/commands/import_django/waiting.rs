//! Rows of an import that are not stored yet.

use std::collections::HashSet;

use profiled_domain::ProfileField;

use super::ids::Ids;
use crate::dump::{DumpedToken, DumpedUser, OrganizationMember, Reference};

/// A user that is stored with the next batch.
pub(super) struct Waiting {
    pub(super) dumped: DumpedUser,
    /// Its name in messages.
    pub(super) name: String,
    /// The models, by their numbers in the plan, that hold attributes of it.
    pub(super) profiles: Vec<usize>,
    /// Attributes that those hold and it has otherwise.
    pub(super) others: Vec<(usize, ProfileField)>,
}

/// Users who have a value of another one, who may come later and give it up.
#[derive(Default)]
pub(super) struct Exchange {
    pub(super) users: Vec<Waiting>,
    pub(super) ids: HashSet<i64>,
}

/// What users of the dumps are members of.
#[derive(Default)]
pub(super) struct Memberships {
    /// They are stored with the next batch.
    pub(super) batch: Vec<(i64, Reference)>,
    /// Their groups may come later.
    pub(super) waiting: Vec<(i64, Reference)>,
    /// All that are stored, pairs of user and group.
    pub(super) pairs: Vec<(i64, i64)>,
}

/// Tokens that are not stored yet.
#[derive(Default)]
pub(super) struct Tokens {
    /// They are stored with the next batch.
    pub(super) batch: Vec<DumpedToken>,
    /// Their users may come later.
    pub(super) waiting: Vec<DumpedToken>,
    /// Beginnings of the digests of all tokens of the dumps.
    pub(super) digests: HashSet<[u8; 8]>,
}

/// What the dumps say of organizations.
#[derive(Default)]
pub(super) struct Organizations {
    pub(super) ids: Ids,
    /// They wait until all users are there.
    pub(super) members: Vec<OrganizationMember>,
    /// Primary keys of the members who own an organization.
    pub(super) owners: HashSet<String>,
}
