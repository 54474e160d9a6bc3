//! What users and groups have in tables of their own, read before they are stored.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;

use indicatif::ProgressBar;
use profiled_domain::Person;
use profiled_store::ImportedUser;

use crate::dump::fields::Fields;
use crate::dump::key_check::KeyCheck;
use crate::dump::keys::{Key, Reference};
use crate::dump::lost::{lose_nulls, lose_value};
use crate::dump::models::Link;
use crate::dump::plan::{Plan, Profile};
use crate::dump::profile_table::{ProfileTable, ProfileValues};
use crate::dump::reader::{Dump, ReadError, Record};
use crate::dump::records::{Values, attributes};

/// Attributes of users, and notes of groups.
#[derive(Default)]
pub(crate) struct Profiles {
    tables: Vec<ProfileTable>,
    notes: HashMap<Reference, Notes>,
    /// What is said of them.
    pub(crate) findings: Findings,
}

/// What a record of groups adds.
struct Notes {
    text: String,
    is_used: bool,
}

/// What an import has to report of profiles.
#[derive(Default)]
pub(crate) struct Findings {
    /// Records that are not read, with the reason.
    pub(crate) skipped: Vec<String>,
    /// How many of them are broken.
    pub(crate) unreadable: u64,
    /// Values that stand for nothing, and how many.
    pub(crate) lost: BTreeMap<String, u64>,
    /// Models that are not read, with the reason.
    pub(crate) warnings: Vec<String>,
}

impl Findings {
    /// Drops what was found in a model that is not read.
    fn forget(&mut self, model: &str) {
        let start = format!("{model}.");
        self.lost.retain(|name, _| !name.starts_with(&start));
    }
}

impl Profiles {
    /// Reads the tables of all dumps. Models that turn out to be none of profiles leave the plan.
    ///
    /// # Errors
    /// What the dumps are refused for.
    pub(crate) fn load(
        dumps: &[Dump],
        plan: &mut Plan,
        progress: &ProgressBar,
    ) -> Result<Self, ReadError<Infallible>> {
        let mut profiles = Self {
            tables: plan
                .profiles
                .iter()
                .map(|_| ProfileTable::default())
                .collect(),
            ..Self::default()
        };
        if plan.profiles.is_empty() && plan.models.group_notes.is_none() {
            return Ok(profiles);
        }
        let mut key_check = KeyCheck::new(plan);
        for dump in dumps {
            dump.records(progress, |record| {
                key_check.add(&record, plan);
                profiles.add(record, plan);
                Ok(())
            })?;
        }
        profiles.judge(plan, &key_check);
        Ok(profiles)
    }

    fn add(&mut self, record: Record, plan: &Plan) {
        let model = record.model.to_ascii_lowercase();
        let mut found = plan.profiles.iter().zip(&mut self.tables);
        if let Some((profile, table)) = found.find(|(profile, _)| profile.link.model == model) {
            let name = record.name();
            if let Err(Skip { reason, is_broken }) =
                add_profile(record, plan, profile, table, &mut self.findings)
            {
                self.findings.skipped.push(format!("{name}: {reason}"));
                self.findings.unreadable += u64::from(is_broken);
            }
            return;
        }
        let notes = plan.models.group_notes.as_ref();
        if let Some(link) = notes.filter(|link| link.model == model) {
            let name = record.name();
            if let Err(reason) = self.add_notes(record, plan, link) {
                self.findings.skipped.push(format!("{name}: {reason}"));
            }
        }
    }

    fn add_notes(&mut self, record: Record, plan: &Plan, link: &Link) -> Result<(), String> {
        let group = plan.group_keys.reference(link.owner(&record))?;
        let mut fields = Fields::new(record.fields, plan.zone);
        let names = plan.child_notes.as_deref();
        let text = names.map(|name| fields.text(name)).transpose()?.flatten();
        lose_nulls(&mut self.findings.lost, &link.model, &fields.with_nulls);
        if let Some(text) = text {
            let is_used = false;
            self.notes.insert(group, Notes { text, is_used });
        }
        Ok(())
    }

    /// Leaves out what cannot be of users or groups.
    fn judge(&mut self, plan: &mut Plan, key_check: &KeyCheck) {
        let profiles = std::mem::take(&mut plan.profiles);
        let tables = std::mem::take(&mut self.tables);
        for (profile, mut table) in profiles.into_iter().zip(tables) {
            let model = &profile.link.model;
            let twice = table.complete();
            let twice = twice.map(|user| format!("names user {user} twice"));
            let objection =
                twice.or_else(|| key_check.objection(&profile.link, plan.user_keys, table.users()));
            if let Some(objection) = objection {
                self.findings.forget(model);
                self.findings
                    .warnings
                    .push(format!("{model} is no profile: it {objection}"));
                continue;
            }
            plan.profiles.push(profile);
            self.tables.push(table);
        }
        let child = plan.models.group_notes.take();
        plan.models.group_notes = child.filter(|link| {
            // A field with the parent is that of an child.
            let is_certain = link.is_named || link.field.is_some();
            let is_child = is_certain || self.notes.keys().all(|group| key_check.is_group(group));
            if !is_child {
                let text = format!(
                    "{} is no model of groups: not all of its keys are theirs",
                    link.model
                );
                self.findings.warnings.push(text);
                self.notes.clear();
            }
            is_child
        });
    }

    /// What the profiles of a user say, each with the number of its model in the plan.
    pub(crate) fn of_user(
        &mut self,
        plan: &Plan,
        key: &Key,
        user: &ImportedUser,
    ) -> Vec<(usize, ProfileValues)> {
        if self.tables.is_empty() {
            return Vec::new();
        }
        let references: Vec<Reference> = references(plan, key, &user.person).collect();
        let mut found = Vec::new();
        for (number, table) in self.tables.iter_mut().enumerate() {
            let values = references.iter().filter_map(|user| table.take(user));
            found.extend(values.map(|values| (number, values)));
        }
        found
    }

    /// The notes that a group has elsewhere.
    pub(crate) fn of_group(&mut self, key: &Key, name: &str) -> Option<String> {
        let references = [key.reference(), Some(Reference::Name(name.to_owned()))];
        let mut found = None;
        for group in references.into_iter().flatten() {
            if let Some(notes) = self.notes.get_mut(&group) {
                notes.is_used = true;
                found.get_or_insert_with(|| notes.text.clone());
            }
        }
        found
    }

    /// Profiles and notes of users and groups that were not asked for: their models, and whose they are.
    pub(crate) fn unused(&self, plan: &Plan) -> Vec<(String, &'static str, Reference)> {
        let mut unused = Vec::new();
        for (profile, table) in plan.profiles.iter().zip(&self.tables) {
            let model = &profile.link.model;
            unused.extend(table.unused().map(|user| (model.clone(), "user", user)));
        }
        if let Some(link) = &plan.models.group_notes {
            let groups = self.notes.iter().filter(|(_, notes)| !notes.is_used);
            unused.extend(groups.map(|(group, _)| (link.model.clone(), "group", group.clone())));
        }
        unused.sort_by_key(|(model, _, owner)| format!("{model} {owner:>20}"));
        unused
    }
}

/// How records may name a user.
pub(super) fn references(
    plan: &Plan,
    key: &Key,
    person: &Person,
) -> impl Iterator<Item = Reference> {
    let names = plan
        .names(person)
        .map(|name| Reference::Name(name.to_owned()));
    key.reference().into_iter().chain(names)
}

/// Why a profile is not read.
struct Skip {
    reason: String,
    is_broken: bool,
}

fn add_profile(
    record: Record,
    plan: &Plan,
    profile: &Profile,
    table: &mut ProfileTable,
    findings: &mut Findings,
) -> Result<(), Skip> {
    let skip = |is_broken| move |reason| Skip { reason, is_broken };
    let user = plan
        .user_keys
        .reference(profile.link.owner(&record))
        .map_err(skip(false))?;
    let mut fields = Fields::new(record.fields, plan.zone);
    let joined = profile
        .mapping
        .joined
        .as_deref()
        .map(|name| fields.instant(name));
    let joined = joined.transpose().map_err(skip(true))?.flatten();
    let Values { change, lost } = attributes(&mut fields, &profile.mapping).map_err(skip(true))?;
    let mut person = Person::default();
    change.apply_to(&mut person);
    let model = &profile.link.model;
    lose_nulls(&mut findings.lost, model, &fields.with_nulls);
    for (field, value) in lost {
        lose_value(&mut findings.lost, model, &field, &value);
    }
    table.add(&user, &record.pk, &person, joined);
    Ok(())
}
