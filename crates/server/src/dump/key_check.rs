//! Whether models that name no user or group may be known by their primary keys.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use profiled_domain::ProfileField;
use serde_json::Value;

use crate::dump::keys::{Keys, Reference};
use crate::dump::models::{Link, refers_to};
use crate::dump::plan::Plan;
use crate::dump::reader::Record;

/// What the dump has of primary keys of users and groups, as hashes.
#[derive(Default)]
pub(super) struct KeyCheck {
    hasher: RandomState,
    /// The model of users.
    user: String,
    users: HashSet<u64>,
    groups: HashSet<u64>,
    /// Fields of users that have values.
    user_fields: HashSet<String>,
    /// By model in question: its fields that may name its user. `None` before its first record.
    candidates: BTreeMap<String, Option<Candidates>>,
}

/// Fields that name another record each time.
type Candidates = BTreeMap<String, HashSet<u64>>;

impl KeyCheck {
    pub(super) fn new(plan: &Plan) -> Self {
        let links = plan.profiles.iter().map(|profile| &profile.link);
        let in_question = links.filter(|link| is_in_question(link));
        Self {
            candidates: in_question.map(|link| (link.model.clone(), None)).collect(),
            user: plan.models.user.clone().unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Takes a record into account.
    pub(super) fn add(&mut self, record: &Record, plan: &Plan) {
        let field = |name: &str| record.fields.get(name).and_then(Value::as_str);
        if plan.is_group(record) {
            let name = field("name").map(|name| Reference::Name(name.to_owned()));
            let key = plan.group_keys.reference(&record.pk).ok();
            let references = [key, name].into_iter().flatten();
            self.groups
                .extend(references.map(|group| self.hasher.hash_one(group)));
        } else if self.candidates.is_empty() {
        } else if plan.is_user(record) {
            let names = [ProfileField::Username, ProfileField::Email].into_iter();
            let names = names.filter_map(|name| field(plan.mapping.field_of(name)?));
            let names = names.map(|name| Reference::Name(name.to_owned()));
            let key = plan.user_keys.reference(&record.pk).ok();
            let references = key.into_iter().chain(names);
            self.users
                .extend(references.map(|user| self.hasher.hash_one(user)));
            for (name, _) in record.fields.iter().filter(|(_, value)| !value.is_null()) {
                if !self.user_fields.contains(name) {
                    self.user_fields.insert(name.clone());
                }
            }
        } else if let Some(candidates) = self.candidates.get_mut(&record.model.to_ascii_lowercase())
        {
            let hash = |value| {
                let user = plan.user_keys.likely(value)?;
                Some(self.hasher.hash_one(user))
            };
            let fields = record.fields.iter();
            let candidates = candidates.get_or_insert_with(|| {
                let fields = fields.filter(|(name, value)| {
                    hash(value).is_some() && !is_attribute(plan, &record.model, name)
                });
                fields
                    .map(|(name, _)| (name.clone(), HashSet::new()))
                    .collect()
            });
            candidates.retain(|name, seen| {
                let user = record.fields.get(name).and_then(hash);
                user.is_some_and(|user| seen.insert(user))
            });
        }
    }

    /// Why the primary keys of a model may not be those of users.
    pub(super) fn objection(
        &self,
        link: &Link,
        users: Keys,
        mut keys: impl Iterator<Item = Reference>,
    ) -> Option<String> {
        if !is_in_question(link) {
            return None;
        }
        if users.has_absent() {
            return Some(
                "names users by keys that they do not have (--natural-primary)".to_owned(),
            );
        }
        let model = &link.model;
        let help = format!(
            "--profile-model {model}.FIELD names the field with its user, --profile-model {model} its key"
        );
        let is_user = |user: &u64| self.users.contains(user);
        if let Some(other) = keys.find(|user| !is_user(&self.hasher.hash_one(user))) {
            return Some(format!(
                "names no user, and its key {other} is none of a user ({help})"
            ));
        }
        let is_referred_to = |name: &&String| refers_to(name, model, &self.user);
        if let Some(field) = self.user_fields.iter().find(is_referred_to) {
            return Some(format!("is referred to by the field {field} of users"));
        }
        let candidates = self.candidates.get(model).and_then(Option::as_ref);
        let mut candidates = candidates.into_iter().flatten();
        let (field, _) = candidates.find(|(_, users)| users.iter().all(is_user))?;
        Some(format!(
            "may name its user by its key or by {field} ({help})"
        ))
    }

    pub(super) fn is_group(&self, group: &Reference) -> bool {
        self.groups.contains(&self.hasher.hash_one(group))
    }
}

/// Whether a field of a profile holds an attribute: a gender that is a number is no user.
fn is_attribute(plan: &Plan, model: &str, field: &str) -> bool {
    let mut profiles = plan.profiles.iter();
    let profile = profiles.find(|profile| profile.link.model.eq_ignore_ascii_case(model));
    profile.is_some_and(|profile| profile.mapping.attributes.contains_key(field))
}

/// Only the name of the model says that it is one of profiles, and its primary key has to name the user.
fn is_in_question(link: &Link) -> bool {
    !link.is_named && link.field.is_none()
}
