//! The whole service: what views share, the routes, and the files.

use std::sync::Arc;

use actix_web::web;
use chrono::Duration;
use profiled_auth::TokenPolicy;
use profiled_rest::measure::{LaneReport, RequestCounts};
use profiled_rest::{BrowserTerms, RouteConflict, RouteEntry, Router, Services};

use crate::connections::Connections;
use crate::cors::Cors;
use crate::front;
use crate::media::Media;
use crate::parts::Parts;
use crate::routes;
use crate::settings::TowerSettings;

/// Why the service cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Two views under one path, or an invalid path pattern.
    #[error(transparent)]
    Route(#[from] RouteConflict),
    /// The operating system gives no thread.
    #[error("no thread for costly work")]
    Threads(#[from] std::io::Error),
}

/// State of the service, shared by all workers.
pub struct AppState {
    services: Services,
    connections: Connections,
    pub(crate) router: Router,
    pub(crate) requests: RequestCounts,
    pub(crate) media: Arc<Media>,
    pub(crate) cors: Option<Cors>,
    pub(crate) tower: web::Data<TowerSettings>,
}

impl AppState {
    /// Mounts the dialects that are switched on, and starts the pools for costly work.
    ///
    /// # Errors
    /// [`BuildError`]: a thread that cannot be started.
    pub fn new(parts: Parts) -> Result<Self, BuildError> {
        let tower = &parts.dialects.tower;
        let browsers = BrowserTerms {
            lifetime: Duration::seconds(tower.token_lifetime.into()),
            policy: TokenPolicy {
                check_binding: tower.bind_tokens,
            },
            own_pages: front::own_pages(&parts.dialects),
        };
        let media = Media::new(parts.media.clone(), parts.media_settings.clone())?;
        let media = Arc::new(media);
        let router = routes::router(&parts, &media)?;
        let cors = Cors::new(&parts.services.http.cors, parts.jwt.header_name());
        Ok(Self {
            cors,
            requests: RequestCounts::new(router.entries()),
            router,
            services: Services::new(parts.services, browsers)?,
            connections: Connections::default(),
            tower: web::Data::new(parts.dialects.tower),
            media,
        })
    }

    /// All routes of the dialects that are switched on.
    #[must_use]
    pub fn routes(&self) -> &[RouteEntry] {
        self.router.entries()
    }

    /// What views share.
    #[must_use]
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// What was asked and answered.
    #[must_use]
    pub fn requests(&self) -> &RequestCounts {
        &self.requests
    }

    /// What is waited for at this moment.
    pub fn lane_reports(&self) -> impl Iterator<Item = LaneReport<'_>> {
        let pictures = self.media.pictures();
        self.services.lane_reports().chain([pictures])
    }

    /// Who is connected.
    #[must_use]
    pub fn connections(&self) -> &Connections {
        &self.connections
    }
}
