//! Dialect `drf`: Django REST framework's token authentication (contract `drf.md`, sections 1 to 3).

mod body;
mod fields;
mod group_change;
mod groups;
mod list;
mod logout;
mod me;
mod members;
mod obtain;
mod profile;
mod search;
mod tokens;
mod users;

use std::sync::Arc;

use actix_web::http::StatusCode;
use profiled_auth::{Authenticator, BearerVerifier, TokenPolicy, TokenVerifier, Verifier};
use profiled_rest::error::ApiError;
use profiled_rest::wire::json_writer::{Layout, Style};
use profiled_rest::{Credential, Dialect, NamedSchema, PageStyle, Route, View, ViewResponse};

use crate::flows::{credentials, rest_framework};
use crate::media::Media;
use crate::parts::Parts;
use crate::settings::{DrfScheme, DrfSettings};

/// The dialect's routes.
pub(crate) fn routes(parts: &Parts, media: &Arc<Media>) -> Vec<Route> {
    let dialect: Arc<dyn Dialect> = Arc::new(Drf {
        authenticator: authenticator(parts),
        bearer: rest_framework::curl_credentials(&parts.jwt),
        credentials: credentials(parts),
    });
    let settings = &parts.dialects.drf;
    let fields = profile::fields(parts.limits.mobile_number);
    let me = me::view(settings.groups, fields, Arc::clone(media));
    let mut views = vec![("/api/users/me/", me)];
    views.extend(token_views(settings));
    if settings.lists {
        views.extend(list_views(settings));
    }
    let route = |(pattern, view)| Route {
        mount: "",
        pattern,
        dialect: Arc::clone(&dialect),
        view,
    };
    views.into_iter().map(route).collect()
}

type Views = [(&'static str, Box<dyn View>); 5];

/// Tokens by password, and one's own.
fn token_views(settings: &DrfSettings) -> Views {
    let tokens = tokens::list(list::Paging::new(settings), fields::token());
    [
        ("/api/auth/token/", obtain::view(fields::obtain())),
        ("/api/auth/tokens/", tokens),
        ("/api/auth/tokens/{id}/", tokens::detail()),
        ("/api/auth/logout/", logout::one()),
        ("/api/auth/logoutall/", logout::all()),
    ]
}

/// Users and groups (`decisions.md` 20).
fn list_views(settings: &DrfSettings) -> Views {
    let (paging, groups) = (list::Paging::new(settings), settings.groups);
    [
        ("/api/users/", users::list(paging, groups)),
        ("/api/users/{id}/", users::detail(groups)),
        ("/api/groups/", groups::list(paging, fields::group())),
        ("/api/groups/{id}/", groups::detail(fields::group())),
        ("/api/groups/{id}/users/{user_id}/", members::view()),
    ]
}

fn credentials(parts: &Parts) -> Vec<Credential> {
    let schemes = parts.dialects.drf.authenticators.iter();
    let credentials = schemes.map(|scheme| match scheme {
        DrfScheme::Token => credentials::token(),
        DrfScheme::Jwt => credentials::json_web_token(&parts.jwt),
    });
    credentials.collect()
}

fn authenticator(parts: &Parts) -> Authenticator {
    let policy = TokenPolicy {
        check_binding: parts.dialects.tower.bind_tokens,
    };
    let schemes = parts.dialects.drf.authenticators.iter();
    let verifiers = schemes.map(|scheme| -> Box<dyn Verifier> {
        match scheme {
            DrfScheme::Token => Box::new(TokenVerifier::new(policy)),
            DrfScheme::Jwt => Box::new(BearerVerifier::new(Arc::clone(&parts.jwt))),
        }
    });
    Authenticator::new(verifiers.collect())
}

struct Drf {
    authenticator: Authenticator,
    /// How `curl` is given a JSON Web Token.
    bearer: String,
    credentials: Vec<Credential>,
}

impl Dialect for Drf {
    fn name(&self) -> &'static str {
        "drf"
    }

    fn style(&self) -> Style {
        Style::Compact
    }

    fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }

    fn describe(&self, error: &ApiError, layout: Layout) -> ViewResponse {
        rest_framework::describe(error, layout)
    }

    fn error_schema(&self, status: StatusCode) -> NamedSchema {
        rest_framework::error_schema(status)
    }

    fn credentials_taken(&self) -> Vec<Credential> {
        self.credentials.clone()
    }

    fn page_style(&self) -> PageStyle {
        let takes_tokens = self.authenticator.challenge() == "Token";
        PageStyle {
            caller_path: Some("/api/users/me/"),
            curl_credentials: if takes_tokens {
                "-H 'Authorization: Token YOUR_TOKEN'".into()
            } else {
                self.bearer.clone().into()
            },
            ..PageStyle::DEFAULT
        }
    }
}
