//! Dialect `jwt`: profiles behind simplejwt's access tokens, and the tokens themselves (contract `drf.md`,
//! sections 4 and 5).

mod body;
mod delete;
mod error;
mod fields;
mod profile;
mod token;
mod update;

use std::sync::Arc;

use profiled_auth::{Authenticator, BearerVerifier};

use self::token::Tokens;
use crate::dialect::Dialect;
use crate::failure::ApiError;
use crate::json::{Layout, Style};
use crate::page::PageStyle;
use crate::rest_framework;
use crate::router::Route;
use crate::state::Parts;
use crate::view::{Answer, View};

/// The dialect's routes: the profile has two paths (`decisions.md` 1).
pub(crate) fn routes(parts: &Parts) -> Vec<Route> {
    let dialect = |describe| -> Arc<dyn Dialect> {
        let bearer = BearerVerifier::new(Arc::clone(&parts.jwt));
        Arc::new(Jwt {
            authenticator: Authenticator::new(vec![Box::new(bearer)]),
            describe,
        })
    };
    let (profiles, tokens) = (dialect(error::describe), dialect(rest_framework::describe));
    let route_of = |dialect: &Arc<dyn Dialect>, pattern, view| Route {
        pattern,
        dialect: Arc::clone(dialect),
        view,
    };
    let route = |pattern, view| route_of(&profiles, pattern, view);
    let token = |pattern, view| -> Route {
        let view: Box<dyn View> = Box::new(view);
        route_of(&tokens, pattern, view)
    };
    let jwt = &parts.jwt;
    let update = update::Update {
        fields: fields::profile(parts.limits.number_phone),
    };
    let mut routes = vec![
        route("/api/profile/", Box::new(profile::Profile)),
        route("/api/users/profile/", Box::new(profile::Profile)),
        route("/api/profile/{id}/update/", Box::new(update)),
        route("/api/profile/{id}/delete/", Box::new(delete::Delete)),
        token("/api/token/", Tokens::obtain(jwt)),
        token("/api/token/refresh/", Tokens::refresh(jwt)),
        token("/api/token/verify/", Tokens::verify(jwt)),
    ];
    if jwt.has_blacklist() {
        routes.push(token("/api/token/blacklist/", Tokens::blacklist(jwt)));
    }
    routes
}

struct Jwt {
    authenticator: Authenticator,
    /// The profile has errors of its own.
    describe: fn(&ApiError, Layout) -> Answer,
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
        (self.describe)(error, layout)
    }

    fn page_style(&self) -> PageStyle {
        rest_framework::PAGE_STYLE
    }
}
