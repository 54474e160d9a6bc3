//! Writes of teams.

use crate::failure::ApiError;
use crate::view::{Answer, Exchange};

/// POST to the list of teams.
pub(in crate::tower) async fn create(exchange: &Exchange<'_>) -> Result<Answer, ApiError> {
    exchange.unknown_method()
}

/// PUT or PATCH of one.
pub(in crate::tower) async fn update(
    exchange: &Exchange<'_>,
    _id: i64,
) -> Result<Answer, ApiError> {
    exchange.unknown_method()
}

/// DELETE of one.
pub(in crate::tower) async fn delete(
    exchange: &Exchange<'_>,
    _id: i64,
) -> Result<Answer, ApiError> {
    exchange.unknown_method()
}
