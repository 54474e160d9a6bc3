//! Whom and what records of an import refer to.

use std::collections::HashMap;

use profiled_domain::RepositoryError;
use profiled_store::UserKey;

use super::Import;
use crate::dump::Reference;

/// An id, or why there is none.
pub(super) type Resolved = Result<i64, String>;

impl Import<'_, '_> {
    /// The users that records refer to.
    pub(super) fn resolve_users(
        &mut self,
        references: &[&Reference],
    ) -> Result<Vec<Resolved>, RepositoryError> {
        let plan = self.plan;
        let mut found = HashMap::new();
        for key in [UserKey::ExternalId, UserKey::Username, UserKey::Email] {
            let named = references.iter().filter_map(|reference| match reference {
                Reference::External(text) => {
                    (key == UserKey::ExternalId).then_some((text.as_str(), *reference))
                }
                Reference::Name(name) => {
                    let names = if plan.is_address(name) {
                        UserKey::Email
                    } else {
                        UserKey::Username
                    };
                    (key == names).then_some((name.as_str(), *reference))
                }
                Reference::Id(_) => None,
            });
            let named: HashMap<&str, &Reference> = named.collect();
            let texts: Vec<&str> = named.keys().copied().collect();
            for (text, id) in self.session.user_ids(key, &texts)? {
                found.extend(named.get(text.as_str()).map(|reference| (*reference, id)));
            }
        }
        let resolved = references.iter().map(|reference| {
            let id = self.users.resolve(reference, plan.user_keys, &found);
            id.map_err(|reason| format!("user {reference} {reason}"))
        });
        Ok(resolved.collect())
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
        let mut found = HashMap::new();
        for (name, id) in self.session.group_ids(&texts)? {
            found.extend(names.get(name.as_str()).map(|reference| (*reference, id)));
        }
        let keys = self.plan.group_keys;
        let resolved = references.iter().map(|reference| {
            let id = self.groups.resolve(reference, keys, &found);
            id.map_err(|reason| format!("group {reference} {reason}"))
        });
        Ok(resolved.collect())
    }
}
