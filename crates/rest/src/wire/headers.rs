//! Headers that may be sent more than once.

use actix_web::http::header::{AsHeaderName, HeaderMap, HeaderValue};

/// All values of a header, joined by a comma; `None` without any.
pub fn joined(headers: &HeaderMap, name: impl AsHeaderName) -> Option<Vec<u8>> {
    let mut values = headers.get_all(name).map(HeaderValue::as_bytes);
    let mut all = values.next()?.to_vec();
    for value in values {
        all.push(b',');
        all.extend_from_slice(value);
    }
    Some(all)
}
