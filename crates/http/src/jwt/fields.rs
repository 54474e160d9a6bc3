//! The fields of the dialect's bodies, in order (contract `drf.md`, sections 4 and 5).

use profiled_rest::fields::{Field, Kind};

use crate::flows::password_change;
use crate::flows::profile_update::FILE_NAME_MAX;
use crate::media::JWT_AVATARS;

/// Longest values that this dialect takes, in characters.
const USERNAME_MAX: usize = 150;
const EMAIL_MAX: usize = 200;
const NAME_MAX: usize = 200;

/// The fields of `/api/profile/{id}/update/`.
pub(super) fn profile(number_phone_max: usize) -> Vec<Field> {
    let username = Field::written("username", "Username", Kind::Username);
    let email = Field::written("email", "Email", Kind::Email);
    let name = |name, label| {
        let field = Field::written(name, label, Kind::Text).at_most(NAME_MAX);
        field.blank()
    };
    let phone = Field::written("number_phone", "Number phone", Kind::Text);
    let avatar = Field::written("avatar", "Avatar", Kind::Image).upload_to(JWT_AVATARS);
    let [password, current] = password_change::fields();
    vec![
        username.at_most(USERNAME_MAX).never_blank(),
        email.at_most(EMAIL_MAX).never_blank(),
        name("first_name", "First name"),
        name("last_name", "Last name"),
        phone.at_most(number_phone_max).nullable().blank(),
        avatar.at_most(FILE_NAME_MAX).nullable(),
        password,
        current,
    ]
}

/// The fields of `/api/token/`. The password is trimmed here.
pub(super) fn credentials() -> Vec<Field> {
    let username = Field::written("username", "Username", Kind::Text);
    let password = Field::written("password", "Password", Kind::Password);
    vec![
        username.required().write_only(),
        password.required().write_only(),
    ]
}

/// The fields of `/api/token/refresh/`.
pub(super) fn refresh() -> Vec<Field> {
    vec![
        Field::written("refresh", "Refresh", Kind::Text).required(),
        Field::shown("access", "Access", Kind::Text),
    ]
}

/// The fields of `/api/token/verify/`.
pub(super) fn token() -> Vec<Field> {
    let token = Field::written("token", "Token", Kind::Text);
    vec![token.required().write_only()]
}

/// The fields of `/api/token/blacklist/`.
pub(super) fn blacklist() -> Vec<Field> {
    let refresh = Field::written("refresh", "Refresh", Kind::Text);
    vec![refresh.required().write_only()]
}
