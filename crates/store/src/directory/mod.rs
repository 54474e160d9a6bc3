//! Organizations and teams: their changes, who belongs to them, selections, and the events that tell of both.

mod activity;
mod events;
mod locks;
mod memberships;
mod organizations;
mod retention;
mod rows;
mod selections;
mod teams;

pub(crate) use activity::{ORGANIZATION, TEAM, forget_tombstone};
pub(crate) use memberships::insert_membership;
