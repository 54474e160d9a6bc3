//! What a body says of an organization or a team: name and description (contract `tower.md`, section 8.2).

use profiled_domain::{NewTeam, OrganizationId};
use profiled_rest::error::FieldErrors;
use profiled_rest::wire::body::Value;

use crate::tower::fields::{DESCRIPTION, Mode, NAME, Sent};

const BLANK: &str = "This field cannot be blank.";
const NULL: &str = "This field cannot be null.";

/// A body that has gone through the first phase.
pub(super) struct NamedForm {
    name: Sent<String>,
    /// `None` stays.
    pub(super) description: Option<String>,
}

impl NamedForm {
    pub(super) fn read(body: &Value, mode: Mode, errors: &mut FieldErrors) -> Self {
        let description = match DESCRIPTION.plain_text(body, mode, None, errors) {
            Sent::Value(text) => Some(text),
            Sent::Absent if mode == Mode::Change => None,
            Sent::Absent | Sent::Null | Sent::Wrong => Some(String::new()),
        };
        Self {
            name: NAME.plain_text(body, mode, None, errors),
            description,
        }
    }

    /// The last phase, but for uniqueness.
    pub(super) fn check(&self, errors: &mut FieldErrors) {
        match &self.name {
            Sent::Null => errors.push(NAME.name, NULL),
            Sent::Value(text) if text.is_empty() => errors.push(NAME.name, BLANK),
            _ => {}
        }
    }

    /// `None` stays.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.name {
            Sent::Value(text) => Some(text),
            _ => None,
        }
    }

    /// A team to be created.
    pub(super) fn into_team(self, organization: OrganizationId) -> NewTeam {
        NewTeam {
            organization,
            name: self.name().unwrap_or_default().to_owned(),
            description: self.description.unwrap_or_default(),
        }
    }
}
