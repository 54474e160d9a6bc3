//! The fields of token bodies, in order (contract `drf.md`, section 5).

use profiled_auth::UsernameField;
use profiled_rest::fields::{Field, Kind};

/// The fields of `/api/token/`; simplejwt names the first one after `USERNAME_FIELD`. The password is trimmed here.
pub(super) fn credentials(field: UsernameField) -> Vec<Field> {
    let label = match field {
        UsernameField::Username => "Username",
        UsernameField::Email => "Email",
    };
    let username = Field::written(field.as_str(), label, Kind::Text);
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

/// The fields of `/api/token/sliding/refresh/`.
pub(super) fn sliding() -> Vec<Field> {
    vec![Field::written("token", "Token", Kind::Text).required()]
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
