//! Organizations and teams: their changes, who belongs to them, and the events that tell of both.

pub(crate) mod activity;
mod memberships;
mod objects;
mod repository;
mod retention;
mod writes;
