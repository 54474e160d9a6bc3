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
            values: plan.mapping.values.clone(),
            blacklist: survey.get(BLACKLISTED_TOKEN).is_some(),
            ..Self::default()
        }
    }
}
