//! Cookies, and the proof that a page of this server asks when a cookie is the credential (contract
//! `tower.md`, section 15.3).

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use profiled_rest::error::ApiError;
use profiled_rest::wire::host::Origin;
use subtle::ConstantTimeEq;

/// The cookie that a write repeats in [`X_CSRF_TOKEN`].
pub(super) const CSRF_COOKIE: &str = "csrftoken";
/// The field of a form that repeats it in place of the header, by the framework's name.
pub(super) const FORM_FIELD: &str = "csrfmiddlewaretoken";
const X_CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrftoken");

/// The value of a cookie. One that is sent twice with different values is none: cookies of other paths
/// and parent domains come together with our own, and nothing says which is which.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE);
    let pairs = lines.filter_map(|line| line.to_str().ok());
    let pairs = pairs
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter_map(|(known, value)| (known == name).then_some(value));
    let first = values.next().filter(|value| !value.is_empty())?;
    values.all(|other| other == first).then_some(first)
}

/// `Set-Cookie` of a cookie for all paths, as long as the browser runs.
pub(super) fn set_cookie(
    name: &str,
    value: &str,
    attributes: &str,
    origin: &Origin,
) -> Option<(HeaderName, HeaderValue)> {
    let secure = if origin.is_secure() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; SameSite=Lax{attributes}{secure}");
    let value = HeaderValue::from_str(&text).ok()?;
    Some((header::SET_COOKIE, value))
}

/// `Set-Cookie` that takes away what [`set_cookie`] has set: browsers distinguish cookies by name, host and path.
pub(super) fn clear_cookie(
    name: &str,
    attributes: &str,
    origin: &Origin,
) -> Option<(HeaderName, HeaderValue)> {
    let ended = format!("{attributes}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    set_cookie(name, "", &ended, origin)
}

/// Whether a page of this server has sent a write: another one can neither read the cookie nor send
/// the header.
///
/// # Errors
/// 403 if that does not show.
pub(super) fn check(headers: &HeaderMap, own: &Origin) -> Result<(), ApiError> {
    check_form(headers, None, own)
}

/// The same for a form, which has no headers of its own: `field` is what its [`FORM_FIELD`] says, and counts
/// where the header is not sent.
///
/// # Errors
/// As [`check`].
pub(super) fn check_form(
    headers: &HeaderMap,
    field: Option<&str>,
    own: &Origin,
) -> Result<(), ApiError> {
    if own.is_foreign(headers) {
        return Err(failed("Origin checking failed."));
    }
    let mut tokens = headers.get_all(X_CSRF_TOKEN).map(HeaderValue::as_bytes);
    let sent = match (tokens.next(), tokens.next()) {
        (None, _) => field.map(str::as_bytes),
        (sent, None) => sent,
        (Some(_), Some(_)) => None,
    };
    let is_same = |cookie: &str| sent.is_some_and(|sent| bool::from(sent.ct_eq(cookie.as_bytes())));
    if cookie(headers, CSRF_COOKIE).is_some_and(is_same) {
        Ok(())
    } else {
        Err(failed("CSRF token missing or incorrect."))
    }
}

fn failed(reason: &str) -> ApiError {
    ApiError::Forbidden(format!("CSRF Failed: {reason}"))
}
