//! The profile as `drf` writes it (contract `drf.md`, section 3).

use profiled_domain::{Group, Token, UserProfile};
use profiled_rest::RequestContext;
use profiled_rest::wire::query::Query;
use profiled_rest::wire::timestamp::Micros;
use serde::Serialize;

use crate::media_url;
use crate::settings::GroupsForm;

/// A user, in the documented order: body of `/api/users/me/`, and of each in `/api/users/`.
#[derive(Serialize)]
pub(super) struct MeBody<'a> {
    id: i64,
    username: Option<&'a str>,
    mobile_number: Option<&'a str>,
    email: Option<&'a str>,
    avatar: Option<String>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    full_name: Option<String>,
    gender: Option<&'static str>,
    is_profile_completed: bool,
    groups: Groups<'a>,
    last_login: Option<Micros>,
    created_at: Micros,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Groups<'a> {
    Objects(Vec<GroupBody<'a>>),
    Ids(Vec<i64>),
}

/// A group, in the documented order.
#[derive(Serialize)]
pub(super) struct GroupBody<'a> {
    id: i64,
    name: &'a str,
    notes: Option<&'a str>,
    users_count: i64,
    created_at: Micros,
    updated_at: Micros,
}

impl<'a> MeBody<'a> {
    pub(super) fn new(
        context: &RequestContext<'_>,
        profile: &'a UserProfile,
        form: GroupsForm,
    ) -> Self {
        let user = &profile.user;
        let avatar = media_url::path(user.avatar.as_deref());
        Self {
            id: user.id.0,
            username: user.username.as_deref(),
            mobile_number: user.mobile_number.as_deref(),
            email: user.email.as_deref(),
            avatar: avatar.map(|path| format!("{}{path}", context.origin.as_str())),
            first_name: user.first_name.as_deref(),
            last_name: user.last_name.as_deref(),
            full_name: user.full_name(),
            gender: user.gender.map(profiled_domain::Gender::as_str),
            is_profile_completed: context.services.completion.is_complete(user),
            groups: Groups::new(&profile.groups, form),
            last_login: user.last_login.map(Micros),
            created_at: Micros(user.date_joined),
        }
    }
}

impl GroupsForm {
    /// The form that a query asks for, else this one (`decisions.md` 3).
    pub(super) fn asked(self, query: &Query) -> Self {
        match query.get("groups") {
            Some("ids") => Self::Ids,
            Some("objects") => Self::Objects,
            _ => self,
        }
    }
}

impl<'a> Groups<'a> {
    fn new(groups: &'a [Group], form: GroupsForm) -> Self {
        match form {
            GroupsForm::Objects => Self::Objects(groups.iter().map(GroupBody::new).collect()),
            GroupsForm::Ids => Self::Ids(groups.iter().map(|group| group.id.0).collect()),
        }
    }
}

impl<'a> GroupBody<'a> {
    pub(super) fn new(group: &'a Group) -> Self {
        Self {
            id: group.id.0,
            name: &group.name,
            notes: group.notes.as_deref(),
            users_count: group.users_count,
            created_at: Micros(group.created_at),
            updated_at: Micros(group.updated_at),
        }
    }
}

/// A token as its owner sees it.
#[derive(Serialize)]
pub(super) struct TokenBody<'a> {
    id: i64,
    prefix: &'a str,
    label: &'a str,
    created_at: Micros,
    last_used_at: Option<Micros>,
    expires_at: Option<Micros>,
    /// Once, when the token is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
}

impl<'a> TokenBody<'a> {
    pub(super) fn new(token: &'a Token, key: Option<&'a str>) -> Self {
        Self {
            id: token.state.id.0,
            prefix: &token.prefix,
            label: &token.label,
            created_at: Micros(token.created_at),
            last_used_at: token.state.last_used_at.map(Micros),
            expires_at: token.state.expires_at.map(Micros),
            key,
        }
    }
}
