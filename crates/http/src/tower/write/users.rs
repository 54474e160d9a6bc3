//! Writes of users.

use profiled_domain::Condition;

use crate::failure::ApiError;
use crate::view::{Answer, Exchange};

/// Whether the caller may use POST on the list: to be asked before negotiation (section 1.5).
pub(in crate::tower) async fn permit_create(exchange: &Exchange<'_>) -> Result<(), ApiError> {
    exchange.unknown_method()
}

/// POST to the list of users.
pub(in crate::tower) async fn create(exchange: &Exchange<'_>) -> Result<Answer, ApiError> {
    exchange.unknown_method()
}

/// PUT or PATCH of one that fulfils what the query asks for.
pub(in crate::tower) async fn update(
    exchange: &Exchange<'_>,
    _id: i64,
    _filter: Condition,
) -> Result<Answer, ApiError> {
    exchange.unknown_method()
}

/// DELETE of one that fulfils what the query asks for.
pub(in crate::tower) async fn delete(
    exchange: &Exchange<'_>,
    _id: i64,
    _filter: Condition,
) -> Result<Answer, ApiError> {
    exchange.unknown_method()
}
