//! Groups and tokens as `drf` writes them (contract `drf.md`, sections 3 and 10).

use profiled_domain::{Group, Token};
use profiled_rest::wire::timestamp::Micros;
use serde::Serialize;
use utoipa::ToSchema;

/// A group, in the documented order.
#[derive(Serialize, ToSchema)]
#[schema(as = drf::Group)]
pub(super) struct GroupBody<'a> {
    id: i64,
    name: &'a str,
    #[schema(required)]
    notes: Option<&'a str>,
    users_count: i64,
    #[schema(inline)]
    created_at: Micros,
    #[schema(inline)]
    updated_at: Micros,
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
#[derive(Serialize, ToSchema)]
#[schema(as = drf::Token)]
pub(super) struct TokenBody<'a> {
    id: i64,
    prefix: &'a str,
    label: &'a str,
    #[schema(inline)]
    created_at: Micros,
    #[schema(required, inline)]
    last_used_at: Option<Micros>,
    #[schema(required, inline)]
    expires_at: Option<Micros>,
    /// Once, when the token is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
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
