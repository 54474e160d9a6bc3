//! Organizations and teams, who belongs to them, and what was done to them (contract `tower.md`,
//! sections 8 and 10).

mod activity;
mod filter;
mod graph;
mod object;
mod pattern;
mod record;
mod viewer;

pub use activity::{ActivityEvent, Operation, TeamSummary};
pub use filter::{
    Comparison, Condition, Field, FieldKind, FieldValue, Model, OrderBy, Relation, Selection, Step,
    Test, TextTest,
};
pub use graph::ObjectGraph;
pub use object::{
    Membership, NewOrganization, NewTeam, ObjectState, Organization, OrganizationChange,
    OrganizationSummary, Team, TeamChange, UserSummary,
};
pub use pattern::{Case, InvalidPattern, Pattern};
pub use record::{DirectoryObject, NewEvent};
pub use viewer::Viewer;
