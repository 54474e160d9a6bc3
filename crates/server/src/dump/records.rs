//! From the records of Django's models to accounts, groups and tokens.

use profiled_auth::{PasswordAlgorithm, TokenKey};
use profiled_domain::{
    PasswordHash, Patch, Person, ProfileChange, ProfileField, RefreshToken, TokenDigest,
};
use profiled_store::{ImportedGroup, ImportedUser};
use serde_json::{Map, Value};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};

use crate::dump::fields::Fields;
use crate::dump::flags::Flag;
use crate::dump::keys::{Key, Reference};
use crate::dump::mapping::Mapping;
use crate::dump::organizations::{self, OrganizationRow};
use crate::dump::plan::Plan;
use crate::dump::reader::Record;
use crate::dump::survey::{BLACKLISTED_TOKEN, OUTSTANDING_TOKEN};

/// Tokens of `rest_framework.authtoken`.
pub(super) const TOKEN: &str = "authtoken.token";
/// Tokens of django-rest-knox.
pub(super) const KNOX_TOKEN: &str = "knox.authtoken";

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
    /// What django-organizations has.
    Organization(OrganizationRow),
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
    /// Fields whose null characters are left out.
    pub(crate) with_nulls: Vec<String>,
}

/// A group.
pub(crate) struct DumpedGroup {
    pub(crate) key: Key,
    /// Fields whose null characters are left out.
    pub(crate) with_nulls: Vec<String>,
    /// Without its id.
    pub(crate) group: ImportedGroup,
}

/// An opaque token.
pub(crate) struct DumpedToken {
    pub(crate) digest: TokenDigest,
    pub(crate) prefix: String,
    pub(crate) owner: Reference,
    pub(crate) created: DateTime<Utc>,
    pub(crate) expires: Option<DateTime<Utc>>,
}

/// An invalid record of one of our models.
pub(crate) struct Unreadable {
    /// `user`, `group`, `token`, `refresh token` or `organization`
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
    } else if model == KNOX_TOKEN && record.fields.contains_key("salt") {
        // Its digest is that of no key alone (knox before 4.2).
        Ok(Row::Other)
    } else if model == TOKEN || model == KNOX_TOKEN {
        let read = if model == TOKEN { token } else { knox_token };
        let token = read(record, plan).map_err(unreadable("token"))?;
        Ok(Row::Token(token))
    } else if model == OUTSTANDING_TOKEN {
        if !plan.is_blacklisted(&record.pk) {
            return Ok(Row::Outstanding);
        }
        let token = refresh_token(record, plan).map_err(unreadable("refresh token"))?;
        Ok(Row::Blacklisted(token))
    } else if model == BLACKLISTED_TOKEN {
        Ok(Row::Outstanding)
    } else if organizations::is_organizational(&model) {
        let row = organizations::read(record, plan).map_err(unreadable("organization"))?;
        Ok(Row::Organization(row))
    } else {
        Ok(Row::Other)
    }
}

/// A refresh token by its id, as far as it has to be remembered.
fn refresh_token(record: Record, plan: &Plan) -> Result<RefreshToken, String> {
    let mut fields = Fields::new(record.fields, plan.zone);
    let jti = fields
        .text("jti")?
        .filter(|jti| (1..=128).contains(&jti.len()));
    let expires_at = fields.instant("expires_at")?;
    let expires_at = expires_at.ok_or("expires_at is not given")?;
    let token = fields.text("token").ok().flatten();
    let slides_until = token.as_deref().and_then(end_of_sliding);
    Ok(RefreshToken {
        jti: jti.ok_or("jti is not given, or longer than 128 characters")?,
        expires_at: slides_until.map_or(expires_at, |end| end.max(expires_at)),
    })
}

/// When the last successor of a sliding token ends, which has the same id: `expires_at` is that of the first.
fn end_of_sliding(token: &str) -> Option<DateTime<Utc>> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Map<String, Value> = serde_json::from_slice(&payload).ok()?;
    if !claims.values().any(|value| value == "sliding") {
        return None;
    }
    // The claims may bear any names.
    let last = claims.values().filter_map(Value::as_i64).max()?;
    let [end, begin] = ["exp", "iat"].map(|name| claims.get(name).and_then(Value::as_i64));
    let life = end
        .zip(begin)
        .map_or(0, |(end, begin)| end.saturating_sub(begin));
    DateTime::from_timestamp(last.saturating_add(life), 0)
}

fn user(record: Record, plan: &Plan) -> Result<DumpedUser, String> {
    let (key, mapping) = (plan.user_keys.key(&record.pk)?, &plan.mapping);
    let mut fields = Fields::new(record.fields, plan.zone);
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
    let mut flag = |flag, absent| {
        let field = mapping.flag_field(flag);
        field.map_or(Ok(absent), |field| fields.flag(field, absent))
    };
    let user = ImportedUser {
        id: 0,
        external_id: None,
        person,
        is_active: flag(Flag::Active, true)?,
        is_staff: flag(Flag::Staff, false)?,
        is_superuser: flag(Flag::Superuser, false)?,
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
        with_nulls: fields.with_nulls,
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
    let mut fields = Fields::new(record.fields, plan.zone);
    let notes = plan.notes.as_deref().map(|name| fields.text(name));
    let group = ImportedGroup {
        id: 0,
        name: fields.text("name")?.ok_or("name is not given")?,
        notes: notes.transpose()?.flatten(),
        created_at: fields.instant("created_at")?,
        updated_at: fields.instant("updated_at")?,
    };
    Ok(DumpedGroup {
        key,
        with_nulls: fields.with_nulls,
        group,
    })
}

fn token(record: Record, plan: &Plan) -> Result<DumpedToken, String> {
    let Value::String(key) = record.pk else {
        return Err("pk is not a key".to_owned());
    };
    let mut fields = Fields::new(record.fields, plan.zone);
    Ok(DumpedToken {
        digest: TokenKey::digest_of(&key),
        prefix: key.chars().take(8).collect(),
        owner: plan.user_keys.reference(&fields.take("user"))?,
        created: fields.instant("created")?.ok_or("created is not given")?,
        expires: None,
    })
}

/// The primary key is the digest of the token.
fn knox_token(record: Record, plan: &Plan) -> Result<DumpedToken, String> {
    let digest = record.pk.as_str().and_then(TokenKey::digest_of_knox);
    let mut fields = Fields::new(record.fields, plan.zone);
    let prefix = fields.text("token_key")?.unwrap_or_default();
    Ok(DumpedToken {
        digest: digest.ok_or("pk is no digest of django-rest-knox 4.2 or later")?,
        prefix: prefix.chars().take(8).collect(),
        owner: plan.user_keys.reference(&fields.take("user"))?,
        created: fields.instant("created")?.ok_or("created is not given")?,
        expires: fields.instant("expiry")?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn end(claims: &Value) -> Option<i64> {
        let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
        let end = end_of_sliding(&format!("header.{payload}.signature"))?;
        Some(end.timestamp())
    }

    #[test]
    fn sliding_token_is_remembered_until_its_last_successor_ends() {
        let sliding = json!({"token_type": "sliding", "exp": 1300, "iat": 1000, "refresh_exp": 5000, "user_id": "2"});
        let renamed = json!({"kind": "sliding", "exp": 1300, "iat": 1000, "until": 5000});

        assert_eq!(end(&sliding), Some(5300));
        assert_eq!(end(&renamed), Some(5300));
    }

    #[test]
    fn other_tokens_are_remembered_by_their_own_end() {
        assert_eq!(
            end(&json!({"token_type": "refresh", "exp": 1300, "iat": 1000})),
            None
        );
        assert_eq!(end(&json!(["sliding"])), None);
        assert_eq!(end_of_sliding("no token"), None);
    }
}
