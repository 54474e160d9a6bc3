//! All that is stored of one person.

use profiled_domain::{RepositoryError, UserId};
use serde_json::{Map, Value};

use super::TransferError;
use super::rows;
use super::tables::{Column, Table};
use crate::export::ExportSession;

/// Rows of tables, each row with its columns by name.
pub type PersonalRows = std::collections::BTreeMap<&'static str, Vec<Map<String, Value>>>;

/// The rows of a table that tell of a user, `{user}` in the condition being its id.
struct Personal {
    table: &'static str,
    condition: &'static str,
    /// Secrets, and what tells of others.
    hidden: &'static [&'static str],
}

const fn of(
    table: &'static str,
    condition: &'static str,
    hidden: &'static [&'static str],
) -> Personal {
    Personal {
        table,
        condition,
        hidden,
    }
}

/// Other tables tell of nobody: `throttle_hits` has keyed digests, `media_sweep` files that nobody has any more.
const PERSONAL: [Personal; 14] = [
    of("users", "id = {user}", &["password", "password_digest"]),
    of("deleted_users", "user_id = {user}", &[]),
    of(
        "groups",
        "id IN (SELECT group_id FROM user_groups WHERE user_id = {user})",
        &["notes", "users_count", "version"],
    ),
    of("user_groups", "user_id = {user}", &[]),
    of("tokens", "user_id = {user}", &["digest"]),
    of("refresh_families", "user_id = {user}", &[]),
    of(
        "refresh_tokens",
        "family IN (SELECT id FROM refresh_families WHERE user_id = {user})",
        &[],
    ),
    of("bindings", "user_id = {user}", &[]),
    of(
        "organizations",
        "created_by = {user} OR modified_by = {user} OR id IN ( \
         SELECT organization_id FROM organization_users WHERE user_id = {user} \
         UNION SELECT organization_id FROM organization_admins WHERE user_id = {user})",
        &[],
    ),
    of(
        "teams",
        "created_by = {user} OR modified_by = {user} OR id IN ( \
         SELECT team_id FROM team_users WHERE user_id = {user})",
        &[],
    ),
    of("organization_users", "user_id = {user}", &[]),
    of("organization_admins", "user_id = {user}", &[]),
    of("team_users", "user_id = {user}", &[]),
    of(
        "activity",
        "actor_id = {user} OR id IN (SELECT event_id FROM activity_users WHERE user_id = {user})",
        &[],
    ),
];

impl ExportSession<'_> {
    /// All rows that tell of a user, a deleted one, too, but for secrets; no rows of `users` if there is no such user.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn personal_rows(&mut self, user: UserId) -> Result<PersonalRows, RepositoryError> {
        let mut all = PersonalRows::new();
        for personal in &PERSONAL {
            let Some(table) = Table::named(personal.table) else {
                continue;
            };
            let shown = table.columns.iter().copied();
            let shown: Vec<Column> = shown
                .filter(|(name, _)| !personal.hidden.contains(name))
                .collect();
            let condition = personal.condition.replace("{user}", &user.0.to_string());
            let found = all.entry(table.name).or_default();
            let read = rows::each_row(self.connection, table, &shown, &condition, |row| {
                let names = shown.iter().map(|(name, _)| (*name).to_owned());
                found.push(names.zip(row).collect());
                Ok(())
            });
            read.map_err(TransferError::from).map_err(failed)?;
        }
        Ok(all)
    }
}

fn failed(error: TransferError) -> RepositoryError {
    match error {
        TransferError::Storage(error) => error,
        other => RepositoryError::Failed(Box::new(other)),
    }
}
