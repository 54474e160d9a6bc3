//! `GET /.well-known/jwks.json`: the public keys of our tokens (RFC 7517, section 5).

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_auth::JwtVerifier;
use profiled_rest::error::ApiError;
use profiled_rest::{Access, RequestContext, Spec, View, ViewResponse};

const SPEC: Spec = Spec {
    name: "JSON Web Key Set",
    description: "The public keys that tokens are verified with.",
    allow: "GET, HEAD",
    access: Access::Open,
    is_json_only: true,
    is_throttled: false,
    ..Spec::VIEW
};

/// The view.
pub(super) struct Keys {
    jwt: Arc<JwtVerifier>,
    cache_control: HeaderValue,
}

impl Keys {
    pub(super) fn new(jwt: &Arc<JwtVerifier>) -> Self {
        let cache_control = format!("public, max-age={}", jwt.jwks_max_age());
        let cache_control = HeaderValue::try_from(cache_control);
        Self {
            jwt: Arc::clone(jwt),
            // Words and digits: they are a header.
            cache_control: cache_control.unwrap_or(HeaderValue::from_static("no-cache")),
        }
    }
}

impl View for Keys {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        let keys = context.ok(&self.jwt.jwks(context.services.now()));
        let keys = keys.with_header(header::CACHE_CONTROL, self.cache_control.clone());
        future::ready(Ok(keys)).boxed_local()
    }
}
