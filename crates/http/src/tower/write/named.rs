//! What a body says of an organization or a team: name and description (contract `tower.md`, section 8.2).

use profiled_domain::{NewTeam, OrganizationId};
use profiled_rest::error::FieldErrors;
use profiled_rest::wire::body::Value;

use crate::tower::fields::{DESCRIPTION, FieldInput, Mode, NAME};

const BLANK: &str = "This field cannot be blank.";
const NULL: &str = "This field cannot be null.";

/// A body that has gone through the first phase.
pub(super) struct NamedForm {
    name: FieldInput<String>,
    /// `None` leaves the value as it is.
    pub(super) description: Option<String>,
}

impl NamedForm {
    pub(super) fn read(body: &Value, mode: Mode, errors: &mut FieldErrors) -> Self {
        let description = match DESCRIPTION.plain_text(body, mode, None, errors) {
            FieldInput::Value(text) => Some(text),
            FieldInput::Absent if mode == Mode::Change => None,
            FieldInput::Absent | FieldInput::Null | FieldInput::Wrong => Some(String::new()),
        };
        Self {
            name: NAME.plain_text(body, mode, None, errors),
            description,
        }
    }

    /// The last phase, but for uniqueness.
    pub(super) fn check(&self, errors: &mut FieldErrors) {
        match &self.name {
            FieldInput::Null => errors.push(NAME.name, NULL),
            FieldInput::Value(text) if text.is_empty() => errors.push(NAME.name, BLANK),
            _ => {}
        }
    }

    /// `None` leaves the value as it is.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.name {
            FieldInput::Value(text) => Some(text),
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
