//! Users of an import.

use profiled_domain::{
    EmailAddress, InvalidText, MobileNumber, Patch, ProfileChange, RepositoryError, UniqueKey,
    Username,
};
use profiled_store::{ImportOutcome, ImportedUser, Refusal, Taken};

use super::report::Kind;
use super::{BATCH, Import};
use crate::dump::{DumpedUser, Key, Reference};

/// A user, and its name in messages.
pub(super) type Waiting = (DumpedUser, String);

impl Import<'_, '_> {
    pub(super) fn user(
        &mut self,
        mut dumped: DumpedUser,
        name: String,
    ) -> Result<(), RepositoryError> {
        self.complete(&mut dumped);
        self.batch.push((dumped, name));
        if self.batch.len() < BATCH {
            return Ok(());
        }
        self.store_users()
    }

    pub(super) fn store_users(&mut self) -> Result<(), RepositoryError> {
        let batch = std::mem::take(&mut self.batch);
        let batch = self.identified(batch)?;
        let users: Vec<_> = batch
            .iter()
            .map(|(dumped, _)| dumped.user.clone())
            .collect();
        for ((dumped, name), stored) in batch.into_iter().zip(self.session.users(&users)?) {
            if let ImportOutcome::Refused(Refusal::Taken(taken)) = &stored.outcome {
                self.refuse_user(&dumped, *taken);
            }
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

    /// Users with their ids and all their attributes. Those that are there already are left out.
    fn identified(&mut self, mut batch: Vec<Waiting>) -> Result<Vec<Waiting>, RepositoryError> {
        let ids = self.identify(&mut batch)?;
        let mut users = Vec::with_capacity(batch.len());
        for ((mut dumped, name), id) in batch.into_iter().zip(ids) {
            let Some(id) = id else {
                let reason = "it has neither a primary key nor a name";
                self.report.skip(Kind::Users, || name, reason);
                continue;
            };
            // The same record of another dump, where it has a key.
            if dumped.key == Key::Absent && self.users.has_with_key(id) {
                continue;
            }
            if self.users.take(id, &dumped.key) {
                dumped.user.id = id;
                users.push((dumped, name));
            } else {
                self.report
                    .skip(Kind::Users, || name, "its id is in the dump twice");
            }
        }
        Ok(users)
    }

    /// Adds what other tables say of a user: it counts where the user's own says nothing.
    fn complete(&mut self, dumped: &mut DumpedUser) {
        let plan = self.plan;
        for (number, values) in self.profiles.of_user(plan, &dumped.key, &dumped.user) {
            let Some(profile) = plan.profiles.get(number) else {
                continue;
            };
            let model = &profile.link.model;
            *self.report.profiles.entry(model.clone()).or_default() += 1;
            let mut change = ProfileChange::default();
            for (field, text) in values.attributes {
                match dumped.user.person.get(field) {
                    Some(own) if *own == text => {}
                    Some(own) if !own.is_empty() => {
                        if !text.is_empty() {
                            self.report.lose_other(model, field);
                        }
                    }
                    // The text is one that the attribute has taken before.
                    _ => drop(change.set(field, Patch::Set(text))),
                }
            }
            change.apply_to(&mut dumped.user.person);
            dumped.user.date_joined = dumped.user.date_joined.or(values.joined);
        }
    }

    /// Keeps what belongs to a user that is not stored from the one who has its name.
    fn refuse_user(&mut self, dumped: &DumpedUser, taken: Taken) {
        let username = dumped.user.person.username.clone();
        // Of two users of the dumps, the name is that of the first.
        let is_other = !self.users.has(taken.holder) && taken.key == UniqueKey::Username;
        let name = username.filter(|_| is_other).map(Reference::Name);
        self.users
            .refuse(dumped.key.reference().into_iter().chain(name));
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
