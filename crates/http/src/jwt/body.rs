//! The profile as `jwt` writes and reads it (contract `drf.md`, section 4).

use profiled_domain::User;
use profiled_rest::RequestContext;
use profiled_rest::fields::{Field, Kind};
use profiled_rest::wire::timestamp::Micros;
use serde::Serialize;
use utoipa::ToSchema;

use crate::flows::password_change;
use crate::flows::profile_update::FILE_NAME_MAX;
use crate::media::JWT_AVATARS;
use crate::media_url;

/// Longest values that this dialect takes, in characters.
const USERNAME_MAX: usize = 150;
const EMAIL_MAX: usize = 200;
const NAME_MAX: usize = 200;

/// Body of `/api/profile/`, in the documented order. Unset text is `""`, but for the contact phone.
#[derive(Serialize, ToSchema)]
#[schema(as = jwt::Profile)]
pub(super) struct ProfileBody<'a> {
    id: i64,
    username: &'a str,
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    #[schema(required)]
    number_phone: Option<&'a str>,
    #[schema(required)]
    avatar: Option<String>,
    #[schema(inline)]
    date_joined: Micros,
    #[schema(required, inline)]
    last_login: Option<Micros>,
    is_active: bool,
    is_staff: bool,
    is_superuser: bool,
}

impl<'a> ProfileBody<'a> {
    pub(super) fn new(context: &RequestContext<'_>, user: &'a User) -> Self {
        let avatar = media_url::path(user.person.avatar.as_deref());
        Self {
            id: user.id.0,
            username: user.person.username.as_deref().unwrap_or_default(),
            email: user.person.email.as_deref().unwrap_or_default(),
            first_name: user.person.first_name.as_deref().unwrap_or_default(),
            last_name: user.person.last_name.as_deref().unwrap_or_default(),
            number_phone: user.person.number_phone.as_deref(),
            avatar: avatar.map(|path| context.origin.below(&path).into_owned()),
            date_joined: Micros(user.date_joined),
            last_login: user.last_login.map(Micros),
            is_active: user.is_active,
            is_staff: user.is_staff,
            is_superuser: user.is_superuser,
        }
    }
}

/// The fields of `/api/profile/{id}/update/`.
pub(super) fn fields(number_phone_max: usize) -> Vec<Field> {
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
        name("first_name", "First name").autofill("given-name"),
        name("last_name", "Last name").autofill("family-name"),
        phone
            .at_most(number_phone_max)
            .nullable()
            .blank()
            .autofill("tel"),
        avatar.at_most(FILE_NAME_MAX).nullable(),
        password,
        current,
    ]
}
