//! How an import has read the models of Django, kept with the users: an export writes them the same way.

use std::collections::{BTreeMap, BTreeSet};

use profiled_domain::ProfileField;
use serde::{Deserialize, Serialize};

use crate::dump::survey::BLACKLISTED_TOKEN;
use crate::dump::{Plan, Survey};

/// What an export has to know of the models. Names of models are as the dump wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DjangoMapping {
    pub(crate) users: ModelMapping,
    /// Models that hold attributes of users, one record for each user.
    pub(crate) profiles: Vec<ModelMapping>,
    pub(crate) groups: ModelMapping,
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
    /// Those that were null in a record.
    pub(crate) nullable: BTreeSet<String>,
    /// Primary keys are texts: UUIDs, for one.
    pub(crate) has_text_keys: bool,
    /// There are as many records as users.
    pub(crate) is_complete: bool,
    /// The attribute that each of these fields holds.
    pub(crate) attributes: BTreeMap<String, ProfileField>,
    /// The field that holds the instant of joining.
    pub(crate) joined: Option<String>,
    /// Of a profile: the field that names its user; none if its primary key does.
    pub(crate) user_field: Option<String>,
}

impl DjangoMapping {
    pub(crate) fn of(plan: &Plan, survey: &Survey) -> Self {
        let model = |name: &Option<String>| {
            let model = name.as_deref().and_then(|name| survey.get(name));
            ModelMapping {
                model: name.clone().unwrap_or_default(),
                fields: model.map_or_else(BTreeSet::new, |model| {
                    model.fields.keys().cloned().collect()
                }),
                nullable: model.map_or_else(BTreeSet::new, |model| model.nullable.clone()),
                ..ModelMapping::default()
            }
        };
        Self {
            users: ModelMapping {
                attributes: plan.mapping.attributes.clone(),
                joined: plan.mapping.joined.clone(),
                ..model(&plan.models.user)
            },
            groups: model(&plan.models.group),
            values: values(plan, survey),
            blacklist: survey.get(BLACKLISTED_TOKEN).is_some(),
            ..Self::default()
        }
    }
}

/// What the operator has said of values, and what the texts of genders were taken for: the most frequent first.
fn values(plan: &Plan, survey: &Survey) -> Vec<(String, String, String)> {
    let user = plan
        .models
        .user
        .as_deref()
        .and_then(|name| survey.get(name));
    let genders = plan.mapping.attributes.iter();
    let genders = genders.filter(|(_, ours)| **ours == ProfileField::Gender);
    let seen = user.into_iter().flat_map(|model| {
        genders.clone().flat_map(|(field, _)| {
            let texts = model.choices(field).into_iter();
            texts.map(|text| {
                let ours = plan.mapping.value(field, text);
                (field.clone(), text.to_owned(), ours)
            })
        })
    });
    seen.chain(plan.mapping.values.iter().cloned()).collect()
}
