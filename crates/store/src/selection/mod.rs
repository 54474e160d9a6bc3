//! Conditions, orders and pages as SQL.

mod condition;
mod field;
mod order;
mod plan;
mod regex;
mod sql;
mod tables;

pub(crate) use plan::{Listed, Plan};
