//! What is stored, in one list: each table with its columns, in an order in which rows find those that they refer to.

/// What a column holds. Both databases take and give it in their own types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Flag,
    Text,
    /// UTC, microseconds.
    Instant,
    Bytes,
}

/// A column: its name and what it holds.
pub(super) type Column = (&'static str, Kind);

/// A table whose rows are written and filled in.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [Column],
    /// The columns of the primary key: rows are in their order.
    pub(super) order: &'static str,
    /// Whether the database gives the identifiers, and none of them twice.
    pub(super) gives_ids: bool,
}

impl Table {
    const fn new(name: &'static str, order: &'static str, columns: &'static [Column]) -> Self {
        Self {
            name,
            columns,
            order,
            gives_ids: false,
        }
    }

    const fn numbered(name: &'static str, columns: &'static [Column]) -> Self {
        Self {
            gives_ids: true,
            ..Self::new(name, "id", columns)
        }
    }

    pub(super) fn named(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    pub(super) fn column(&self, name: &str) -> Option<Column> {
        self.columns.iter().copied().find(|(own, _)| *own == name)
    }
}

use Kind::{Bytes, Flag, Instant, Integer, Text};

/// Tables that are not of the list: `active_users_count` is counted by triggers, and the others tell of the schema.
pub const LEFT_OUT: [&str; 3] = [
    "__diesel_schema_migrations",
    "active_users_count",
    "breaking_migrations",
];

/// The names of those whose rows the service reads and changes.
pub(crate) fn tables_to_change() -> [&'static str; TABLES.len()] {
    TABLES.map(|table| table.name)
}

/// The first one gets rows when users go, so that it is emptied last.
pub(super) const TABLES: [Table; 21] = [
    Table::new(
        "media_sweep",
        "key",
        &[("key", Text), ("state", Text), ("since", Instant)],
    ),
    Table::numbered(
        "users",
        &[
            ("id", Integer),
            ("username", Text),
            ("email", Text),
            ("mobile_number", Text),
            ("number_phone", Text),
            ("first_name", Text),
            ("last_name", Text),
            ("gender", Text),
            ("avatar", Text),
            ("is_active", Flag),
            ("is_staff", Flag),
            ("is_superuser", Flag),
            ("ldap_dn", Text),
            ("password", Text),
            ("date_joined", Instant),
            ("last_login", Instant),
            ("version", Integer),
            ("credentials_epoch", Integer),
            ("credentials_epoch_at", Instant),
            ("kept_jti", Text),
            ("deleted_at", Instant),
            ("password_digest", Text),
            ("shared_email", Text),
            ("shared_mobile_number", Text),
            ("external_id", Text),
        ],
    ),
    Table::new(
        "deleted_users",
        "user_id",
        &[
            ("user_id", Integer),
            ("username", Text),
            ("email", Text),
            ("mobile_number", Text),
            ("group_ids", Text),
            ("was_active", Flag),
        ],
    ),
    Table::numbered(
        "groups",
        &[
            ("id", Integer),
            ("name", Text),
            ("notes", Text),
            ("users_count", Integer),
            ("created_at", Instant),
            ("updated_at", Instant),
            ("version", Integer),
        ],
    ),
    Table::new(
        "user_groups",
        "user_id, group_id",
        &[("user_id", Integer), ("group_id", Integer)],
    ),
    Table::numbered(
        "tokens",
        &[
            ("id", Integer),
            ("digest", Bytes),
            ("user_id", Integer),
            ("prefix", Text),
            ("label", Text),
            ("created_at", Instant),
            ("last_used_at", Instant),
            ("expires_at", Instant),
            ("is_sliding", Flag),
            ("bound_address", Text),
            ("bound_user_agent", Text),
        ],
    ),
    Table::new(
        "refresh_families",
        "id",
        &[
            ("id", Text),
            ("user_id", Integer),
            ("expires_at", Instant),
            ("revoked_at", Instant),
        ],
    ),
    Table::new(
        "refresh_tokens",
        "jti",
        &[
            ("jti", Text),
            ("family", Text),
            ("expires_at", Instant),
            ("rotated_at", Instant),
            ("blacklisted_at", Instant),
        ],
    ),
    Table::new(
        "bindings",
        "issuer, subject",
        &[
            ("issuer", Text),
            ("subject", Text),
            ("user_id", Integer),
            ("created_at", Instant),
        ],
    ),
    Table::numbered(
        "organizations",
        &[
            ("id", Integer),
            ("name", Text),
            ("description", Text),
            ("created_by", Integer),
            ("modified_by", Integer),
            ("created", Instant),
            ("modified", Instant),
        ],
    ),
    Table::numbered(
        "teams",
        &[
            ("id", Integer),
            ("organization_id", Integer),
            ("name", Text),
            ("description", Text),
            ("created_by", Integer),
            ("modified_by", Integer),
            ("created", Instant),
            ("modified", Instant),
        ],
    ),
    Table::new(
        "organization_users",
        "user_id, organization_id",
        &[("user_id", Integer), ("organization_id", Integer)],
    ),
    Table::new(
        "organization_admins",
        "user_id, organization_id",
        &[("user_id", Integer), ("organization_id", Integer)],
    ),
    Table::new(
        "team_users",
        "user_id, team_id",
        &[("user_id", Integer), ("team_id", Integer)],
    ),
    Table::numbered(
        "activity",
        &[
            ("id", Integer),
            ("timestamp", Instant),
            ("operation", Text),
            ("changes", Text),
            ("object1", Text),
            ("object2", Text),
            ("actor_id", Integer),
        ],
    ),
    Table::new(
        "activity_users",
        "event_id, user_id",
        &[("event_id", Integer), ("user_id", Integer)],
    ),
    Table::new(
        "activity_organizations",
        "event_id, organization_id",
        &[("event_id", Integer), ("organization_id", Integer)],
    ),
    Table::new(
        "activity_teams",
        "event_id, team_id",
        &[("event_id", Integer), ("team_id", Integer)],
    ),
    Table::new(
        "deleted_directory_objects",
        "kind, id",
        &[
            ("kind", Text),
            ("id", Integer),
            ("name", Text),
            ("deleted_at", Instant),
        ],
    ),
    Table::new(
        "django_mapping",
        "id",
        &[("id", Integer), ("mapping", Text)],
    ),
    Table::new(
        "throttle_hits",
        "digest",
        &[("digest", Bytes), ("hits", Bytes), ("ends_at", Instant)],
    ),
];
