//! Settings of the section `throttle`.

use profiled_domain::{InvalidRate, Rate};
use serde::{Deserialize, Serialize};

/// Section `throttle`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct ThrottleSettings {
    pub anon: RateSetting,
    pub user: RateSetting,
    pub login: RateSetting,
    pub login_address: RateSetting,
    pub store: CounterStore,
}

/// A rate, or none where the text is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct RateSetting(pub Option<Rate>);

impl TryFrom<String> for RateSetting {
    type Error = InvalidRate;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let given = Some(text.trim()).filter(|text| !text.is_empty());
        Ok(Self(given.map(str::parse).transpose()?))
    }
}

impl From<RateSetting> for String {
    fn from(setting: RateSetting) -> Self {
        setting.0.map_or_else(Self::new, |rate| rate.to_string())
    }
}

/// The setting `throttle.store`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CounterStore {
    /// Of each process.
    Memory,
    /// Shared by all servers on one database.
    Database,
}
