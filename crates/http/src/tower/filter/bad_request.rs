//! What is wrong with a query: a 400.

use profiled_rest::error::{ApiError, ErrorDetail};

/// A 400 with a text.
pub(in crate::tower) fn bad_request(text: String) -> ApiError {
    ApiError::BadRequest(ErrorDetail::Text(text))
}

/// A 400 with a text in a list.
pub(super) fn bad_request_list(text: String) -> ApiError {
    ApiError::BadRequest(ErrorDetail::List(vec![text]))
}
