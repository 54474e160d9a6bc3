//! From the records of Django's models to accounts, groups and tokens.

use profiled_auth::{PasswordAlgorithm, TokenKey};
use profiled_domain::{
    PasswordHash, Patch, Person, ProfileChange, ProfileField, RefreshToken, TokenDigest,
};
use profiled_store::{ImportedGroup, ImportedUser};
use serde_json::Value;

use chrono::{DateTime, Utc};

use crate::dump::fields::Fields;
use crate::dump::keys::{Key, Keys, Reference};
use crate::dump::mapping::Mapping;
use crate::dump::plan::Plan;
use crate::dump::reader::Record;
use crate::dump::survey::{BLACKLISTED_TOKEN, OUTSTANDING_TOKEN};

/// What a record is.
pub(crate) enum Row {
    User(Box<DumpedUser>),
    Group(DumpedGroup),
    /// What a user or a group has in another table: it is read before they are.
    Profile,
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
    pub(crate) key: Key,
    /// Without its ids: they depend on what is stored.
    pub(crate) user: ImportedUser,
    pub(crate) groups: Vec<Reference>,
    pub(crate) algorithm: PasswordAlgorithm,
    /// Fields and values that have no counterpart.
    pub(crate) lost: Vec<(String, String)>,
}

/// A group.
pub(crate) struct DumpedGroup {
    pub(crate) key: Key,
    /// Without its id.
    pub(crate) group: ImportedGroup,
}

/// A token of `rest_framework.authtoken`.
pub(crate) struct DumpedToken {
    pub(crate) digest: TokenDigest,
    pub(crate) prefix: String,
    pub(crate) owner: Reference,
    pub(crate) created: DateTime<Utc>,
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
        let user = user(record, plan).map_err(unreadable("user"))?;
        Ok(Row::User(Box::new(user)))
    } else if plan.models.group.as_ref() == Some(&model) {
        let group = group(record, plan).map_err(unreadable("group"))?;
        Ok(Row::Group(group))
    } else if plan.is_read_before(&model) {
        Ok(Row::Profile)
    } else if model == "authtoken.token" {
        let token = token(record, plan.user_keys).map_err(unreadable("token"))?;
        Ok(Row::Token(token))
    } else if model == OUTSTANDING_TOKEN {
        if !plan.is_blacklisted(&record.pk) {
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

fn user(record: Record, plan: &Plan) -> Result<DumpedUser, String> {
    let (key, mapping) = (plan.user_keys.key(&record.pk)?, &plan.mapping);
    let mut fields = Fields(record.fields);
    let groups = fields
        .list("groups")?
        .iter()
        .map(|group| plan.group_keys.reference(group))
        .collect::<Result<_, _>>()?;
    let password = fields.text("password")?.unwrap_or_default();
    let password = PasswordHash::from_encoded(password);
    let algorithm = PasswordAlgorithm::of(&password);
    let joined = mapping.joined.as_deref().map(|name| fields.instant(name));
    let Values { change, lost } = attributes(&mut fields, mapping)?;
    let mut person = Person::default();
    change.apply_to(&mut person);
    let user = ImportedUser {
        id: 0,
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
        key,
        user,
        groups,
        algorithm,
        lost,
    })
}

/// What a record says of a person.
pub(super) struct Values {
    pub(super) change: ProfileChange,
    /// Fields, and values of theirs that no attribute takes.
    pub(super) lost: Vec<(String, String)>,
}

/// The attributes that a record has. A gender or an avatar of `""` is none.
pub(super) fn attributes(fields: &mut Fields, mapping: &Mapping) -> Result<Values, String> {
    let mut change = ProfileChange::default();
    let mut lost = Vec::new();
    for (theirs, ours) in &mapping.attributes {
        let is_nullable = matches!(ours, ProfileField::Gender | ProfileField::Avatar);
        let text = fields.text_or_number(theirs)?;
        let Some(text) = text.filter(|text| !(is_nullable && text.is_empty())) else {
            continue;
        };
        let value = mapping.value(theirs, &text);
        if change.set(*ours, Patch::Set(value)).is_err() {
            lost.push((theirs.clone(), text));
        }
    }
    Ok(Values { change, lost })
}

fn group(record: Record, plan: &Plan) -> Result<DumpedGroup, String> {
    let key = plan.group_keys.key(&record.pk)?;
    let mut fields = Fields(record.fields);
    let notes = plan.notes.as_deref().map(|name| fields.text(name));
    let group = ImportedGroup {
        id: 0,
        name: fields.text("name")?.ok_or("name is not given")?,
        notes: notes.transpose()?.flatten(),
        created_at: fields.instant("created_at")?,
        updated_at: fields.instant("updated_at")?,
    };
    Ok(DumpedGroup { key, group })
}

fn token(record: Record, users: Keys) -> Result<DumpedToken, String> {
    let Value::String(key) = record.pk else {
        return Err("pk is not a key".to_owned());
    };
    let mut fields = Fields(record.fields);
    Ok(DumpedToken {
        digest: TokenKey::digest_of(&key),
        prefix: key.chars().take(8).collect(),
        owner: users.reference(&fields.0.remove("user").unwrap_or_default())?,
        created: fields.instant("created")?.ok_or("created is not given")?,
    })
}
