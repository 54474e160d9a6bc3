//! The models that an export writes to.

use std::borrow::Cow;
use std::collections::BTreeMap;

use profiled_domain::ProfileField;

use crate::dump::mapping::{NamedFields, Ours, field_of};
use crate::dump::models::{NamedModels, with_field};
use crate::dump::remembered::{DjangoMapping, ModelMapping};

/// Fields of Django's own user that are written besides its attributes.
const USER: [&str; 7] = [
    "password",
    "last_login",
    "is_superuser",
    "is_staff",
    "is_active",
    "date_joined",
    "groups",
];

/// Attributes that Django's own user has, under our names.
const ATTRIBUTES: [ProfileField; 4] = [
    ProfileField::Username,
    ProfileField::FirstName,
    ProfileField::LastName,
    ProfileField::Email,
];

impl DjangoMapping {
    /// The models of a project with Django's own users.
    pub(crate) fn stock() -> Self {
        let attributes: BTreeMap<_, _> = ATTRIBUTES
            .iter()
            .map(|field| (field.as_str().to_owned(), *field))
            .collect();
        let fields = USER.iter().map(|name| (*name).to_owned());
        Self {
            users: ModelMapping {
                model: "auth.user".to_owned(),
                fields: fields.chain(attributes.keys().cloned()).collect(),
                attributes,
                joined: Some("date_joined".to_owned()),
                ..ModelMapping::default()
            },
            groups: ModelMapping {
                model: "auth.group".to_owned(),
                fields: ["name".to_owned()].into(),
                ..ModelMapping::default()
            },
            ..Self::default()
        }
    }

    /// The mapping as an operator wants it.
    pub(crate) fn overruled(mut self, models: &NamedModels, named: &NamedFields) -> Self {
        if self.groups.model.is_empty() {
            self.groups = Self::stock().groups;
        }
        if let Some(user) = &models.user {
            self.users.model.clone_from(user);
        }
        if let Some(group) = &models.group {
            self.groups.model.clone_from(group);
        }
        for text in &models.profiles {
            self.set_profile(text);
        }
        for (text, ours) in &named.fields {
            self.set_field(text, *ours);
        }
        // The first counts.
        self.values = [&*named.values, &*self.values].concat();
        self
    }

    /// Adds a profile, unless it is known; or names the field with its user.
    fn set_profile(&mut self, text: &str) {
        let (name, field) = with_field(text);
        let is_named = |profile: &ModelMapping| profile.model.eq_ignore_ascii_case(name);
        if !self.profiles.iter().any(is_named) {
            self.profiles.push(ModelMapping {
                model: name.to_owned(),
                user_field: Some("user".to_owned()),
                ..ModelMapping::default()
            });
        }
        for profile in self.profiles.iter_mut().filter(|profile| is_named(profile)) {
            if let Some(field) = field {
                profile.user_field = Some(field.to_owned());
            }
            profile.fields.extend(profile.user_field.clone());
        }
    }

    /// Gives a field what no other field holds then; `None` takes the field away.
    fn set_field(&mut self, text: &str, ours: Option<Ours>) {
        let users = std::iter::once(&mut self.users);
        let mut all: Vec<_> = users.chain(&mut self.profiles).collect();
        for model in &mut all {
            let of_model = field_of(text, &model.model).map(str::to_owned);
            model.attributes.retain(|field, held| {
                of_model.as_ref() != Some(field) && Some(Ours::Attribute(*held)) != ours
            });
            model.flags.retain(|field, held| {
                of_model.as_ref() != Some(field) && Some(Ours::Flag(*held)) != ours
            });
            if model.joined == of_model || ours == Some(Ours::Joined) {
                model.joined = None;
            }
            if let (None, Some(field)) = (ours, of_model) {
                model.fields.remove(&field);
            }
        }
        let Some(ours) = ours else { return };
        let has = |model: &&mut ModelMapping| {
            field_of(text, &model.model).is_some_and(|field| model.fields.contains(field))
        };
        let is_of = |model: &&mut ModelMapping| field_of(text, &model.model).is_some();
        let found = all.iter().position(has);
        let found = found.or_else(|| all.iter().position(is_of));
        let model = found.and_then(|at| all.into_iter().nth(at));
        let Some(model) = model else { return };
        let field = field_of(text, &model.model).unwrap_or(text).to_owned();
        match ours {
            Ours::Attribute(ours) => drop(model.attributes.insert(field.clone(), ours)),
            Ours::Joined => model.joined = Some(field.clone()),
            Ours::Flag(flag) => drop(model.flags.insert(field.clone(), flag)),
        }
        model.fields.insert(field);
    }

    /// What stands for a value of an attribute in a field of a model; `None` if nothing is known to.
    pub(crate) fn theirs<'a>(
        &'a self,
        model: &ModelMapping,
        field: &str,
        attribute: ProfileField,
        ours: &'a str,
    ) -> Option<Cow<'a, str>> {
        let values = self.values.iter();
        let known = || {
            let is_of = |text: &str| field_of(text, &model.model) == Some(field);
            values.clone().filter(move |(text, ..)| is_of(text))
        };
        if let Some((_, theirs, _)) = known().find(|(_, _, meaning)| meaning == ours) {
            return Some(theirs.into());
        }
        if attribute != ProfileField::Gender {
            return Some(ours.into());
        }
        if model.numbers.contains(field) {
            return None;
        }
        let Some((_, theirs, meaning)) = known().next() else {
            // Of a field that was always null it is not known what it takes.
            return (!model.nullable.contains(field)).then(|| ours.into());
        };
        // A gender that the import has not seen is written as the others are.
        let spelling = SPELLINGS
            .iter()
            .find(|spelling| spelling(meaning) == *theirs);
        spelling.map(|spelling| spelling(ours).into())
    }
}

/// How genders are written.
const SPELLINGS: [fn(&str) -> String; 5] = [
    str::to_owned,
    str::to_uppercase,
    |word| first(word) + &word.chars().skip(1).collect::<String>(),
    first,
    |word| first(word).to_lowercase(),
];

/// The first letter, upper case.
fn first(word: &str) -> String {
    word.chars().take(1).collect::<String>().to_uppercase()
}
