//! Request bodies.

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::BytesMut;
use futures_util::StreamExt;

use crate::failure::ApiError;
use crate::query::Query;

/// Whether the body is `application/x-www-form-urlencoded`.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media_type = value.and_then(|value| value.split(';').next());
    media_type.is_some_and(|name| {
        name.trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

/// Reads a form of at most `limit` bytes.
pub(crate) async fn read_form(payload: &mut Payload, limit: usize) -> Result<Query, ApiError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_broken| ApiError::BadRequest(broken_body()))?;
        if body.len() + chunk.len() > limit {
            return Err(ApiError::BodyTooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Query::parse(&body))
}

fn broken_body() -> crate::failure::Detail {
    crate::failure::Detail::Text("The request body could not be read.".to_owned())
}

/// Takes what a client still sends, up to `limit` bytes, and forgets it.
///
/// A connection that is closed with bytes unread is reset, and the client may lose the answer.
pub(crate) async fn discard(payload: &mut Payload, limit: usize) {
    let mut left = limit;
    while let Some(Ok(chunk)) = payload.next().await {
        match left.checked_sub(chunk.len()) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

/// The method that a form asks for in place of POST (contract `tower.md`, section 1.4).
pub(crate) fn overriding_method(form: &Query) -> Option<Method> {
    let allowed = [Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
    let wanted = form.get("_method")?;
    allowed.into_iter().find(|method| method.as_str() == wanted)
}
