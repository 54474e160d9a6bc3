//! Settings of simplejwt, as far as they are asked for at run time.

use chrono::Duration;

use super::audience::Audience;
use super::custom_claim::CustomClaim;
use super::token_kind::TokenType;
use crate::settings::{JwtSettings, UserField};

/// Settings of simplejwt, as far as they are asked for at run time. A claim without a name is not looked at.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each setting of simplejwt"
)]
pub(super) struct Options {
    pub(super) access_lifetime: Duration,
    pub(super) refresh_lifetime: Duration,
    pub(super) sliding_lifetime: Duration,
    pub(super) sliding_refresh_lifetime: Duration,
    pub(super) leeway: Duration,
    pub(super) rotates: bool,
    pub(super) blacklists_rotated: bool,
    pub(super) rotation_grace: Duration,
    pub(super) has_blacklist: bool,
    pub(super) checks_revoke: bool,
    pub(super) updates_last_login: bool,
    pub(super) is_read_only: bool,
    pub(super) keys_lead_time: u32,
    pub(super) max_token_bytes: u32,
    pub(super) audience: Audience,
    /// The types of tokens that go with requests, in the order of trial.
    pub(super) token_classes: Vec<TokenType>,
    pub(super) custom_claims: Vec<CustomClaim>,
    pub(super) user_id_field: UserField,
    pub(super) user_id_claim: String,
    pub(super) token_type_claim: String,
    pub(super) jti_claim: String,
    pub(super) revoke_token_claim: String,
    pub(super) sliding_refresh_exp_claim: String,
}

impl Options {
    pub(super) fn new(settings: &JwtSettings) -> Self {
        let seconds = |seconds: u32| Duration::seconds(i64::from(seconds));
        Self {
            access_lifetime: seconds(settings.access_lifetime),
            refresh_lifetime: seconds(settings.refresh_lifetime),
            sliding_lifetime: seconds(settings.sliding_lifetime),
            sliding_refresh_lifetime: seconds(settings.sliding_refresh_lifetime),
            leeway: seconds(settings.leeway),
            rotates: settings.rotate_refresh_tokens,
            blacklists_rotated: settings.blacklist_after_rotation,
            rotation_grace: seconds(settings.rotation_grace),
            has_blacklist: settings.blacklist,
            checks_revoke: settings.check_revoke_token,
            updates_last_login: settings.update_last_login,
            is_read_only: settings.is_read_only(),
            keys_lead_time: settings.keys_lead_time,
            max_token_bytes: settings.max_token_bytes,
            audience: settings.audience.clone(),
            token_classes: settings.token_classes.clone(),
            custom_claims: settings.claims.clone(),
            user_id_field: settings.user_id_field,
            user_id_claim: settings.user_id_claim.clone(),
            token_type_claim: settings.token_type_claim.clone(),
            jti_claim: settings.jti_claim.clone(),
            revoke_token_claim: settings.revoke_token_claim.clone(),
            sliding_refresh_exp_claim: settings.sliding_refresh_exp_claim.clone(),
        }
    }

    /// Seconds that a new token of a type lives.
    pub(super) fn lifetime(&self, kind: TokenType) -> Duration {
        match kind {
            TokenType::Access => self.access_lifetime,
            TokenType::Refresh => self.refresh_lifetime,
            TokenType::Sliding => self.sliding_lifetime,
        }
    }
}
