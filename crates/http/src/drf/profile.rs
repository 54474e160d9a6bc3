//! The profile as `drf` writes and reads it (contract `drf.md`, sections 3 and 10).

use profiled_domain::{EmailAddress, Group, UserProfile, Username};
use profiled_rest::fields::{Field, Kind};
use profiled_rest::wire::query::Query;
use profiled_rest::wire::timestamp::Micros;
use profiled_rest::{QueryParameter, RequestContext};
use serde::Serialize;
use utoipa::ToSchema;

use crate::drf::body::GroupBody;
use crate::drf::fields;
use crate::flows::password_change;
use crate::flows::profile_update::FILE_NAME_MAX;
use crate::media::DRF_AVATARS;
use crate::media_url;
use crate::settings::GroupsRepresentation;

/// Longest given or family name that this dialect takes, in characters.
const NAME_MAX: usize = 150;

/// Values and labels of `gender`.
const GENDERS: &[(&str, &str)] = &[("male", "Male"), ("female", "Female"), ("other", "Other")];

/// A user, in the documented order: body of `/api/users/me/`, and of each in `/api/users/`.
#[derive(Serialize, ToSchema)]
#[schema(as = drf::User)]
pub(super) struct MeBody<'a> {
    id: i64,
    #[schema(required)]
    username: Option<&'a str>,
    #[schema(required)]
    mobile_number: Option<&'a str>,
    #[schema(required)]
    email: Option<&'a str>,
    #[schema(required)]
    avatar: Option<String>,
    #[schema(required)]
    first_name: Option<&'a str>,
    #[schema(required)]
    last_name: Option<&'a str>,
    #[schema(required)]
    full_name: Option<String>,
    #[schema(required)]
    gender: Option<&'static str>,
    is_profile_completed: bool,
    groups: Groups<'a>,
    #[schema(required, inline)]
    last_login: Option<Micros>,
    #[schema(inline)]
    created_at: Micros,
}

#[derive(Serialize, ToSchema)]
#[schema(as = drf::Groups)]
#[serde(untagged)]
enum Groups<'a> {
    Objects(Vec<GroupBody<'a>>),
    Ids(Vec<i64>),
}

impl<'a> MeBody<'a> {
    pub(super) fn new(
        context: &RequestContext<'_>,
        profile: &'a UserProfile,
        form: GroupsRepresentation,
    ) -> Self {
        let user = &profile.user;
        let avatar = media_url::path(user.person.avatar.as_deref());
        Self {
            id: user.id.0,
            username: user.person.username.as_deref(),
            mobile_number: user.person.mobile_number.as_deref(),
            email: user.person.email.as_deref(),
            avatar: avatar.map(|path| format!("{}{path}", context.origin.as_str())),
            first_name: user.person.first_name.as_deref(),
            last_name: user.person.last_name.as_deref(),
            full_name: user.person.full_name(),
            gender: user.person.gender.map(profiled_domain::Gender::as_str),
            is_profile_completed: context.services.completion.is_complete(&user.person),
            groups: Groups::new(&profile.groups, form),
            last_login: user.last_login.map(Micros),
            created_at: Micros(user.date_joined),
        }
    }
}

impl GroupsRepresentation {
    /// The form that a query names, else this one (`decisions.md` 3).
    pub(super) fn requested(self, query: &Query) -> Self {
        match query.get("groups") {
            Some("ids") => Self::Ids,
            Some("objects") => Self::Objects,
            _ => self,
        }
    }
}

impl<'a> Groups<'a> {
    fn new(groups: &'a [Group], form: GroupsRepresentation) -> Self {
        match form {
            GroupsRepresentation::Objects => {
                Self::Objects(groups.iter().map(GroupBody::new).collect())
            }
            GroupsRepresentation::Ids => Self::Ids(groups.iter().map(|group| group.id.0).collect()),
        }
    }
}

/// How a query asks for the form of `groups`.
pub(super) fn groups_parameter() -> QueryParameter {
    let text = "Groups as objects, or their ids alone, in place of what the settings say.";
    QueryParameter::one_of("groups", text, &["objects", "ids"])
}

/// The fields of `/api/users/me/`.
pub(super) fn fields(mobile_number_max: usize) -> Vec<Field> {
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
        text("mobile_number", "Mobile number", mobile_number_max).autofill("tel"),
        email.at_most(EmailAddress::MAX).nullable().blank(),
        avatar.at_most(FILE_NAME_MAX).nullable(),
        text("first_name", "First name", NAME_MAX).autofill("given-name"),
        text("last_name", "Last name", NAME_MAX).autofill("family-name"),
        Field::shown("full_name", "Full name", Kind::Text),
        Field::written("gender", "Gender", Kind::Choice(GENDERS)).nullable(),
        Field::shown(
            "is_profile_completed",
            "Is profile completed",
            Kind::Boolean,
        ),
        Field::shown("groups", "Groups", Kind::Nested(fields::group)),
        Field::shown("last_login", "Last login", Kind::DateTime),
        Field::shown("created_at", "Created at", Kind::DateTime),
        password,
        current,
    ]
}
