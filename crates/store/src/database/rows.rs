//! Rows, and how they become values of the domain.

use diesel::prelude::*;
use profiled_domain::{
    CredentialsEpoch, Group, GroupId, RepositoryError, Token, TokenClient, TokenId, TokenState,
    User, UserId,
};

use crate::database::instant::Instant;
use crate::database::person::PersonRow;
use crate::database::schema::{groups, tokens, users};

/// A user without the password.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub(crate) struct UserRow {
    pub(crate) id: i64,
    #[diesel(embed)]
    person: PersonRow,
    is_active: bool,
    is_staff: bool,
    is_superuser: bool,
    ldap_dn: String,
    date_joined: Instant,
    last_login: Option<Instant>,
    version: i64,
    credentials_epoch: i64,
    credentials_epoch_at: Option<Instant>,
    kept_jti: Option<String>,
    password_digest: Option<String>,
    deleted_at: Option<Instant>,
}

impl TryFrom<UserRow> for User {
    type Error = RepositoryError;

    fn try_from(row: UserRow) -> Result<Self, Self::Error> {
        Ok(Self {
            id: UserId(row.id),
            person: row.person.into_person(row.id)?,
            is_active: row.is_active,
            is_staff: row.is_staff,
            is_superuser: row.is_superuser,
            ldap_dn: row.ldap_dn,
            date_joined: row.date_joined.0.and_utc(),
            last_login: row.last_login.map(|at| at.0.and_utc()),
            version: row.version,
            credentials: CredentialsEpoch {
                number: row.credentials_epoch,
                changed_at: row.credentials_epoch_at.map(|at| at.0.and_utc()),
                kept_jti: row.kept_jti,
                password_digest: row.password_digest,
            },
            deleted_at: row.deleted_at.map(|at| at.0.and_utc()),
        })
    }
}

/// A group with its stored count.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = groups)]
pub(crate) struct GroupRow {
    pub(crate) id: i64,
    name: String,
    notes: Option<String>,
    users_count: i64,
    created_at: Instant,
    updated_at: Instant,
    version: i64,
}

impl From<GroupRow> for Group {
    fn from(row: GroupRow) -> Self {
        Self {
            id: GroupId(row.id),
            name: row.name,
            notes: row.notes,
            users_count: row.users_count,
            created_at: row.created_at.0.and_utc(),
            updated_at: row.updated_at.0.and_utc(),
            version: row.version,
        }
    }
}

/// What decides whether a token may be used.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = tokens)]
pub(crate) struct TokenStateRow {
    id: i64,
    expires_at: Option<Instant>,
    is_sliding: bool,
    bound_address: Option<String>,
    bound_user_agent: Option<String>,
    last_used_at: Option<Instant>,
}

impl From<TokenStateRow> for TokenState {
    fn from(row: TokenStateRow) -> Self {
        let user_agent = row.bound_user_agent;
        Self {
            id: TokenId(row.id),
            expires_at: row.expires_at.map(|at| at.0.and_utc()),
            is_sliding: row.is_sliding,
            binding: row.bound_address.map(|address| TokenClient {
                address,
                user_agent,
            }),
            last_used_at: row.last_used_at.map(|at| at.0.and_utc()),
        }
    }
}

/// A token as its owner may see it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = tokens)]
pub(crate) struct TokenRow {
    #[diesel(embed)]
    state: TokenStateRow,
    user_id: i64,
    prefix: String,
    label: String,
    created_at: Instant,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            state: row.state.into(),
            owner: UserId(row.user_id),
            prefix: row.prefix,
            label: row.label,
            created_at: row.created_at.0.and_utc(),
        }
    }
}
