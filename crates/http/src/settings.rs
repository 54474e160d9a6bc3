//! Settings of the dialects: the sections `limits` and `dialects`.

use profiled_domain::MobileNumber;
use profiled_domain::settings::{YEAR, bounded, checked, is_repeated};
use serde::{Deserialize, Deserializer, Serialize};

/// Section `limits`: longest values that are taken, in characters.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct LimitSettings {
    #[serde(deserialize_with = "bounded::<1, { MobileNumber::STORED_MAX as u64 }, _, _>")]
    pub mobile_number: usize,
    #[serde(deserialize_with = "bounded::<1, { MobileNumber::STORED_MAX as u64 }, _, _>")]
    pub number_phone: usize,
}

/// Section `dialects`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct DialectSettings {
    pub drf: DrfSettings,
    pub jwt: JwtDialectSettings,
    pub tower: TowerSettings,
    pub tower_v2: TowerV2Settings,
}

/// Section `dialects.drf`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct DrfSettings {
    pub enabled: bool,
    #[serde(deserialize_with = "authenticators")]
    pub authenticators: Vec<DrfScheme>,
    pub groups: GroupsRepresentation,
    pub lists: bool,
    #[serde(deserialize_with = "bounded::<1, 10_000, _, _>")]
    pub page_size: u32,
    #[serde(deserialize_with = "bounded::<1, 10_000, _, _>")]
    pub max_page_size: u32,
}

/// A scheme of `dialects.drf.authenticators`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DrfScheme {
    /// `Authorization: Token <key>`
    Token,
    /// `Authorization: Bearer <jwt>`
    Jwt,
}

/// The form of `groups` in the `drf` dialect (`decisions.md` 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupsRepresentation {
    /// Group objects.
    Objects,
    /// Group ids.
    Ids,
}

/// Section `dialects.jwt`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct JwtDialectSettings {
    pub enabled: bool,
}

/// Section `dialects.tower` (contract `tower.md`, section 13).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct TowerSettings {
    pub enabled: bool,
    #[serde(deserialize_with = "bounded::<1, 10_000, _, _>")]
    pub page_size: u32,
    #[serde(deserialize_with = "bounded::<1, 10_000, _, _>")]
    pub max_page_size: u32,
    #[serde(deserialize_with = "bounded::<1, YEAR, _, _>")]
    pub token_lifetime: u32,
    pub bind_tokens: bool,
    pub org_admins_see_all_users: bool,
    #[serde(deserialize_with = "user_fields")]
    pub directory_managed_fields: Vec<String>,
    pub version: String,
    pub ansible_version: String,
    pub instance_name: String,
}

/// Section `dialects.tower_v2`: the views of an enabled `dialects.tower` once more under `/api/v2/` (contract
/// `tower.md`, section 15.3).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct TowerV2Settings {
    pub enabled: bool,
}

fn authenticators<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<DrfScheme>, D::Error> {
    checked(deserializer, |schemes: &Vec<DrfScheme>| {
        let text = "must name each scheme once: token, jwt, or both in the order of trial";
        (schemes.is_empty() || is_repeated(schemes)).then(|| text.to_owned())
    })
}

fn user_fields<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    const KNOWN: [&str; 5] = [
        "username",
        "first_name",
        "last_name",
        "email",
        "is_superuser",
    ];
    let is_unknown = |name: &&String| !KNOWN.contains(&name.as_str());
    checked(deserializer, |fields: &Vec<String>| {
        let known = KNOWN.join(", ");
        let unknown = fields.iter().find(is_unknown);
        let unknown = unknown.map(|wrong| format!("has {wrong:?}: it takes {known}"));
        let repeated = || format!("must name each field once: {known}");
        unknown.or_else(|| is_repeated(fields).then(repeated))
    })
}
