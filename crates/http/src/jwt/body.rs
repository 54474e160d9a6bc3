//! The profile as `jwt` writes it (contract `drf.md`, section 4).

use profiled_domain::User;
use profiled_rest::wire::timestamp::Micros;
use serde::Serialize;

use crate::media_url;

/// Body of `/api/profile/`, in the documented order. Unset text is `""`, but for the contact phone.
#[derive(Serialize)]
pub(super) struct ProfileBody<'a> {
    id: i64,
    username: &'a str,
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    number_phone: Option<&'a str>,
    avatar: Option<String>,
    date_joined: Micros,
    last_login: Option<Micros>,
    is_active: bool,
    is_staff: bool,
    is_superuser: bool,
}

impl<'a> ProfileBody<'a> {
    pub(super) fn new(user: &'a User) -> Self {
        Self {
            id: user.id.0,
            username: user.username.as_deref().unwrap_or_default(),
            email: user.email.as_deref().unwrap_or_default(),
            first_name: user.first_name.as_deref().unwrap_or_default(),
            last_name: user.last_name.as_deref().unwrap_or_default(),
            number_phone: user.number_phone.as_deref(),
            avatar: media_url::path(user.avatar.as_deref()),
            date_joined: Micros(user.date_joined),
            last_login: user.last_login.map(Micros),
            is_active: user.is_active,
            is_staff: user.is_staff,
            is_superuser: user.is_superuser,
        }
    }
}
