//! Dialect `jwt`: profiles for simplejwt's access tokens, and the tokens themselves (contract `drf.md`,
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
use profiled_rest::error::ApiError;
use profiled_rest::wire::json_writer::{Layout, Style};
use profiled_rest::{Dialect, PageStyle, Route, ViewResponse};

use crate::flows::rest_framework;
use crate::media::Media;
use crate::parts::Parts;

/// The dialect's routes: the profile has two paths (`decisions.md` 1).
pub(crate) fn routes(parts: &Parts, media: &Arc<Media>) -> Vec<Route> {
    let profiles = dialect(parts, error::describe);
    let route = |pattern, view| Route {
        mount: "",
        pattern,
        dialect: Arc::clone(&profiles),
        view,
    };
    let fields = body::fields(parts.limits.number_phone);
    let profile = || profile::view(fields.clone());
    let (first, second) = (profile(), profile());
    let update = update::view(fields, Arc::clone(media));
    let mut routes = vec![
        route("/api/profile/", first),
        route("/api/users/profile/", second),
        route("/api/profile/{id}/update/", update),
        route("/api/profile/{id}/delete/", delete::view()),
    ];
    let tokens = dialect(parts, rest_framework::describe);
    routes.extend(
        token::views(&parts.jwt, parts.services.username_field)
            .into_iter()
            .map(|(pattern, view)| Route {
                mount: "",
                pattern,
                dialect: Arc::clone(&tokens),
                view,
            }),
    );
    routes
}

fn dialect(parts: &Parts, describe: fn(&ApiError, Layout) -> ViewResponse) -> Arc<dyn Dialect> {
    let bearer = BearerVerifier::new(Arc::clone(&parts.jwt));
    Arc::new(Jwt {
        authenticator: Authenticator::new(vec![Box::new(bearer)]),
        bearer: rest_framework::curl_credentials(&parts.jwt),
        describe,
    })
}

struct Jwt {
    authenticator: Authenticator,
    /// How `curl` is given a token.
    bearer: String,
    /// The profile has errors of its own.
    describe: fn(&ApiError, Layout) -> ViewResponse,
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

    fn describe(&self, error: &ApiError, layout: Layout) -> ViewResponse {
        (self.describe)(error, layout)
    }

    fn page_style(&self) -> PageStyle {
        PageStyle {
            curl_credentials: self.bearer.clone().into(),
            ..PageStyle::DEFAULT
        }
    }
}
