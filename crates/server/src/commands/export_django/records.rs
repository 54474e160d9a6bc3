//! From accounts to the records of a project's models.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use profiled_domain::{CompletionRules, Group, Person, ProfileField};
use profiled_store::{ExportCounts, ExportedUser, RefusedRefreshToken};

use super::report::ExportReport;
use crate::dump::{DjangoMapping, FieldValue, Key, ModelMapping, OutputRecord};

/// Fields of users that are written besides the attributes, or that stay as they are.
const USER: &[&str] = &[
    "password",
    "last_login",
    "is_superuser",
    "is_staff",
    "is_active",
    "ldap_dn",
    "full_name",
    "is_profile_completed",
    "groups",
    "user_permissions",
];
/// Those of groups.
const GROUP: &[&str] = &["name", "notes", "created_at", "updated_at", "permissions"];

/// Writes records as the models of a project want them.
pub(super) struct Records<'t> {
    pub(super) target: &'t DjangoMapping,
    completion: &'t CompletionRules,
    pub(super) report: ExportReport,
}

/// The fields of a record, as far as its model has them.
struct Fields<'a> {
    model: &'a ModelMapping,
    written: Vec<(&'a str, FieldValue<'a>)>,
}

impl<'a> Fields<'a> {
    fn of(model: &'a ModelMapping) -> Self {
        let written = Vec::new();
        Self { model, written }
    }

    /// Whether the model has the field, which has the value then.
    fn put(&mut self, name: &str, value: impl FnOnce() -> FieldValue<'a>) -> bool {
        let Some(name) = self.model.fields.get(name) else {
            return false;
        };
        self.written.push((name, value()));
        true
    }
}

impl<'t> Records<'t> {
    pub(super) fn new(
        target: &'t DjangoMapping,
        completion: &'t CompletionRules,
        counts: ExportCounts,
    ) -> Self {
        let report = ExportReport::new(target, counts, defaults(target));
        Self {
            target,
            completion,
            report,
        }
    }

    pub(super) fn group<'r>(&mut self, group: &'r Group) -> Result<OutputRecord<'r>, String>
    where
        't: 'r,
    {
        let target = self.target;
        let mut fields = Fields::of(&target.groups);
        let has_null = fields.model.nullable.contains("notes");
        fields.put("name", || text(&group.name));
        let notes = group.notes.as_deref();
        let is_written = fields.put("notes", || notes.map_or_else(|| none(has_null), text));
        if !is_written && notes.is_some_and(|notes| !notes.is_empty()) {
            self.report.lose("notes of groups");
        }
        for (name, at) in [
            ("created_at", group.created_at),
            ("updated_at", group.updated_at),
        ] {
            let at = instant(at)?;
            fields.put(name, || FieldValue::Instant(at));
        }
        Ok(record(Key::Number(group.id.0), fields))
    }

    /// The record of a user, and those of the models that hold more of it. The error says why Django cannot load it.
    pub(super) fn user<'r>(
        &mut self,
        exported: &'r ExportedUser,
    ) -> Result<Vec<OutputRecord<'r>>, String>
    where
        't: 'r,
    {
        let target = self.target;
        let user = &exported.user;
        self.check_name(&user.person)?;
        let key = key(exported);
        let mut fields = Fields::of(&target.users);
        let last_login = user.last_login.map(instant).transpose()?;
        let joined = instant(user.date_joined)?;
        fields.put("password", || text(exported.password.as_encoded()));
        fields.put("last_login", || {
            last_login.map_or(FieldValue::Null, FieldValue::Instant)
        });
        self.attributes(&mut fields, &user.person);
        let flags = [
            ("is_superuser", user.is_superuser, false),
            ("is_staff", user.is_staff, false),
            ("is_active", user.is_active, true),
        ];
        for (name, flag, usual) in flags {
            if !fields.put(name, || FieldValue::Flag(flag)) && flag != usual {
                self.report.lose(name);
            }
        }
        match target.users.joined.as_deref() {
            Some(name) if fields.put(name, || FieldValue::Instant(joined)) => {}
            _ => self.report.lose("date_joined"),
        }
        if !fields.put("ldap_dn", || text(&user.ldap_dn)) && !user.ldap_dn.is_empty() {
            self.report.lose("ldap_dn");
        }
        self.derived(&mut fields, &user.person);
        self.memberships(&mut fields, exported);
        let mut records = vec![record(key.clone(), fields)];
        for profile in &target.profiles {
            records.push(self.profile(profile, &key, exported));
        }
        for attribute in ProfileField::ALL {
            let is_empty = user.person.get(*attribute).is_none_or(str::is_empty);
            if !is_empty && !self.has_field_for(*attribute) {
                self.report.lose(attribute.as_str());
            }
        }
        Ok(records)
    }

    fn profile<'r>(
        &mut self,
        model: &'r ModelMapping,
        user: &Key,
        exported: &'r ExportedUser,
    ) -> OutputRecord<'r>
    where
        't: 'r,
    {
        let mut fields = Fields::of(model);
        let key = match &model.user_field {
            Some(field) => {
                let model = &self.target.users.model;
                let key = Some(user.clone());
                fields.put(field, || FieldValue::One { model, key });
                Key::Number(exported.user.id.0)
            }
            None => user.clone(),
        };
        self.attributes(&mut fields, &exported.user.person);
        record(key, fields)
    }

    fn has_field_for(&self, attribute: ProfileField) -> bool {
        let mut models = self.target.profiles.iter().chain([&self.target.users]);
        models.any(|model| model.attributes.values().any(|held| *held == attribute))
    }

    /// Django finds users by a name, which no user may lack.
    fn check_name(&self, person: &Person) -> Result<(), String> {
        let users = &self.target.users;
        let name = if self.target.named_by_email {
            ProfileField::Email
        } else {
            ProfileField::Username
        };
        let mut fields = users.attributes.iter().filter(|(_, held)| **held == name);
        let is_needed = fields
            .any(|(field, _)| users.fields.contains(field) && !users.nullable.contains(field));
        if is_needed && person.get(name).is_none() {
            return Err(format!(
                "has no {}, without which Django loads no user",
                name.as_str()
            ));
        }
        Ok(())
    }

    fn attributes<'r>(&mut self, fields: &mut Fields<'r>, person: &'r Person)
    where
        't: 'r,
    {
        let model = fields.model;
        for attribute in ProfileField::ALL.iter().copied() {
            let held = model
                .attributes
                .iter()
                .filter(|(_, held)| **held == attribute);
            for (field, _) in held {
                let value = self.attribute(model, field, attribute, person);
                fields.put(field, || value);
            }
        }
    }

    fn attribute<'r>(
        &mut self,
        model: &ModelMapping,
        field: &str,
        attribute: ProfileField,
        person: &'r Person,
    ) -> FieldValue<'r>
    where
        't: 'r,
    {
        let none = none(model.nullable.contains(field));
        match person.get(attribute) {
            None => none,
            Some("") => text(""),
            Some(ours) => match self.target.theirs(field, attribute, ours) {
                Some(theirs) => FieldValue::Text(theirs),
                None => {
                    self.report
                        .lose(&format!("{}.{field} {ours:?}", model.model));
                    none
                }
            },
        }
    }

    /// What projects store although it follows from the attributes.
    fn derived(&self, fields: &mut Fields<'_>, person: &Person) {
        let is_held = |field: &str| fields.model.attributes.contains_key(field);
        if !is_held("full_name") && is_held("first_name") && is_held("last_name") {
            let name = person.full_name().unwrap_or_default();
            fields.put("full_name", || FieldValue::Text(name.into()));
        }
        let is_complete = self.completion.is_complete(person);
        fields.put("is_profile_completed", || FieldValue::Flag(is_complete));
    }

    fn memberships<'r>(&mut self, fields: &mut Fields<'r>, exported: &ExportedUser)
    where
        't: 'r,
    {
        let target = self.target;
        let keys: Vec<_> = exported
            .groups
            .iter()
            .map(|group| Key::Number(group.0))
            .collect();
        let count = keys.len() as u64;
        let model = &target.groups.model;
        let is_written = fields.put("groups", || FieldValue::Many { model, keys });
        if is_written {
            self.report.memberships += count;
        } else {
            self.report.lose_many("memberships", count);
        }
    }
}

/// The records of a refused refresh token, which have a primary key of their own.
pub(super) fn refresh_token(
    token: &RefusedRefreshToken,
    pk: i64,
) -> Result<[OutputRecord<'_>; 2], String> {
    const OUTSTANDING: &str = "token_blacklist.outstandingtoken";
    let (expires_at, refused_at) = (instant(token.expires_at)?, instant(token.refused_at)?);
    let outstanding = vec![
        ("user", FieldValue::Null),
        ("jti", text(&token.jti)),
        ("token", text("")),
        ("created_at", FieldValue::Null),
        ("expires_at", FieldValue::Instant(expires_at)),
    ];
    let key = Some(Key::Number(pk));
    let blacklisted = vec![
        (
            "token",
            FieldValue::One {
                model: OUTSTANDING,
                key,
            },
        ),
        ("blacklisted_at", FieldValue::Instant(refused_at)),
    ];
    let record = |model, fields| OutputRecord {
        model,
        pk: Key::Number(pk),
        fields,
    };
    Ok([
        record(OUTSTANDING, outstanding),
        record("token_blacklist.blacklistedtoken", blacklisted),
    ])
}

fn record<'a>(pk: Key, fields: Fields<'a>) -> OutputRecord<'a> {
    OutputRecord {
        model: &fields.model.model,
        pk,
        fields: fields.written,
    }
}

/// The primary key of a user in Django.
fn key(exported: &ExportedUser) -> Key {
    match exported.external_id.as_deref() {
        None => Key::Number(exported.user.id.0),
        Some("0") => Key::Number(0),
        Some(id) => Key::Text(id.to_owned()),
    }
}

fn text(text: &str) -> FieldValue<'_> {
    FieldValue::Text(Cow::Borrowed(text))
}

fn none(is_nullable: bool) -> FieldValue<'static> {
    if is_nullable {
        FieldValue::Null
    } else {
        text("")
    }
}

/// An instant as Django's JSON has it, with microseconds where it has some.
fn instant(at: DateTime<Utc>) -> Result<String, String> {
    if (1..=9999).contains(&at.year()) {
        Ok(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    } else {
        Err(format!("has the instant {at}, which Python cannot read"))
    }
}

/// Fields that no record has, as `app.model.field`.
fn defaults(target: &DjangoMapping) -> Vec<String> {
    let of_users = (&target.users, USER);
    let of_groups = (&target.groups, GROUP);
    let of_profiles = target.profiles.iter().map(|model| (model, &[][..]));
    let models = [of_groups, of_users].into_iter().chain(of_profiles);
    let fields = models.flat_map(|(model, others)| {
        let is_written = |field: &str| {
            model.attributes.contains_key(field)
                || model.joined.as_deref() == Some(field)
                || model.user_field.as_deref() == Some(field)
                || others.contains(&field)
        };
        let left = model.fields.iter().filter(move |field| !is_written(field));
        left.map(|field| format!("{}.{field}", model.model))
    });
    fields.collect()
}
