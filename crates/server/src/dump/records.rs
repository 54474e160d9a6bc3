//! From the records of Django's models to accounts, groups and tokens.

use std::collections::HashSet;

use profiled_auth::{PasswordAlgorithm, TokenKey};
use profiled_domain::{
    PasswordHash, Patch, Person, ProfileChange, ProfileField, RefreshToken, TokenDigest,
};
use profiled_store::{ImportedGroup, ImportedUser};
use serde_json::Value;

use chrono::{DateTime, Utc};

use crate::dump::fields::Fields;
use crate::dump::mapping::{Mapping, NamedFields};
use crate::dump::models::{Models, NamedModels};
use crate::dump::reader::Record;
use crate::dump::survey::{BLACKLISTED_TOKEN, OUTSTANDING_TOKEN, Survey};

/// Fields of groups that are imported.
const GROUP: [&str; 4] = ["name", "notes", "created_at", "updated_at"];

/// What a dump has, and how it is read.
pub(crate) struct Plan {
    pub(crate) models: Models,
    pub(crate) mapping: Mapping,
    /// Primary keys of outstanding refresh tokens that are blacklisted.
    blacklisted: HashSet<i64>,
}

impl Plan {
    /// # Errors
    /// A text, when it is not certain what the users of the dump are.
    pub(crate) fn of(
        survey: &mut Survey,
        models: &NamedModels,
        fields: &NamedFields,
    ) -> Result<Self, String> {
        let models = Models::of(survey, models)?;
        let user = models.user.as_deref().and_then(|name| survey.get(name));
        Ok(Self {
            mapping: user
                .map_or_else(|| Ok(Mapping::default()), |user| Mapping::of(user, fields))?,
            models,
            blacklisted: std::mem::take(&mut survey.blacklisted),
        })
    }

    /// Fields of users and groups that have values and are not imported, and how many.
    pub(crate) fn lost(&self, survey: &Survey) -> Vec<(String, u64)> {
        let user = self.models.user.as_deref();
        let of_users = user.and_then(|name| Some((name, survey.get(name)?)));
        let of_users = of_users.into_iter().flat_map(|(name, model)| {
            let lost = self.mapping.lost(model);
            lost.map(move |(field, count)| (format!("{name}.{field}"), count))
        });
        let group = self.models.group.as_deref();
        let of_groups = group.and_then(|name| Some((name, survey.get(name)?)));
        let of_groups = of_groups.into_iter().flat_map(|(name, model)| {
            let lost = model
                .fields
                .iter()
                .filter(|(field, count)| **count > 0 && !GROUP.contains(&field.as_str()));
            lost.map(move |(field, count)| (format!("{name}.{field}"), *count))
        });
        of_users.chain(of_groups).collect()
    }
}

/// What a record is.
pub(crate) enum Row {
    User(Box<DumpedUser>),
    Group(ImportedGroup),
    Token(DumpedToken),
    /// A refresh token of simplejwt that is refused.
    Blacklisted(RefreshToken),
    /// One that is not: it needs no record here.
    Outstanding,
    /// A model that is none of ours.
    Other,
}

/// A user and its groups.
pub(crate) struct DumpedUser {
    pub(crate) user: ImportedUser,
    pub(crate) groups: Vec<Reference>,
    pub(crate) algorithm: PasswordAlgorithm,
    /// Fields and values that have no counterpart.
    pub(crate) lost: Vec<(String, String)>,
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
    /// `user`, `group`, `token` or `refresh token`
    pub(crate) row: &'static str,
    pub(crate) reason: String,
}

/// Reads a record of any model.
pub(crate) fn classify(record: Record, plan: &Plan) -> Result<Row, Unreadable> {
    let model = record.model.to_ascii_lowercase();
    let unreadable = |row| move |reason| Unreadable { row, reason };
    if plan.models.user.as_ref() == Some(&model) {
        let user = user(record, &plan.mapping).map_err(unreadable("user"))?;
        Ok(Row::User(Box::new(user)))
    } else if plan.models.group.as_ref() == Some(&model) {
        group(record).map(Row::Group).map_err(unreadable("group"))
    } else if model == "authtoken.token" {
        token(record).map(Row::Token).map_err(unreadable("token"))
    } else if model == OUTSTANDING_TOKEN {
        let is_refused = record
            .pk
            .as_i64()
            .is_some_and(|id| plan.blacklisted.contains(&id));
        if !is_refused {
            return Ok(Row::Outstanding);
        }
        let token = refresh_token(record).map_err(unreadable("refresh token"))?;
        Ok(Row::Blacklisted(token))
    } else if model == BLACKLISTED_TOKEN {
        Ok(Row::Outstanding)
    } else {
        Ok(Row::Other)
    }
}

/// A refresh token by its id, as far as it has to be remembered.
fn refresh_token(record: Record) -> Result<RefreshToken, String> {
    let mut fields = Fields(record.fields);
    let jti = fields
        .text("jti")?
        .filter(|jti| (1..=128).contains(&jti.len()));
    Ok(RefreshToken {
        jti: jti.ok_or("jti is not given, or longer than 128 characters")?,
        expires_at: fields
            .instant("expires_at")?
            .ok_or("expires_at is not given")?,
    })
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

fn user(record: Record, mapping: &Mapping) -> Result<DumpedUser, String> {
    let id = id(&record.pk)?;
    let mut fields = Fields(record.fields);
    let groups = fields
        .list("groups")?
        .iter()
        .map(reference)
        .collect::<Result<_, _>>()?;
    let password = fields.text("password")?.unwrap_or_default();
    let password = PasswordHash::from_encoded(password);
    let algorithm = PasswordAlgorithm::of(&password);
    let joined = mapping.joined.as_deref().map(|name| fields.instant(name));
    let (person, lost) = person(&mut fields, mapping)?;
    let user = ImportedUser {
        id,
        external_id: None,
        person,
        is_active: fields.flag("is_active", true)?,
        is_staff: fields.flag("is_staff", false)?,
        is_superuser: fields.flag("is_superuser", false)?,
        ldap_dn: fields.text("ldap_dn")?.unwrap_or_default(),
        password: match algorithm {
            // Perhaps the password itself, which has no place in a database.
            PasswordAlgorithm::NotEncoded => PasswordHash::from_encoded("!"),
            _ => password,
        },
        date_joined: joined.transpose()?.flatten(),
        last_login: fields.instant("last_login")?,
    };
    Ok(DumpedUser {
        user,
        groups,
        algorithm,
        lost,
    })
}

/// The attributes that the record has, and the values that no attribute takes. A gender or an avatar of `""` is none.
fn person(
    fields: &mut Fields,
    mapping: &Mapping,
) -> Result<(Person, Vec<(String, String)>), String> {
    let mut change = ProfileChange::default();
    let mut lost = Vec::new();
    for (theirs, ours) in &mapping.attributes {
        let is_nullable = matches!(ours, ProfileField::Gender | ProfileField::Avatar);
        let text = fields.text(theirs)?;
        let Some(text) = text.filter(|text| !(is_nullable && text.is_empty())) else {
            continue;
        };
        let value = mapping.value(theirs, &text);
        if change.set(*ours, Patch::Set(value)).is_err() {
            lost.push((theirs.clone(), text));
        }
    }
    let mut person = Person::default();
    change.apply_to(&mut person);
    Ok((person, lost))
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
