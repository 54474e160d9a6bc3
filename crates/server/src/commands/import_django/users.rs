//! Users of an import.

use profiled_domain::{EmailAddress, InvalidText, MobileNumber, RepositoryError, Username};
use profiled_store::{ImportedUser, Taken};

use super::report::Kind;
use super::{BATCH, Import};
use crate::dump::DumpedUser;

impl Import<'_, '_> {
    pub(super) fn user(&mut self, dumped: DumpedUser, name: String) -> Result<(), RepositoryError> {
        let id = dumped.user.id;
        if !self.users.insert(id) {
            self.report
                .skip(Kind::Users, || name, "its id is in the dump twice");
            return Ok(());
        }
        self.batch.push((dumped, name));
        if self.batch.len() < BATCH {
            return Ok(());
        }
        self.store_users()
    }

    pub(super) fn store_users(&mut self) -> Result<(), RepositoryError> {
        let batch = std::mem::take(&mut self.batch);
        let users: Vec<_> = batch
            .iter()
            .map(|(dumped, _)| dumped.user.clone())
            .collect();
        for ((dumped, name), stored) in batch.into_iter().zip(self.session.users(&users)?) {
            if !self
                .report
                .count(Kind::Users, &stored.outcome, || name.clone())
            {
                continue;
            }
            for Taken { key, holder } in stored.taken {
                let text =
                    format!("{name}: shares its {key} with user {holder}, who is found by it");
                self.report.warnings.push(text);
            }
            for (field, value) in &dumped.lost {
                self.report.lose_value(field, value);
            }
            self.report.count_password(dumped.algorithm, &name);
            self.warn(&dumped.user, &name);
            let memberships = dumped.groups.into_iter();
            self.memberships
                .extend(memberships.map(|group| (dumped.user.id, group)));
        }
        Ok(())
    }

    /// Tells what breaks a rule of today; it is stored as it is.
    fn warn(&mut self, user: &ImportedUser, name: &str) {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let rules: [(&str, Option<Result<(), InvalidText>>); 3] = [
            (
                "username",
                given(&user.person.username).map(|text| Username::parse(&text).map(drop)),
            ),
            (
                "email",
                given(&user.person.email).map(|text| EmailAddress::parse(&text).map(drop)),
            ),
            (
                "mobile_number",
                given(&user.person.mobile_number)
                    .map(|text| MobileNumber::parse(&text, self.mobile_number_max).map(drop)),
            ),
        ];
        for (field, parsed) in rules {
            if let Some(Err(error)) = parsed {
                self.report
                    .warnings
                    .push(format!("{name}: {field} {error}"));
            }
        }
    }
}
