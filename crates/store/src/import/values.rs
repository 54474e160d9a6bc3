//! What an import brings, in the words of `manage.py dumpdata` and of people files.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{NewToken, PasswordHash, Person, ProfileField, UniqueKey};

use super::outcome::Refusal;
use crate::database::schema::users;
use crate::database::{PersonRow, stored};

/// Longest external id, in characters.
const EXTERNAL_ID_MAX: usize = 255;

/// A user with its id. Text is stored as it is.
#[derive(Clone, Debug)]
pub struct ImportedUser {
    /// Identifier, kept.
    pub id: i64,
    /// The primary key that it has elsewhere, where that is no positive number. `None`: that which is
    /// stored.
    pub external_id: Option<String>,
    /// The attributes of the person.
    pub person: Person,
    /// May authenticate.
    pub is_active: bool,
    /// Staff.
    pub is_staff: bool,
    /// Superuser.
    pub is_superuser: bool,
    /// Name in a directory, `""` for none.
    pub ldap_dn: String,
    /// As Django encodes it.
    pub password: PasswordHash,
    /// Time of joining. `None`: that of the import, unless one is stored.
    pub date_joined: Option<DateTime<Utc>>,
    /// Time of the last login.
    pub last_login: Option<DateTime<Utc>>,
}

/// A group with its id.
#[derive(Clone, Debug)]
pub struct ImportedGroup {
    /// Identifier, kept.
    pub id: i64,
    /// Unique.
    pub name: String,
    /// Free text.
    pub notes: Option<String>,
    /// `None`: the time of the import.
    pub created_at: Option<DateTime<Utc>>,
    /// `None`: the time of the import.
    pub updated_at: Option<DateTime<Utc>>,
}

/// A token; its key is known by digest only.
pub type ImportedToken = NewToken;

/// An organization with its id.
#[derive(Clone, Debug)]
pub struct ImportedOrganization {
    /// Identifier, kept.
    pub id: i64,
    /// Unique.
    pub name: String,
    /// Free text.
    pub description: String,
    /// The user who made it.
    pub created_by: Option<i64>,
    /// Time of creation.
    pub created: DateTime<Utc>,
    /// Time of the last change.
    pub modified: DateTime<Utc>,
}

/// A team with its id.
#[derive(Clone, Debug)]
pub struct ImportedTeam {
    /// Identifier, kept.
    pub id: i64,
    /// Unique in its organization.
    pub name: String,
    /// Free text.
    pub description: String,
    /// The organization it belongs to.
    pub organization: Option<i64>,
    /// The user who made it.
    pub created_by: Option<i64>,
    /// Time of creation.
    pub created: DateTime<Utc>,
    /// Time of the last change.
    pub modified: DateTime<Utc>,
}

/// All columns of a user, for comparing and writing.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub(super) struct StoredUser {
    pub(super) id: i64,
    #[diesel(embed)]
    pub(super) person: PersonRow,
    is_active: bool,
    is_staff: bool,
    is_superuser: bool,
    ldap_dn: String,
    pub(super) password: String,
    pub(super) date_joined: NaiveDateTime,
    pub(super) last_login: Option<NaiveDateTime>,
    pub(super) external_id: Option<String>,
}

impl StoredUser {
    pub(super) fn new(user: &ImportedUser, now: DateTime<Utc>) -> Self {
        let mut person = PersonRow::from(user.person.clone());
        // Django's own value for "none", which any number of users have.
        if person.email.as_deref() == Some("") {
            person.share(UniqueKey::Email);
        }
        if person.mobile_number.as_deref() == Some("") {
            person.share(UniqueKey::MobileNumber);
        }
        Self {
            id: user.id,
            person,
            is_active: user.is_active,
            is_staff: user.is_staff,
            is_superuser: user.is_superuser,
            ldap_dn: user.ldap_dn.clone(),
            password: user.password.as_encoded().to_owned(),
            date_joined: stored(user.date_joined.unwrap_or(now)),
            last_login: user.last_login.map(stored),
            external_id: user.external_id.clone(),
        }
    }

    /// What no other user may have.
    pub(super) fn unique_values(&self) -> impl Iterator<Item = (UniqueKey, String)> + use<> {
        let values = self.held();
        values
            .map(|(key, value)| Some((key, value?.clone())))
            .into_iter()
            .flatten()
    }

    /// The columns of those values.
    pub(super) fn held(&self) -> [(UniqueKey, Option<&String>); 3] {
        let person = &self.person;
        [
            (UniqueKey::Username, person.username.as_ref()),
            (UniqueKey::Email, person.email.as_ref()),
            (UniqueKey::MobileNumber, person.mobile_number.as_ref()),
        ]
    }

    /// Whether the change from `old` takes a password or the right to log in away.
    pub(super) fn ends_credentials_of(&self, old: &Self) -> bool {
        let has_other_password = self.password != old.password && !self.is_rehash_of(old);
        has_other_password || (old.is_active && !self.is_active)
    }

    /// Whether the same password has another hash: Django writes one at a log-in, and then only when its hasher or
    /// the cost has changed.
    pub(super) fn is_rehash_of(&self, old: &Self) -> bool {
        let hash = |row: &Self| PasswordHash::from_encoded(row.password.clone());
        self.password != old.password
            && self.last_login > old.last_login
            && !hash(self).has_parameters_of(&hash(old))
    }
}

impl ImportedUser {
    /// The first text that its column does not hold.
    pub(super) fn misfit(&self) -> Option<Refusal> {
        let fields = ProfileField::ALL.iter();
        let columns = fields.filter_map(|field| {
            let text = self.person.get(*field)?;
            Some((field.as_str(), text, field.stored_max()))
        });
        let others = [
            ("ldap_dn", self.ldap_dn.as_str(), usize::MAX),
            ("password", self.password.as_encoded(), usize::MAX),
            (
                "external_id",
                self.external_id.as_deref().unwrap_or_default(),
                EXTERNAL_ID_MAX,
            ),
        ];
        columns
            .chain(others)
            .find_map(|(name, text, max)| misfit(name, text, max))
    }
}

/// Why a text does not go into a column of `max` characters.
pub(super) fn misfit(column: &'static str, text: &str, max: usize) -> Option<Refusal> {
    if text.contains('\0') {
        Some(Refusal::NullCharacter(column))
    } else if text.chars().count() > max {
        Some(Refusal::TooLong { column, max })
    } else {
        None
    }
}
