//! Whom and what records of an import refer to.

use std::collections::HashMap;

use profiled_domain::RepositoryError;
use profiled_store::UserKey;

use super::ids::Found;
use super::state::Import;
use crate::dump::{Plan, Reference};

/// An id, or why there is none.
pub(super) type Resolved = Result<i64, String>;

impl Import<'_, '_> {
    /// The users that records refer to.
    pub(super) fn resolve_users(
        &mut self,
        references: &[&Reference],
    ) -> Result<Vec<Resolved>, RepositoryError> {
        let plan = self.plan;
        let mut found = Found::default();
        let wanted = references
            .iter()
            .copied()
            .filter(|reference| self.is_looked_up(reference));
        let wanted: Vec<_> = wanted
            .map(|reference| (handle(plan, reference), reference))
            .collect();
        for key in [UserKey::ExternalId, UserKey::Username, UserKey::Email] {
            let named = wanted.iter().filter(|((kind, _), _)| *kind == key);
            let named: HashMap<&str, &Reference> = named
                .map(|((_, text), reference)| (text.as_str(), *reference))
                .collect();
            let texts: Vec<&str> = named.keys().copied().collect();
            for (text, id) in self.session.user_ids(key, &texts)? {
                found
                    .ids
                    .extend(named.get(text.as_str()).map(|reference| (*reference, id)));
            }
        }
        let ids = wanted.iter().filter_map(|(_, reference)| match reference {
            Reference::Id(id) => Some(*id),
            _ => None,
        });
        found.others = self
            .session
            .ids_with_external_id(&ids.collect::<Vec<_>>())?;
        let resolved = references.iter().map(|reference| {
            let id = self.users.resolve(reference, plan.user_keys, &found);
            id.map_err(|reason| format!("user {reference} {reason}"))
        });
        Ok(resolved.collect())
    }

    /// An integer is an id, unless users are stored whose keys are others.
    fn is_looked_up(&self, reference: &Reference) -> bool {
        self.has_external_ids || !matches!(reference, Reference::Id(_))
    }

    /// The groups that records refer to.
    pub(super) fn resolve_groups(
        &mut self,
        references: &[&Reference],
    ) -> Result<Vec<Resolved>, RepositoryError> {
        let names = references.iter().filter_map(|reference| match reference {
            Reference::Name(name) => Some((name.as_str(), *reference)),
            _ => None,
        });
        let names: HashMap<&str, &Reference> = names.collect();
        let texts: Vec<&str> = names.keys().copied().collect();
        let mut found = Found::default();
        for (name, id) in self.session.group_ids(&texts)? {
            found
                .ids
                .extend(names.get(name.as_str()).map(|reference| (*reference, id)));
        }
        let keys = self.plan.group_keys;
        let resolved = references.iter().map(|reference| {
            let id = self.groups.resolve(reference, keys, &found);
            id.map_err(|reason| format!("group {reference} {reason}"))
        });
        Ok(resolved.collect())
    }
}

/// By what a user is looked up.
fn handle(plan: &Plan, reference: &Reference) -> (UserKey, String) {
    match reference {
        Reference::Id(id) => (UserKey::ExternalId, id.to_string()),
        Reference::External(text) => (UserKey::ExternalId, text.clone()),
        Reference::Name(name) if plan.is_address(name) => (UserKey::Email, name.clone()),
        Reference::Name(name) => (UserKey::Username, name.clone()),
    }
}
