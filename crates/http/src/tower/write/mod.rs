//! What POST, PUT, PATCH and DELETE do (contract `tower.md`, sections 4, 6 and 8).

pub(super) mod membership;
pub(super) mod organizations;
pub(super) mod teams;
pub(super) mod users;
