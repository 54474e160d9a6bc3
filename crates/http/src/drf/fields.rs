//! The fields of the dialect's bodies, in order (contract `drf.md`, sections 3 and 10).

use profiled_domain::{EmailAddress, Group, Username};
use profiled_rest::fields::{Field, Kind};

use crate::flows::password_change;
use crate::flows::profile_update::FILE_NAME_MAX;
use crate::media::DRF_AVATARS;

/// Longest given or family name that this dialect takes, in characters.
const NAME_MAX: usize = 150;

/// Longest label of a token, in characters.
const LABEL_MAX: usize = 100;

/// Values and labels of `gender`.
const GENDERS: &[(&str, &str)] = &[("male", "Male"), ("female", "Female"), ("other", "Other")];

/// The fields of `/api/users/me/`.
pub(super) fn me(mobile_number_max: usize) -> Vec<Field> {
    let text = |name, label, max| {
        let field = Field::written(name, label, Kind::Text).at_most(max);
        field.nullable().blank()
    };
    let username = Field::written("username", "Username", Kind::Username);
    let email = Field::written("email", "Email", Kind::Email);
    let avatar = Field::written("avatar", "Avatar", Kind::Image).upload_to(DRF_AVATARS);
    let [password, current] = password_change::fields();
    vec![
        Field::shown("id", "ID", Kind::Integer),
        username.at_most(Username::MAX).nullable().blank(),
        text("mobile_number", "Mobile number", mobile_number_max),
        email.at_most(EmailAddress::MAX).nullable().blank(),
        avatar.at_most(FILE_NAME_MAX).nullable(),
        text("first_name", "First name", NAME_MAX),
        text("last_name", "Last name", NAME_MAX),
        Field::shown("full_name", "Full name", Kind::Text),
        Field::written("gender", "Gender", Kind::Choice(GENDERS)).nullable(),
        Field::shown(
            "is_profile_completed",
            "Is profile completed",
            Kind::Boolean,
        ),
        Field::shown("groups", "Groups", Kind::Nested(group)),
        Field::shown("last_login", "Last login", Kind::DateTime),
        Field::shown("created_at", "Created at", Kind::DateTime),
        password,
        current,
    ]
}

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
        Field::written("expires_at", "Expires at", Kind::DateTime).nullable(),
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
