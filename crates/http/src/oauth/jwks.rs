//! `GET /.well-known/jwks.json`: the public keys of our tokens (RFC 7517, section 5).

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use profiled_auth::JwtService;
use profiled_rest::error::ApiError;
use profiled_rest::{Access, Operation, RequestContext, Resource, Spec, View, ViewResponse};
use utoipa::ToSchema;

const SPEC: Spec = Spec {
    name: "JSON Web Key Set",
    description: "The public keys that tokens are verified with.",
    access: Access::Open,
    is_json_only: true,
    is_throttled: false,
    has_options: false,
    ..Spec::VIEW
};

/// The view.
pub(super) fn view(jwt: &Arc<JwtService>) -> Box<dyn View> {
    let cache_control = format!("public, max-age={}", jwt.jwks_max_age());
    let cache_control = HeaderValue::try_from(cache_control);
    let keys = Keys {
        jwt: Arc::clone(jwt),
        // Words and digits: they are a header.
        cache_control: cache_control.unwrap_or(HeaderValue::from_static("no-cache")),
    };
    let view = Resource::new(SPEC, keys).get(list);
    Box::new(view.operations(|_| {
        let list = Operation::new(Method::GET).answers::<KeySet>(StatusCode::OK);
        vec![list.with_header("Cache-Control", "How long the keys may be kept.")]
    }))
}

/// A JSON Web Key Set, as `JwtService::jwks` writes it (RFC 7517).
#[derive(ToSchema)]
#[schema(as = oauth::KeySet)]
#[expect(dead_code, reason = "the body is written elsewhere")]
struct KeySet {
    #[schema(value_type = Vec<Object>)]
    keys: (),
}

struct Keys {
    jwt: Arc<JwtService>,
    cache_control: HeaderValue,
}

async fn list(keys: &Keys, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let body = context.ok(&keys.jwt.jwks(context.services.now()));
    Ok(body.with_header(header::CACHE_CONTROL, keys.cache_control.clone()))
}
