//! Cookies: what a browser sends, and what it is told to keep.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::wire::host::Origin;

/// The value of a cookie. One that is sent twice with different values is none: cookies of other paths
/// and parent domains come together with our own, and nothing says which is which.
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
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
#[must_use]
pub fn set(
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

/// `Set-Cookie` that takes away what [`set`] has set: browsers distinguish cookies by name, host and path.
#[must_use]
pub fn clear(name: &str, attributes: &str, origin: &Origin) -> Option<(HeaderName, HeaderValue)> {
    let ended = format!("{attributes}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    set(name, "", &ended, origin)
}
