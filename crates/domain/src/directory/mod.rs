//! Organizations and teams, who belongs to them, and what was done to them (contract `tower.md`,
//! sections 8 and 10).

mod activity;
mod filter;
mod graph;
mod model;
mod object;
mod pattern;
mod record;
mod viewer;

pub use activity::{ActivityEvent, Operation, TeamSummary};
pub use filter::{Comparison, Condition, FieldValue, Lookup, OrderBy, Selection, Step, TextLookup};
pub use graph::ObjectGraph;
pub use model::{Field, FieldKind, Model, Relation};
pub use object::{
    Membership, NewOrganization, NewTeam, ObjectState, Organization, OrganizationChange,
    OrganizationSummary, Team, TeamChange, UserSummary,
};
pub use pattern::{Case, InvalidPattern, Pattern};
pub use record::{DirectoryObject, NewEvent};
pub use viewer::Viewer;
