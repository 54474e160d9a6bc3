//! What the service is put together from.

use std::sync::Arc;

use profiled_auth::{Introspector, JwtService};
use profiled_rest::ServiceParts;

use crate::media::{MediaSettings, MediaStorage};
use crate::settings::{DialectSettings, LimitSettings};

/// What the service is put together from.
pub struct Parts {
    /// What views share.
    pub services: ServiceParts,
    /// Judges Bearer tokens.
    pub jwt: Arc<JwtService>,
    /// Judges tokens for other services, if any may ask.
    pub introspector: Option<Arc<Introspector>>,
    /// Section `dialects`.
    pub dialects: DialectSettings,
    /// Section `limits`.
    pub limits: LimitSettings,
    /// The files under `/media/`.
    pub media: MediaStorage,
    /// Section `media`.
    pub media_settings: MediaSettings,
}
