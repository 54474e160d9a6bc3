//! Dialect `jwt`: profiles behind simplejwt's access tokens (contract `drf.md`, section 4).

mod body;
mod delete;
mod error;
mod fields;
mod profile;
mod update;

use std::sync::Arc;

use profiled_auth::{Authenticator, BearerVerifier};

use crate::dialect::Dialect;
use crate::failure::ApiError;
use crate::json::{Layout, Style};
use crate::page::PageStyle;
use crate::rest_framework;
use crate::router::Route;
use crate::state::Parts;
use crate::view::Answer;

/// The dialect's routes: the profile has two paths (`decisions.md` 1).
pub(crate) fn routes(parts: &Parts) -> Vec<Route> {
    let bearer = BearerVerifier::new(Arc::clone(&parts.jwt));
    let dialect = Arc::new(Jwt {
        authenticator: Authenticator::new(vec![Box::new(bearer)]),
    });
    let route = |pattern, view| Route {
        pattern,
        dialect: Arc::clone(&dialect) as Arc<dyn Dialect>,
        view,
    };
    let update = update::Update {
        fields: fields::profile(parts.limits.number_phone),
    };
    vec![
        route("/api/profile/", Box::new(profile::Profile)),
        route("/api/users/profile/", Box::new(profile::Profile)),
        route("/api/profile/{id}/update/", Box::new(update)),
        route("/api/profile/{id}/delete/", Box::new(delete::Delete)),
    ]
}

struct Jwt {
    authenticator: Authenticator,
}

impl Dialect for Jwt {
    fn name(&self) -> &'static str {
        "jwt"
    }

    fn style(&self) -> Style {
        Style::Compact
    }

    fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }

    fn describe(&self, error: &ApiError, layout: Layout) -> Answer {
        error::describe(error, layout)
    }

    fn page_style(&self) -> PageStyle {
        rest_framework::PAGE_STYLE
    }
}
