//! The records of users.

use profiled_domain::{Person, ProfileField};
use profiled_store::ExportedUser;

use super::fields::{Fields, key, none, text};
use super::records::Records;
use crate::dump::{FieldValue, Flag, ModelMapping, OutputKey, OutputRecord};

impl<'t> Records<'t> {
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
        let key = self.user_key(exported);
        let mut fields = Fields::of(&target.users);
        let last_login = user
            .last_login
            .map(|at| self.instants.field(at))
            .transpose()?;
        let joined = self.instants.field(user.date_joined)?;
        fields.put("password", || text(exported.password.as_encoded()));
        fields.put("last_login", || last_login.unwrap_or(FieldValue::Null));
        self.attributes(&mut fields, &user.person);
        let flags = [
            (Flag::Superuser, user.is_superuser, false),
            (Flag::Staff, user.is_staff, false),
            (Flag::Active, user.is_active, true),
        ];
        for (flag, value, usual) in flags {
            let name = target.users.flag_field(flag);
            if !fields.put(name, || FieldValue::Flag(value)) && value != usual {
                self.report.lose(flag.as_str());
            }
        }
        if let Some(name) = &target.users.joined {
            fields.put(name, || joined.clone());
        }
        if !fields.put("ldap_dn", || text(&user.ldap_dn)) && !user.ldap_dn.is_empty() {
            self.report.lose("ldap_dn");
        }
        self.derived(&mut fields, &user.person);
        self.memberships(&mut fields, exported);
        let mut records = vec![fields.record(key.clone())];
        for model in &target.profiles {
            let holds_some = |field: &ProfileField| user.person.get(*field).is_some();
            if model.is_complete || model.attributes.values().any(holds_some) {
                records.push(self.profile(model, &key, &joined, exported));
            }
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
        user: &OutputKey,
        joined: &FieldValue<'static>,
        exported: &'r ExportedUser,
    ) -> OutputRecord<'r>
    where
        't: 'r,
    {
        let mut fields = Fields::of(model);
        let pk = match &model.user_field {
            Some(field) => {
                let user_model = &self.target.users.model;
                fields.put(field, || FieldValue::One {
                    model: user_model,
                    key: Some(user.clone()),
                });
                key(model, exported.user.id.0, None)
            }
            None => user.clone(),
        };
        if let Some(name) = &model.joined {
            fields.put(name, || joined.clone());
        }
        self.attributes(&mut fields, &exported.user.person);
        fields.record(pk)
    }

    fn user_key(&mut self, exported: &ExportedUser) -> OutputKey {
        let model = &self.target.users;
        let id = exported.user.id.0;
        let key = key(model, id, exported.external_id.as_deref());
        if exported.external_id.is_none() && model.has_text_keys {
            let text = format!(
                "user {id} has no key as others of {} have: it gets {key}",
                model.model
            );
            self.report.warn(text);
        }
        key
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
                if let Some(value) = self.attribute(model, field, attribute, person) {
                    fields.put(field, || value);
                }
            }
        }
    }

    fn attribute<'r>(
        &mut self,
        model: &ModelMapping,
        field: &str,
        attribute: ProfileField,
        person: &'r Person,
    ) -> Option<FieldValue<'r>>
    where
        't: 'r,
    {
        match person.get(attribute) {
            None => none(model, field),
            Some("") => Some(text("")),
            Some(ours) => {
                let theirs = self.target.theirs(model, field, attribute, ours);
                if theirs.is_none() {
                    let value = format!("{}.{field} {ours:?}", model.model);
                    self.report.lose(&value);
                }
                theirs.map(FieldValue::Text).or_else(|| none(model, field))
            }
        }
    }

    /// What projects store although it follows from the attributes.
    fn derived(&self, fields: &mut Fields<'_>, person: &Person) {
        let is_held = |field: &str| fields.model.attributes.contains_key(field);
        if !is_held("full_name") && is_held("first_name") && is_held("last_name") {
            let name = person.full_name().unwrap_or_default();
            fields.put("full_name", || FieldValue::Text(name.into()));
        }
        let is_complete = self.settings.profile_completion.is_complete(person);
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
            .map(|group| key(&target.groups, group.0, None))
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
