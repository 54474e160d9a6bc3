//! The fields of a user that a query may name.

use chrono::{DateTime, Utc};
use profiled_domain::User;

/// A field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tower) enum Field {
    Id,
    Username,
    FirstName,
    LastName,
    Email,
    IsSuperuser,
    DateJoined,
    LastLogin,
    LdapDn,
}

/// What the first segment of a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tower) enum Named {
    Field(Field),
    /// The row that holds `ldap_dn`.
    Profile,
    /// A list of other objects.
    Relation,
    /// Something that must not be guessed at.
    Sensitive,
    Unknown,
}

/// The kind of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tower) enum Kind {
    Integer,
    Text,
    Boolean,
    Instant,
}

/// A value of a user; only instants can be absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tower) enum Value<'a> {
    Integer(i64),
    Text(&'a str),
    Boolean(bool),
    Instant(Option<DateTime<Utc>>),
}

pub(in crate::tower) fn name(segment: &str) -> Named {
    Named::Field(match segment {
        "id" | "pk" => Field::Id,
        "username" => Field::Username,
        "first_name" => Field::FirstName,
        "last_name" => Field::LastName,
        "email" => Field::Email,
        "is_superuser" => Field::IsSuperuser,
        "date_joined" | "created" => Field::DateJoined,
        "last_login" => Field::LastLogin,
        "ldap_dn" => Field::LdapDn,
        "profile" => return Named::Profile,
        "organizations" | "admin_of_organizations" | "teams" => return Named::Relation,
        "password" | "auth_tokens" | "is_active" | "is_staff" => return Named::Sensitive,
        _ => return Named::Unknown,
    })
}

impl Field {
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Id => Kind::Integer,
            Self::IsSuperuser => Kind::Boolean,
            Self::DateJoined | Self::LastLogin => Kind::Instant,
            _ => Kind::Text,
        }
    }

    pub(super) fn of(self, user: &User) -> Value<'_> {
        let text = match self {
            Self::Id => return Value::Integer(user.id.0),
            Self::IsSuperuser => return Value::Boolean(user.is_superuser),
            Self::DateJoined => return Value::Instant(Some(user.date_joined)),
            Self::LastLogin => return Value::Instant(user.last_login),
            Self::LdapDn => return Value::Text(&user.ldap_dn),
            Self::Username => &user.username,
            Self::FirstName => &user.first_name,
            Self::LastName => &user.last_name,
            Self::Email => &user.email,
        };
        Value::Text(text.as_deref().unwrap_or_default())
    }
}
