//! Finds the ids of users, or gives new ones.

use std::collections::HashMap;

use profiled_domain::RepositoryError;
use profiled_store::{IdTable, UserKey};

use super::state::Import;
use super::waiting::Waiting;
use crate::dump::{DumpedUser, Key, Reference};

/// What tells a user from others.
enum Identity {
    Id(i64),
    Text(UserKey, String),
}

impl Import<'_, '_> {
    /// The ids of users, in their order; `None` for one that nothing identifies.
    pub(super) fn identify(
        &mut self,
        batch: &mut [Waiting],
    ) -> Result<Vec<Option<i64>>, RepositoryError> {
        let moved = self.set_aside(batch)?;
        let identities: Vec<_> = batch.iter().map(|of| identity(&of.dumped)).collect();
        let mut found = self.stored_under(&identities)?;
        let mut ids = Vec::with_capacity(batch.len());
        for identity in identities {
            ids.push(match identity {
                Some(Identity::Id(id)) => Some(id),
                Some(Identity::Text(key, text)) => Some(self.id_of(key, text, &mut found)?),
                None => None,
            });
        }
        for (number, key) in moved {
            let id = ids.get(number).copied().flatten();
            if let (Some(id), Some(Waiting { name, .. })) = (id, batch.get(number)) {
                self.users.reassign(Reference::Id(key), id);
                let text = format!("{name}: user {key} is another one here: its id is {id}");
                self.report.warnings.push(text);
            }
        }
        Ok(ids)
    }

    /// The id that is stored or was given for a text; else the next one, which it has from now on.
    fn id_of(
        &mut self,
        key: UserKey,
        text: String,
        found: &mut HashMap<(UserKey, String), i64>,
    ) -> Result<i64, RepositoryError> {
        let given = &mut self.report.ids.users;
        let identity = (key, text);
        if let Some(id) = found.get(&identity) {
            match key {
                UserKey::ExternalId => given.by_key += 1,
                UserKey::Username | UserKey::Email => given.by_name += 1,
            }
            return Ok(*id);
        }
        given.new += 1;
        let session = &mut *self.session;
        let stored = || session.greatest_id(IdTable::Users);
        let id = self.users.next(self.plan.user_keys, stored)?;
        found.insert(identity, id);
        Ok(id)
    }

    fn stored_under(
        &mut self,
        identities: &[Option<Identity>],
    ) -> Result<HashMap<(UserKey, String), i64>, RepositoryError> {
        let mut found = HashMap::new();
        for key in [UserKey::ExternalId, UserKey::Username, UserKey::Email] {
            let texts = identities.iter().filter_map(|identity| match identity {
                Some(Identity::Text(kind, text)) if *kind == key => Some(text.as_str()),
                _ => None,
            });
            let stored = self.session.user_ids(key, &texts.collect::<Vec<_>>())?;
            found.extend(stored.into_iter().map(|(text, id)| ((key, text), id)));
        }
        Ok(found)
    }

    /// Users whose integers are ids of other users here are known otherwise: their places, and those integers.
    fn set_aside(&mut self, batch: &mut [Waiting]) -> Result<Vec<(usize, i64)>, RepositoryError> {
        let mut moved = Vec::new();
        let [gave_ids, _] = self.gave_ids;
        if gave_ids {
            self.prefer_names(batch, &mut moved)?;
        }
        if self.has_external_ids {
            self.prefer_external_ids(batch, &mut moved)?;
        }
        Ok(moved)
    }

    /// Ids that were given in order to users without any are those of their names.
    fn prefer_names(
        &mut self,
        batch: &mut [Waiting],
        moved: &mut Vec<(usize, i64)>,
    ) -> Result<(), RepositoryError> {
        let names: Vec<_> = batch.iter().map(|of| name_of(&of.dumped)).collect();
        let found = self.stored_under(&names)?;
        let stored = self.session.stored_ids(IdTable::Users, &integers(batch))?;
        for (number, (user, name)) in batch.iter_mut().zip(names).enumerate() {
            let Key::Id(id) = user.dumped.key else {
                continue;
            };
            let same_name = name.and_then(|name| match name {
                Identity::Text(key, text) => found.get(&(key, text)).copied(),
                Identity::Id(_) => None,
            });
            user.dumped.key = match same_name {
                Some(other) if other != id => Key::Absent,
                None if stored.contains(&id) => Key::External(id.to_string()),
                _ => continue,
            };
            moved.push((number, id));
        }
        Ok(())
    }

    /// Ids that were given to users with other keys, as one with 0, are not those of users with integers.
    fn prefer_external_ids(
        &mut self,
        batch: &mut [Waiting],
        moved: &mut Vec<(usize, i64)>,
    ) -> Result<(), RepositoryError> {
        let ids = integers(batch);
        let texts: Vec<String> = ids.iter().map(i64::to_string).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let known = self.session.user_ids(UserKey::ExternalId, &texts)?;
        let held = self.session.ids_with_external_id(&ids)?;
        for (number, user) in batch.iter_mut().enumerate() {
            let Key::Id(id) = user.dumped.key else {
                continue;
            };
            let text = id.to_string();
            if held.contains(&id) || known.contains_key(&text) {
                user.dumped.key = Key::External(text);
                moved.push((number, id));
            }
        }
        Ok(())
    }
}

fn integers(batch: &[Waiting]) -> Vec<i64> {
    let ids = batch.iter().filter_map(|user| match user.dumped.key {
        Key::Id(id) => Some(id),
        _ => None,
    });
    ids.collect()
}

fn identity(user: &DumpedUser) -> Option<Identity> {
    match &user.key {
        Key::Id(id) => Some(Identity::Id(*id)),
        Key::External(key) => Some(Identity::Text(UserKey::ExternalId, key.clone())),
        Key::Absent => name_of(user),
    }
}

/// A user without a key is known by its username, or by its e-mail address if it has none.
fn name_of(user: &DumpedUser) -> Option<Identity> {
    let person = &user.user.person;
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let username = given(&person.username).map(|name| (UserKey::Username, name));
    let name = username.or_else(|| Some((UserKey::Email, given(&person.email)?)));
    name.map(|(key, text)| Identity::Text(key, text))
}
