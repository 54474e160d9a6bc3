//! From the records of Django's models to accounts, groups and tokens.

use profiled_auth::TokenKey;
use profiled_domain::{PasswordHash, Patch, Person, ProfileChange, ProfileField, TokenDigest};
use profiled_store::{ImportedGroup, ImportedUser};
use serde_json::Value;

use chrono::{DateTime, Utc};

use crate::dump::fields::Fields;
use crate::dump::reader::Record;

/// What a record is.
pub(crate) enum Row {
    User(Box<DumpedUser>),
    Group(ImportedGroup),
    Token(DumpedToken),
    /// A model that is none of ours.
    Other,
}

/// A user and its groups.
pub(crate) struct DumpedUser {
    pub(crate) user: ImportedUser,
    pub(crate) groups: Vec<Reference>,
}

/// A token of `rest_framework.authtoken`.
pub(crate) struct DumpedToken {
    pub(crate) digest: TokenDigest,
    pub(crate) prefix: String,
    pub(crate) owner: Reference,
    pub(crate) created: DateTime<Utc>,
}

/// How a record names another: by id, or by natural key (`--natural-foreign`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    Id(i64),
    Name(String),
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Name(name) => write!(f, "{name:?}"),
        }
    }
}

/// An invalid record of one of our models.
pub(crate) struct Unreadable {
    /// `user`, `group` or `token`
    pub(crate) row: &'static str,
    pub(crate) reason: String,
}

/// Reads a record of any model.
///
/// Applications name their models as they like: a user is what is called so and has a password.
pub(crate) fn classify(record: Record) -> Result<Row, Unreadable> {
    let model = record.model.to_ascii_lowercase();
    let name = model.rsplit_once('.').map_or(&*model, |(_, name)| name);
    let is_user = name.ends_with("user") || name.ends_with("users");
    let unreadable = |row| move |reason| Unreadable { row, reason };
    match name {
        "token" if model == "authtoken.token" => {
            token(record).map(Row::Token).map_err(unreadable("token"))
        }
        "group" => group(record).map(Row::Group).map_err(unreadable("group")),
        _ if is_user && record.fields.contains_key("password") => {
            let user = user(record).map_err(unreadable("user"))?;
            Ok(Row::User(Box::new(user)))
        }
        _ => Ok(Row::Other),
    }
}

fn id(pk: &Value) -> Result<i64, String> {
    let number = pk.as_i64().filter(|id| *id > 0);
    number.ok_or_else(|| "pk is not a positive number: dump without --natural-primary".to_owned())
}

fn reference(value: &Value) -> Result<Reference, String> {
    match value {
        Value::Number(_) => id(value).map(Reference::Id),
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(name)] => Ok(Reference::Name(name.clone())),
            _ => Err(format!("{value} is not a natural key of one part")),
        },
        _ => Err(format!("{value} refers to nothing")),
    }
}

fn user(record: Record) -> Result<DumpedUser, String> {
    let id = id(&record.pk)?;
    let mut fields = Fields(record.fields);
    let groups = fields
        .list("groups")?
        .iter()
        .map(reference)
        .collect::<Result<_, _>>()?;
    let joined = match fields.instant("date_joined")? {
        Some(at) => Some(at),
        None => fields.instant("created_at")?,
    };
    let user = ImportedUser {
        id,
        person: person(&mut fields)?,
        is_active: fields.flag("is_active", true)?,
        is_staff: fields.flag("is_staff", false)?,
        is_superuser: fields.flag("is_superuser", false)?,
        ldap_dn: fields.text("ldap_dn")?.unwrap_or_default(),
        password: PasswordHash::from_encoded(fields.text("password")?.unwrap_or_default()),
        date_joined: joined.ok_or("neither date_joined nor created_at is given")?,
        last_login: fields.instant("last_login")?,
    };
    Ok(DumpedUser { user, groups })
}

/// The attributes that the record has. A gender or an avatar of `""` is none.
fn person(fields: &mut Fields) -> Result<Person, String> {
    let mut change = ProfileChange::default();
    for field in ProfileField::ALL {
        let is_nullable = matches!(field, ProfileField::Gender | ProfileField::Avatar);
        let Some(text) = fields
            .text(field.as_str())?
            .filter(|text| !(is_nullable && text.is_empty()))
        else {
            continue;
        };
        let set = change.set(*field, Patch::Set(text.clone()));
        set.map_err(|error| format!("{error}: {text:?}"))?;
    }
    let mut person = Person::default();
    change.apply_to(&mut person);
    Ok(person)
}

fn group(record: Record) -> Result<ImportedGroup, String> {
    let id = id(&record.pk)?;
    let mut fields = Fields(record.fields);
    Ok(ImportedGroup {
        id,
        name: fields.text("name")?.ok_or("name is not given")?,
        notes: fields.text("notes")?,
        created_at: fields.instant("created_at")?,
        updated_at: fields.instant("updated_at")?,
    })
}

fn token(record: Record) -> Result<DumpedToken, String> {
    let Value::String(key) = record.pk else {
        return Err("pk is not a key".to_owned());
    };
    let mut fields = Fields(record.fields);
    Ok(DumpedToken {
        digest: TokenKey::digest_of(&key),
        prefix: key.chars().take(8).collect(),
        owner: reference(&fields.0.remove("user").unwrap_or_default())?,
        created: fields.instant("created")?.ok_or("created is not given")?,
    })
}
