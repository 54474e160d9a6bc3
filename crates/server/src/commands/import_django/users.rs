//! Users of an import.

use std::collections::BTreeSet;

use profiled_domain::{
    EmailAddress, InvalidText, MobileNumber, Patch, ProfileChange, RepositoryError, UniqueKey,
    Username,
};
use profiled_store::{ImportOutcome, ImportedUser, Refusal, Taken, UserOutcome};

use super::report::Kind;
use super::state::{BATCH, Import};
use super::waiting::{Exchange, Waiting};
use crate::dump::{DumpedUser, Key, Reference};

/// Users who may wait for others.
const EXCHANGE: usize = 10 * BATCH;

impl Import<'_, '_> {
    pub(super) fn user(&mut self, dumped: DumpedUser, name: String) -> Result<(), RepositoryError> {
        let mut user = Waiting {
            dumped,
            name,
            profiles: Vec::new(),
            others: Vec::new(),
        };
        self.complete(&mut user);
        self.batch.push(user);
        if self.batch.len() < BATCH {
            return Ok(());
        }
        self.store_users()
    }

    pub(super) fn store_users(&mut self) -> Result<(), RepositoryError> {
        let batch = std::mem::take(&mut self.batch);
        let batch = self.identified(batch)?;
        let may_wait = self.exchange.users.len() < EXCHANGE;
        let (users, exchange) = (&self.users, &self.exchange.ids);
        let is_to_come = |id| may_wait && (!users.has(id) || exchange.contains(&id));
        let stored = self.session.users_so_far(&imported(&batch), is_to_come)?;
        for (waiting, stored) in batch.into_iter().zip(stored) {
            if let Some(stored) = stored {
                self.count_user(waiting, stored);
            } else {
                self.exchange.ids.insert(waiting.dumped.user.id);
                self.exchange.users.push(waiting);
            }
        }
        self.store_many_memberships()
    }

    /// Stores users who have had to wait for others, now that those are there or gone.
    pub(super) fn store_waiting_users(&mut self) -> Result<(), RepositoryError> {
        let Exchange { users, .. } = std::mem::take(&mut self.exchange);
        let stored = self.session.users(&imported(&users))?;
        for (waiting, stored) in users.into_iter().zip(stored) {
            self.count_user(waiting, stored);
        }
        Ok(())
    }

    /// A dump without users says nothing of those that are stored. Those that a mirror removes set their names free.
    pub(super) fn count_other_users(&mut self) -> Result<(), RepositoryError> {
        if !self.users.seen.is_empty() {
            let count = self.session.other_users(&self.users.seen, self.absent)?;
            self.report.absent.insert("users", count);
        }
        Ok(())
    }

    /// Whether a user of the dumps is stored, and not waiting for another one.
    pub(super) fn is_stored(&self, id: i64) -> bool {
        self.users.has(id) && !self.exchange.ids.contains(&id)
    }

    fn count_user(&mut self, waiting: Waiting, stored: UserOutcome) {
        let Waiting { dumped, name, .. } = &waiting;
        if let ImportOutcome::Refused(Refusal::Taken(taken)) = &stored.outcome {
            self.refuse_user(dumped, *taken);
        }
        let is_stored = self
            .report
            .count(Kind::Users, &stored.outcome, || name.clone());
        if !is_stored {
            self.refused.push(dumped.user.id);
            return;
        }
        for Taken { key, holder } in stored.taken {
            let text = format!("{name}: shares its {key} with user {holder}, who is found by it");
            self.report.warnings.push(text);
        }
        for Taken { key, holder } in stored.taken_over {
            let text = format!("{name}: is found by its {key}, which user {holder} shares");
            self.report.warnings.push(text);
        }
        let model = self.plan.models.user.as_deref().unwrap_or_default();
        self.report.lose_nulls(model, &dumped.with_nulls);
        for (field, value) in &dumped.lost {
            self.report.lose_value(field, value);
        }
        self.report.count_password(dumped.algorithm, name);
        self.warn(&dumped.user, name);
        self.count_profiles(&waiting);
        let DumpedUser { user, groups, .. } = waiting.dumped;
        self.memberships(user.id, groups);
    }

    /// Users with their ids and all their attributes. Those that are there already are left out.
    fn identified(&mut self, mut batch: Vec<Waiting>) -> Result<Vec<Waiting>, RepositoryError> {
        let ids = self.identify(&mut batch)?;
        let mut users = Vec::with_capacity(batch.len());
        for (mut waiting, id) in batch.into_iter().zip(ids) {
            let (user, key) = (&mut waiting.dumped.user, &waiting.dumped.key);
            let Some(id) = id else {
                let reason = "it has neither a primary key nor a name";
                self.report.skip(Kind::Users, || waiting.name, reason);
                continue;
            };
            // The same record of another dump, where it has a key.
            if *key == Key::Absent && self.users.has_with_key(id) {
                continue;
            }
            if self.users.take(id, key) {
                user.id = id;
                if let Key::External(key) = key {
                    user.external_id = Some(key.clone());
                    self.stores_external_ids = true;
                }
                users.push(waiting);
            } else {
                self.report
                    .skip(Kind::Users, || waiting.name, "its id is in the dump twice");
            }
        }
        Ok(users)
    }

    /// Adds what other tables say of a user: it counts where the user's own says nothing.
    fn complete(&mut self, waiting: &mut Waiting) {
        let DumpedUser { key, user, .. } = &mut waiting.dumped;
        for (number, values) in self.profiles.of_user(self.plan, key, user) {
            let mut change = ProfileChange::default();
            for (field, text) in values.attributes {
                let own = user.person.get(field).filter(|own| !own.is_empty());
                match own {
                    // The attribute has taken the text before.
                    None => drop(change.set(field, Patch::Set(text))),
                    Some(own) if *own != text && !text.is_empty() => {
                        waiting.others.push((number, field));
                    }
                    Some(_) => {}
                }
            }
            change.apply_to(&mut user.person);
            user.date_joined = user.date_joined.or(values.joined);
            waiting.profiles.push(number);
        }
    }

    fn count_profiles(&mut self, waiting: &Waiting) {
        let model = |number: usize| self.plan.profiles.get(number).map(|of| &of.link.model);
        let profiles: BTreeSet<_> = waiting.profiles.iter().collect();
        for model in profiles.into_iter().filter_map(|number| model(*number)) {
            *self.report.profiles.entry(model.clone()).or_default() += 1;
        }
        for (number, field) in &waiting.others {
            if let Some(model) = model(*number) {
                self.report.lose_other(model, *field);
            }
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

fn imported(batch: &[Waiting]) -> Vec<ImportedUser> {
    let users = batch.iter().map(|waiting| waiting.dumped.user.clone());
    users.collect()
}
