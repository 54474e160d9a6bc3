//! The whole service: what views share, the routes, and the files.

use std::sync::Arc;

use profiled_auth::{Introspector, JwtVerifier};
use profiled_rest::{RouteConflict, Router, ServiceParts, Services};

use crate::media::{Media, MediaSettings, MediaStorage};
use crate::routes;
use crate::settings::{DialectSettings, LimitSettings};

/// What the service is put together from.
pub struct Parts {
    /// What views share.
    pub services: ServiceParts,
    /// Judges Bearer tokens.
    pub jwt: Arc<JwtVerifier>,
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

/// Why the service cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Two views under one path, or a path that is none.
    #[error(transparent)]
    Route(#[from] RouteConflict),
    /// The operating system gives no thread.
    #[error("no thread for costly work")]
    Threads(#[from] std::io::Error),
}

/// State of the service, shared by all workers.
pub struct AppState {
    services: Services,
    pub(crate) router: Router,
    pub(crate) media: Arc<Media>,
}

impl AppState {
    /// Mounts the dialects that are switched on, and starts the pools for costly work.
    ///
    /// # Errors
    /// [`BuildError`]: a thread that cannot be started.
    pub fn new(parts: Parts) -> Result<Self, BuildError> {
        let media = Media::new(parts.media.clone(), parts.media_settings.clone())?;
        let media = Arc::new(media);
        Ok(Self {
            router: routes::router(&parts, &media)?,
            services: Services::new(parts.services, parts.dialects.tower)?,
            media,
        })
    }

    /// What views share.
    pub fn services(&self) -> &Services {
        &self.services
    }
}
