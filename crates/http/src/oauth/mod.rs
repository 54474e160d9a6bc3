//! What other services need to judge tokens by: public keys (RFC 7517) and introspection (RFC 7662).
//! Answers are JSON whatever `Accept` says, and errors those of RFC 6749, section 5.2.

mod introspect;
mod jwks;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderValue};
use profiled_auth::Authenticator;
use profiled_rest::error::ApiError;
use profiled_rest::wire::accept::Format;
use profiled_rest::wire::json_writer::{self, Layout, Style};
use profiled_rest::{Credential, Dialect, NamedSchema, Route, View, ViewResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::flows::{credentials, rest_framework};
use crate::parts::Parts;

/// Public keys where the dialect `jwt` mints tokens, introspection where a service may ask.
pub(crate) fn routes(parts: &Parts) -> Vec<Route> {
    let dialect = Arc::new(OAuth {
        authenticator: Authenticator::new(Vec::new()),
    });
    let route = |pattern, view: Box<dyn View>| Route {
        mount: "",
        pattern,
        dialect: Arc::clone(&dialect) as Arc<dyn Dialect>,
        view,
    };
    let mut routes = Vec::new();
    if parts.dialects.jwt.enabled {
        routes.push(route("/.well-known/jwks.json", jwks::view(&parts.jwt)));
    }
    if let Some(introspector) = &parts.introspector {
        routes.push(route("/oauth/introspect/", introspect::view(introspector)));
    }
    routes
}

struct OAuth {
    /// Of nothing: clients are no users.
    authenticator: Authenticator,
}

#[derive(Serialize, ToSchema)]
#[schema(as = oauth::Error)]
struct ErrorBody {
    error: &'static str,
}

impl Dialect for OAuth {
    fn name(&self) -> &'static str {
        "oauth"
    }

    fn style(&self) -> Style {
        Style::Compact
    }

    fn negotiates(&self) -> bool {
        false
    }

    fn overrides_methods(&self, _format: Format) -> bool {
        false
    }

    fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }

    fn challenge(&self, _headers: &HeaderMap) -> HeaderValue {
        HeaderValue::from_static("Basic realm=\"introspection\"")
    }

    fn error_schema(&self, _status: StatusCode) -> NamedSchema {
        NamedSchema::of::<ErrorBody>()
    }

    fn credentials_taken(&self) -> Vec<Credential> {
        let text = "Name and secret of a service; they may come in the body as well.";
        vec![credentials::basic("service", text)]
    }

    fn describe(&self, error: &ApiError, layout: Layout) -> ViewResponse {
        let status = rest_framework::describe(error, layout).status;
        let error = match status {
            StatusCode::UNAUTHORIZED => "invalid_client",
            StatusCode::SERVICE_UNAVAILABLE => "temporarily_unavailable",
            StatusCode::INTERNAL_SERVER_ERROR => "server_error",
            _ => "invalid_request",
        };
        ViewResponse::new(status, json_writer::to_vec(&ErrorBody { error }, layout))
    }
}
