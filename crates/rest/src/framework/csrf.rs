//! The proof that a page of this server asks, where a cookie is the credential (contract `tower.md`,
//! section 15.3): browsers send cookies by themselves, whoever makes them ask.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use profiled_auth::TokenKey;
use subtle::ConstantTimeEq;

use crate::error::ApiError;
use crate::wire::cookies;
use crate::wire::host::Origin;

/// The cookie that a write repeats in `X-CSRFToken`.
const COOKIE: &str = "csrftoken";
/// The field of a form that repeats it in place of the header, by the framework's name.
pub const FORM_FIELD: &str = "csrfmiddlewaretoken";
const PREFIX: &str = "CSRF Failed: ";
const MISSING: &str = "CSRF token missing or incorrect.";
const X_CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrftoken");

/// The value of the cookie that is sent along.
#[must_use]
pub fn sent(headers: &HeaderMap) -> Option<&str> {
    cookies::value(headers, COOKIE)
}

/// `Set-Cookie` of a new value, and the value.
#[must_use]
pub fn new_cookie(origin: &Origin) -> (String, Option<(HeaderName, HeaderValue)>) {
    let key = TokenKey::generate();
    let cookie = cookies::set(COOKIE, key.as_str(), "", origin);
    (key.as_str().to_owned(), cookie)
}

/// Whether a page of this server has sent a write: another one can neither read the cookie nor send
/// the header. `field` is what [`FORM_FIELD`] of a form says, which has no headers of its own; it counts where the
/// header is not sent.
///
/// # Errors
/// 403 if that does not show.
pub fn check(headers: &HeaderMap, field: Option<&str>, own: &Origin) -> Result<(), ApiError> {
    if own.is_foreign(headers) {
        return Err(failed("Origin checking failed."));
    }
    let mut tokens = headers.get_all(X_CSRF_TOKEN).map(HeaderValue::as_bytes);
    let given = match (tokens.next(), tokens.next()) {
        (None, _) => field.map(str::as_bytes),
        (given, None) => given,
        (Some(_), Some(_)) => None,
    };
    let is_same =
        |cookie: &str| given.is_some_and(|given| bool::from(given.ct_eq(cookie.as_bytes())));
    if sent(headers).is_some_and(is_same) {
        Ok(())
    } else {
        Err(failed(MISSING))
    }
}

fn failed(reason: &str) -> ApiError {
    ApiError::Forbidden(format!("{PREFIX}{reason}"))
}

/// Whether a write repeats another value than that of the cookie, as a page does that is older than the last log-in.
pub(crate) fn is_outdated(refusal: &ApiError) -> bool {
    match refusal {
        ApiError::Forbidden(text) => text.strip_prefix(PREFIX) == Some(MISSING),
        _ => false,
    }
}
