//! Dialect `jwt`: profiles behind simplejwt's access tokens (contract `drf.md`, section 4).

mod body;
mod error;
mod profile;

use std::sync::Arc;

use profiled_auth::{Authenticator, BearerVerifier};

use crate::dialect::Dialect;
use crate::failure::ApiError;
use crate::json::{Layout, Style};
use crate::router::Route;
use crate::state::Parts;
use crate::view::Answer;

/// The dialect's routes: the profile has two paths (`decisions.md` 1).
pub(crate) fn routes(parts: &Parts) -> Vec<Route> {
    let bearer = BearerVerifier::new(Arc::clone(&parts.jwt));
    let dialect = Arc::new(Jwt {
        authenticator: Authenticator::new(vec![Box::new(bearer)]),
    });
    let route = |pattern| Route {
        pattern,
        dialect: Arc::clone(&dialect) as Arc<dyn Dialect>,
        view: Box::new(profile::Profile),
    };
    vec![route("/api/profile/"), route("/api/users/profile/")]
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
}
