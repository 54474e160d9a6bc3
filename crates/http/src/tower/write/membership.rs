//! POST to lists that objects can be added to (section 8.3).

use profiled_domain::{Membership, OrganizationId};

use crate::failure::ApiError;
use crate::view::{Answer, Exchange};

/// POST to users or admins of an organization, or to users of a team.
pub(in crate::tower) async fn post(
    exchange: &Exchange<'_>,
    _membership: Membership,
) -> Result<Answer, ApiError> {
    exchange.unknown_method()
}

/// POST to the teams of an organization.
pub(in crate::tower) async fn post_team(
    exchange: &Exchange<'_>,
    _organization: OrganizationId,
) -> Result<Answer, ApiError> {
    exchange.unknown_method()
}
