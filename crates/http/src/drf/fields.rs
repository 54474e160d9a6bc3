//! The fields of groups and tokens, in order (contract `drf.md`, sections 3 and 10).

use profiled_domain::Group;
use profiled_rest::fields::{Field, Kind};

/// Longest label of a token, in characters.
const LABEL_MAX: usize = 100;

/// The fields of `/api/auth/token/`.
pub(super) fn obtain() -> Vec<Field> {
    let username = Field::written("username", "Username", Kind::Text);
    let password = Field::written("password", "Password", Kind::Password);
    vec![
        username.required().write_only(),
        password.untrimmed().required().write_only(),
        Field::shown("token", "Token", Kind::Text),
    ]
}

/// The fields of one's own token.
pub(super) fn token() -> Vec<Field> {
    let label = Field::written("label", "Label", Kind::Text);
    vec![
        Field::shown("id", "ID", Kind::Integer),
        Field::shown("prefix", "Prefix", Kind::Text),
        label.at_most(LABEL_MAX).blank(),
        Field::shown("created_at", "Created at", Kind::DateTime),
        Field::shown("last_used_at", "Last used at", Kind::DateTime),
        Field::written("expires_at", "Expires at", Kind::DateTime)
            .nullable()
            .help("When the token ends"),
        Field::shown("key", "Key", Kind::Text),
    ]
}

/// The fields of a group.
pub(super) fn group() -> Vec<Field> {
    let name = Field::written("name", "Name", Kind::Text);
    vec![
        Field::shown("id", "ID", Kind::Integer),
        name.at_most(Group::NAME_MAX).required(),
        Field::written("notes", "Notes", Kind::Text)
            .nullable()
            .blank(),
        Field::shown("users_count", "Users count", Kind::Integer),
        Field::shown("created_at", "Created at", Kind::DateTime),
        Field::shown("updated_at", "Updated at", Kind::DateTime),
    ]
}
