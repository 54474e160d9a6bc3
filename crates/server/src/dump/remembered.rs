//! How an import has read the models of Django, kept with the users: an export writes them the same way.

use std::collections::{BTreeMap, BTreeSet};

use profiled_domain::{ProfileField, RepositoryError};
use profiled_store::Store;
use serde::{Deserialize, Serialize};

use crate::dump::mapping::Mapping;
use crate::dump::plan::Plan;
use crate::dump::survey::{BLACKLISTED_TOKEN, Survey};

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
    /// The dump had refresh tokens that simplejwt has blacklisted.
    pub(crate) blacklist: bool,
}

/// A model that the dump had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ModelMapping {
    /// `app.model`; empty if the dump had none.
    pub(crate) model: String,
    /// All fields that it had.
    pub(crate) fields: BTreeSet<String>,
    /// The attribute that each of these fields holds.
    pub(crate) attributes: BTreeMap<String, ProfileField>,
    /// The field that holds the instant of joining.
    pub(crate) joined: Option<String>,
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
    pub(crate) fn remembered(store: &Store) -> Result<Self, RepositoryError> {
        let stored = store.django_mapping()?;
        let mapping = stored.and_then(|text| serde_json::from_str(&text).ok());
        Ok(mapping.unwrap_or_default())
    }

    pub(crate) fn of(plan: &Plan, survey: &Survey) -> Self {
        let model = |name: Option<&str>| {
            let model = survey.named(name);
            ModelMapping {
                model: model.map(|model| model.name.clone()).unwrap_or_default(),
                fields: model.map_or_else(BTreeSet::new, |model| {
                    model.fields.keys().cloned().collect()
                }),
                ..ModelMapping::default()
            }
        };
        let mapped = |name: Option<&str>, mapping: &Mapping| ModelMapping {
            attributes: mapping.attributes.clone(),
            joined: mapping.joined.clone(),
            ..model(name)
        };
        let profiles = plan.profiles.iter().map(|profile| ModelMapping {
            user_field: profile.link.stored_field(),
            ..mapped(Some(&profile.link.model), &profile.mapping)
        });
        let notes = plan.models.group_notes.as_ref();
        let mut values = plan.mapping.values.clone();
        for value in plan
            .profiles
            .iter()
            .flat_map(|profile| &profile.mapping.values)
        {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        Self {
            users: mapped(plan.models.user.as_deref(), &plan.mapping),
            profiles: profiles.collect(),
            groups: ModelMapping {
                notes: plan.notes.clone(),
                ..model(plan.models.group.as_deref())
            },
            group_notes: notes.map(|link| ModelMapping {
                notes: plan.heir_notes.clone(),
                ..model(Some(&link.model))
            }),
            values,
            named_by_email: plan.is_named_by_email(),
            blacklist: survey.get(BLACKLISTED_TOKEN).is_some(),
        }
    }
}
