//! How an import has read the models of Django, kept with the users: an export writes them the same way.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use profiled_domain::{ProfileField, RepositoryError};
use profiled_store::ImportSession;
use serde::{Deserialize, Serialize};

use crate::dump::flags::Flag;
use crate::dump::mapping::Mapping;
use crate::dump::plan::Plan;
use crate::dump::survey::{BLACKLISTED_TOKEN, Model, Survey};

/// What an export has to know of the models. Names of models are as the dump wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DjangoMapping {
    pub(crate) users: ModelMapping,
    /// Models that hold attributes of users, one record for each user.
    pub(crate) profiles: Vec<ModelMapping>,
    pub(crate) groups: ModelMapping,
    /// A model that inherits from that of groups and holds their notes.
    pub(crate) group_notes: Option<ModelMapping>,
    /// Ours for theirs, by field: `gender` and `F` to `female`.
    pub(crate) values: Vec<(String, String, String)>,
    /// Users have no username, and log in by e-mail address.
    pub(crate) named_by_email: bool,
    /// Imports have stored users under other primary keys than ids.
    pub(crate) has_external_ids: bool,
    /// The dump had refresh tokens that simplejwt has blacklisted.
    pub(crate) blacklist: bool,
    /// The zone of instants, where the dump told none.
    pub(crate) timezone: Option<String>,
}

/// A model that the dump had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ModelMapping {
    /// `app.model`; empty if the dump had none.
    pub(crate) model: String,
    /// All fields that it had.
    pub(crate) fields: BTreeSet<String>,
    /// Those that were null in a record.
    pub(crate) nullable: BTreeSet<String>,
    /// Those that were a number in a record: they take no text.
    pub(crate) numbers: BTreeSet<String>,
    /// Primary keys are texts: UUIDs, for one.
    pub(crate) has_text_keys: bool,
    /// There are as many records as users.
    pub(crate) is_complete: bool,
    /// The attribute that each of these fields holds.
    pub(crate) attributes: BTreeMap<String, ProfileField>,
    /// The field that holds the instant of joining.
    pub(crate) joined: Option<String>,
    /// Of users: the flags that these fields hold under other names than ours.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) flags: BTreeMap<String, Flag>,
    /// Of a profile: the field that names its user; none if its primary key does.
    pub(crate) user_field: Option<String>,
    /// Of groups: the field that holds their notes.
    pub(crate) notes: Option<String>,
    /// Records of a dump without ids got some in order: those of Django may be others.
    pub(crate) gave_ids: bool,
}

impl DjangoMapping {
    /// What the imports so far have stored; the default before the first.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub(crate) fn remembered(session: &mut ImportSession<'_>) -> Result<Self, RepositoryError> {
        let stored = session.django_mapping()?;
        let mapping = stored.and_then(|text| serde_json::from_str(&text).ok());
        Ok(mapping.unwrap_or_default())
    }

    /// Whether a field of users or their profiles holds an attribute.
    pub(crate) fn holds(&self, attribute: ProfileField) -> bool {
        let mut models = self.profiles.iter().chain([&self.users]);
        models.any(|model| model.attributes.values().any(|held| *held == attribute))
    }

    pub(crate) fn of(plan: &Plan, survey: &Survey) -> Self {
        let users = survey.named(plan.models.user.as_deref());
        let groups = survey.named(plan.models.group.as_deref());
        let mapped = |mut model: ModelMapping, mapping: &Mapping| {
            model.attributes.clone_from(&mapping.attributes);
            model.joined.clone_from(&mapping.joined);
            let flags = mapping.other_flags();
            model.flags = flags.map(|(name, flag)| (name.clone(), flag)).collect();
            model
        };
        let profiles = plan.profiles.iter().map(|profile| ModelMapping {
            user_field: profile.link.stored_field(),
            ..mapped(
                ModelMapping::of(survey.get(&profile.link.model), users),
                &profile.mapping,
            )
        });
        let notes = plan.models.group_notes.as_ref();
        Self {
            users: mapped(ModelMapping::of(users, users), &plan.mapping),
            profiles: profiles.collect(),
            groups: ModelMapping {
                notes: plan.notes.clone(),
                ..ModelMapping::of(groups, groups)
            },
            group_notes: notes.map(|link| ModelMapping {
                notes: plan.child_notes.clone(),
                ..ModelMapping::of(survey.get(&link.model), groups)
            }),
            values: values(plan, survey),
            named_by_email: plan.is_named_by_email(),
            has_external_ids: false,
            blacklist: survey.get(BLACKLISTED_TOKEN).is_some(),
            timezone: plan.local_zone(survey).map(|zone| zone.name().to_owned()),
        }
    }
}

impl ModelMapping {
    /// What the field with a flag is called.
    pub(crate) fn flag_field(&self, flag: Flag) -> &str {
        let mut flags = self.flags.iter();
        let found = flags.find(|(_, held)| **held == flag);
        found.map_or(flag.as_str(), |(theirs, _)| theirs)
    }

    /// A model of which each record belongs to one of `owners`.
    fn of(model: Option<&Model>, owners: Option<&Model>) -> Self {
        let Some(model) = model else {
            return Self::default();
        };
        Self {
            model: model.name.clone(),
            fields: model.fields.keys().cloned().collect(),
            nullable: model.nullable.clone(),
            numbers: model.numbers.clone(),
            has_text_keys: model.keys.has_texts(),
            is_complete: owners.is_some_and(|owners| model.records >= owners.records),
            ..Self::default()
        }
    }
}

/// What the texts of genders were taken for, the most frequent first, and what the operator has said of values.
fn values(plan: &Plan, survey: &Survey) -> Vec<(String, String, String)> {
    let of_users = plan
        .models
        .user
        .as_deref()
        .map(|name| (name, &plan.mapping));
    let of_profiles = plan.profiles.iter();
    let of_profiles = of_profiles.map(|profile| (&*profile.link.model, &profile.mapping));
    let mut values = Vec::new();
    for (name, mapping) in of_users.into_iter().chain(of_profiles) {
        let genders = mapping.attributes.iter();
        let genders = genders.filter(|(_, ours)| **ours == ProfileField::Gender);
        for (field, _) in genders {
            let texts = survey.get(name).map(|model| model.choices(field));
            let seen = texts.into_iter().flatten().map(|text| {
                let ours = mapping.value(field, text);
                (field.clone(), text.to_owned(), ours)
            });
            values.extend(seen);
        }
        values.extend(mapping.values.iter().cloned());
    }
    let mut known = HashSet::new();
    values.retain(|value| known.insert(value.clone()));
    values
}
