//! Settings of the dialects: the sections `limits` and `dialects`.

use profiled_domain::MobileNumber;
use profiled_domain::settings::{YEAR, bounded};
use serde::{Deserialize, Serialize};

/// Section `limits`: longest values that are taken, in characters.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LimitSettings {
    /// Of `mobile_number`.
    #[serde(deserialize_with = "bounded::<1, { MobileNumber::STORED_MAX as u64 }, _, _>")]
    pub mobile_number: usize,
    /// Of `number_phone`.
    #[serde(deserialize_with = "bounded::<1, { MobileNumber::STORED_MAX as u64 }, _, _>")]
    pub number_phone: usize,
}

/// Section `dialects`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DialectSettings {
    /// Section `dialects.drf`.
    pub drf: DrfSettings,
    /// Section `dialects.jwt`.
    pub jwt: JwtDialectSettings,
    /// Section `dialects.tower`.
    pub tower: TowerSettings,
    /// Section `dialects.tower_v2`.
    pub tower_v2: TowerV2Settings,
}

/// Section `dialects.drf`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DrfSettings {
    /// Whether the dialect exists.
    pub enabled: bool,
    /// Schemes in the order of trial.
    pub authenticators: Vec<DrfScheme>,
    /// How `groups` is shown unless `?groups=` says otherwise.
    pub groups: GroupsForm,
    /// Whether users and groups can be listed.
    pub lists: bool,
    /// Items of a page unless `page_size` says otherwise.
    #[serde(deserialize_with = "bounded::<1, 10_000, _, _>")]
    pub page_size: u32,
    /// Upper limit of `page_size`.
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
pub enum GroupsForm {
    /// Group objects.
    Objects,
    /// Group ids.
    Ids,
}

/// Section `dialects.jwt`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct JwtDialectSettings {
    /// Whether the dialect exists.
    pub enabled: bool,
}

/// Section `dialects.tower` (contract `tower.md`, section 13).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TowerSettings {
    /// Whether the dialect exists.
    pub enabled: bool,
    /// Items of a page unless `page_size` says otherwise.
    #[serde(deserialize_with = "bounded::<1, 10_000, _, _>")]
    pub page_size: u32,
    /// Upper limit of `page_size`.
    #[serde(deserialize_with = "bounded::<1, 10_000, _, _>")]
    pub max_page_size: u32,
    /// Seconds that a sliding token lives after its last use, and up to a twentieth or a minute longer.
    #[serde(deserialize_with = "bounded::<1, YEAR, _, _>")]
    pub token_lifetime: u32,
    /// Refuse bound tokens from another address or `User-Agent`.
    pub bind_tokens: bool,
    /// Whether admins of an organization see all users, or only those of their organizations.
    pub org_admins_see_all_users: bool,
    /// Fields that cannot be changed on users whom a directory manages.
    pub directory_managed_fields: Vec<String>,
    /// The version that `ping/` and `config/` report.
    pub version: String,
    /// The Ansible version that `config/` reports.
    pub ansible_version: String,
    /// The name that `ping/` reports; empty means the host's name.
    pub instance_name: String,
}

/// Section `dialects.tower_v2`: the same views once more under `/api/v2/` (contract `tower.md`, section 15.3).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TowerV2Settings {
    /// Whether that mount exists; without `dialects.tower.enabled` it never does.
    pub enabled: bool,
}
