//! The OPTIONS document of `/api/users/me/` (contract `drf.md`, section 10).

use profiled_domain::{EmailAddress, Gender, Username};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::rest_framework::PARSES;
use crate::view::{self, Answer, Exchange, Spec};

#[derive(Serialize)]
struct OptionsBody {
    name: &'static str,
    description: &'static str,
    renders: Vec<&'static str>,
    parses: [&'static str; 3],
    actions: Actions,
}

#[derive(Serialize)]
struct Actions {
    #[serde(rename = "PUT")]
    put: Fields,
}

/// Fields by name, in order.
struct Fields(Vec<(&'static str, Field)>);

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, field) in &self.0 {
            map.serialize_entry(name, field)?;
        }
        map.end()
    }
}

/// What is told of a field, as far as it applies.
#[derive(Default, Serialize)]
struct Field {
    r#type: &'static str,
    required: bool,
    read_only: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    child: Option<Box<Field>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    children: Option<Fields>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<Vec<Choice>>,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    display_name: &'static str,
}

/// Longest name and group name, stored file name and password that this dialect takes.
const NAME_MAX: usize = 150;
const FILE_NAME_MAX: usize = 100;
const PASSWORD_MAX: usize = 128;

pub(super) fn me(spec: &Spec, exchange: &Exchange<'_>) -> Answer {
    exchange.ok(&OptionsBody {
        name: spec.name,
        description: spec.description,
        renders: view::renders(exchange.state.is_browsable),
        parses: PARSES,
        actions: Actions {
            put: me_fields(exchange.state.mobile_number_max),
        },
    })
}

fn me_fields(mobile_number_max: usize) -> Fields {
    Fields(vec![
        ("id", read_only("integer", "ID")),
        (
            "username",
            writable("string", "Username", Some(Username::MAX)),
        ),
        (
            "mobile_number",
            writable("string", "Mobile number", Some(mobile_number_max)),
        ),
        ("email", writable("email", "Email", Some(EmailAddress::MAX))),
        (
            "avatar",
            writable("image upload", "Avatar", Some(FILE_NAME_MAX)),
        ),
        (
            "first_name",
            writable("string", "First name", Some(NAME_MAX)),
        ),
        ("last_name", writable("string", "Last name", Some(NAME_MAX))),
        ("full_name", read_only("string", "Full name")),
        (
            "gender",
            Field {
                choices: Some(genders()),
                ..writable("choice", "Gender", None)
            },
        ),
        (
            "is_profile_completed",
            read_only("boolean", "Is profile completed"),
        ),
        (
            "groups",
            Field {
                child: Some(Box::new(group())),
                ..read_only("field", "Groups")
            },
        ),
        ("last_login", read_only("datetime", "Last login")),
        ("created_at", read_only("datetime", "Created at")),
        (
            "password",
            writable("string", "Password", Some(PASSWORD_MAX)),
        ),
        (
            "current_password",
            writable("string", "Current password", None),
        ),
    ])
}

fn group() -> Field {
    let name = Field {
        required: true,
        ..writable("string", "Name", Some(NAME_MAX))
    };
    Field {
        r#type: "nested object",
        read_only: true,
        children: Some(Fields(vec![
            ("id", read_only("integer", "ID")),
            ("name", name),
            ("notes", writable("string", "Notes", None)),
            ("users_count", read_only("integer", "Users count")),
            ("created_at", read_only("datetime", "Created at")),
            ("updated_at", read_only("datetime", "Updated at")),
        ])),
        ..Field::default()
    }
}

fn genders() -> Vec<Choice> {
    let choice = |gender: Gender| Choice {
        value: gender.as_str(),
        display_name: gender.label(),
    };
    Gender::ALL.into_iter().map(choice).collect()
}

fn read_only(r#type: &'static str, label: &'static str) -> Field {
    Field {
        r#type,
        read_only: true,
        label: Some(label),
        ..Field::default()
    }
}

fn writable(r#type: &'static str, label: &'static str, max_length: Option<usize>) -> Field {
    Field {
        r#type,
        label: Some(label),
        max_length,
        ..Field::default()
    }
}
