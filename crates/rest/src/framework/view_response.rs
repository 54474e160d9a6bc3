//! What views answer.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};

/// Status, headers of its own and JSON text, before it is put into its representation.
pub struct ViewResponse {
    /// The status.
    pub status: StatusCode,
    /// Empty: the answer has no body and no `Content-Type`.
    pub json: Vec<u8>,
    /// Headers that the view adds.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl ViewResponse {
    /// A status and a body, which may be empty.
    #[must_use]
    pub fn new(status: StatusCode, json: Vec<u8>) -> Self {
        Self {
            status,
            json,
            headers: Vec::new(),
        }
    }

    /// 204.
    #[must_use]
    pub fn no_content() -> Self {
        Self::new(StatusCode::NO_CONTENT, Vec::new())
    }

    /// The answer, which holds a token or describes one: no cache on the way keeps it (RFC 6749, section 5.1).
    #[must_use]
    pub fn not_stored(self) -> Self {
        self.with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
    }

    /// Whether the view adds this header.
    pub(crate) fn has(&self, name: &HeaderName) -> bool {
        self.headers.iter().any(|(known, _)| known == name)
    }

    /// The answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}
