//! What belongs to no dialect: the front door, the log-in and log-out of all pages, and pages for addresses that lead
//! nowhere.

mod home;
mod icon;
mod nowhere;
mod sessions;

use std::sync::Arc;

use actix_web::http::StatusCode;
use profiled_auth::{AuthError, Authenticator};
use profiled_rest::doors::{HOME, LOGIN, LOGOUT, OwnPages};
use profiled_rest::error::ApiError;
use profiled_rest::wire::json_writer::{self, Layout, Style};
use profiled_rest::{Access, Credential, Dialect, NamedSchema, Route, View, ViewResponse};
use serde::Serialize;

use crate::flows::rest_framework;
use crate::parts::Parts;
use crate::settings::DialectSettings;

pub(crate) use icon::answer as icon;
pub(crate) use nowhere::answer as nowhere;

/// The front door, and in front of pages the ways in and out. `others` are all other routes.
pub(crate) fn routes(parts: &Parts, others: &[Route]) -> Vec<Route> {
    let dialect: Arc<dyn Dialect> = Arc::new(Front {
        authenticator: Authenticator::new(Vec::new()),
    });
    let route = |pattern, view: Box<dyn View>| Route {
        mount: "",
        pattern,
        dialect: Arc::clone(&dialect),
        view,
    };
    let mut routes = vec![route(HOME, home::view(parts, others))];
    if parts.services.http.browsable {
        routes.push(route(LOGIN, sessions::login(parts)));
        routes.push(route(LOGOUT, sessions::logout()));
    }
    routes
}

/// The pages of one's own profile, where a log-in leads: the fullest one first.
pub(crate) fn own_pages(dialects: &DialectSettings) -> OwnPages {
    let all = [
        (
            dialects.drf.enabled,
            "/api/users/me/",
            Access::StaffOrSuperuser,
        ),
        (dialects.jwt.enabled, "/api/profile/", Access::Authenticated),
        (dialects.tower.enabled, "/api/v1/me/", Access::Authenticated),
    ];
    let on = all.into_iter().filter(|(is_on, ..)| *is_on);
    OwnPages(on.map(|(_, path, access)| (path, access)).collect())
}

struct Front {
    /// Of nothing: pages know their readers by the cookie.
    authenticator: Authenticator,
}

#[derive(Serialize)]
struct Refusal {
    detail: &'static str,
}

impl Dialect for Front {
    fn name(&self) -> &'static str {
        "pages"
    }

    fn style(&self) -> Style {
        Style::Compact
    }

    fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }

    fn describe(&self, error: &ApiError, layout: Layout) -> ViewResponse {
        if let ApiError::Unauthenticated(AuthError::InvalidPassword) = error {
            let detail = "Wrong user name or password.";
            let body = json_writer::to_vec(&Refusal { detail }, layout);
            return ViewResponse::new(error.status(), body);
        }
        rest_framework::describe(error, layout)
    }

    fn error_schema(&self, status: StatusCode) -> NamedSchema {
        rest_framework::error_schema(status)
    }

    /// None: pages know their readers by the cookie, and that is for pages alone.
    fn credentials_taken(&self) -> Vec<Credential> {
        Vec::new()
    }
}
