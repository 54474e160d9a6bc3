//! OPTIONS documents (contract `tower.md`, section 11).

use serde::Serialize;

use crate::view::{Exchange, Spec};

/// Of the open views and `config/`: five members.
#[derive(Serialize)]
pub(super) struct Open {
    name: &'static str,
    description: &'static str,
    renders: Vec<&'static str>,
    parses: [&'static str; 1],
    added_in_version: &'static str,
}

pub(super) fn open(spec: &Spec, exchange: &Exchange<'_>, added_in_version: &'static str) -> Open {
    Open {
        name: spec.name,
        description: spec.description,
        renders: spec.renders(exchange.state.is_browsable),
        parses: ["application/json"],
        added_in_version,
    }
}

/// Of a list of users.
#[derive(Serialize)]
pub(super) struct Users {
    #[serde(flatten)]
    open: Open,
    types: [&'static str; 1],
    actions: Actions,
    search_fields: [&'static str; 4],
}

#[derive(Serialize)]
struct Actions {
    #[serde(rename = "GET")]
    get: UserFields,
}

/// The fields of a user, in order.
#[derive(Serialize)]
struct UserFields {
    id: Field,
    r#type: Field,
    url: Field,
    related: Field,
    created: Field,
    username: Field,
    first_name: Field,
    last_name: Field,
    email: Field,
    is_superuser: Field,
    ldap_dn: Field,
}

#[derive(Serialize)]
struct Field {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_text: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<[[&'static str; 2]; 1]>,
}

impl Field {
    const fn new(r#type: &'static str) -> Self {
        Self {
            r#type,
            label: None,
            help_text: None,
            choices: None,
        }
    }

    const fn label(self, label: &'static str) -> Self {
        Self {
            label: Some(label),
            ..self
        }
    }

    const fn help(self, help_text: &'static str) -> Self {
        Self {
            help_text: Some(help_text),
            ..self
        }
    }
}

const USERNAME_HELP: &str =
    "Required. 30 characters or fewer. Letters, numbers and @/./+/-/_ characters";
const SUPERUSER_HELP: &str =
    "Designates that this user has all permissions without explicitly assigning them.";

pub(super) fn users(spec: &Spec, exchange: &Exchange<'_>) -> Users {
    let kind = Field::new("multiple choice").help("Data type for this user.");
    Users {
        open: open(spec, exchange, "1.2"),
        types: ["user"],
        actions: Actions {
            get: UserFields {
                id: Field::new("integer")
                    .label("ID")
                    .help("Database ID for this user."),
                r#type: Field {
                    choices: Some([["user", "User"]]),
                    ..kind
                },
                url: Field::new("string").help("URL for this user."),
                related: Field::new("object")
                    .help("Data structure with URLs of related resources."),
                created: Field::new("datetime").help("Timestamp when this user was created."),
                username: Field::new("string").label("username").help(USERNAME_HELP),
                first_name: Field::new("string").label("first name"),
                last_name: Field::new("string").label("last name"),
                email: Field::new("email").label("email address"),
                is_superuser: Field::new("boolean")
                    .label("superuser status")
                    .help(SUPERUSER_HELP),
                ldap_dn: Field::new("string"),
            },
        },
        search_fields: ["username", "first_name", "last_name", "email"],
    }
}
