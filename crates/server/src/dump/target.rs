//! The models that an export writes to.

use std::borrow::Cow;
use std::collections::BTreeMap;

use profiled_domain::ProfileField;

use crate::dump::remembered::{DjangoMapping, ModelMapping};
use crate::dump::{NamedFields, NamedModels};

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
        for (theirs, ours) in &named.fields {
            self.set_field(theirs, *ours);
        }
        // The first counts.
        self.values = [&*named.values, &*self.values].concat();
        self
    }

    /// Gives a field an attribute, which no other field has then; `None` takes the field away.
    fn set_field(&mut self, theirs: &str, ours: Option<ProfileField>) {
        let mut all: Vec<_> = std::iter::once(&mut self.users)
            .chain(&mut self.profiles)
            .collect();
        for model in &mut all {
            model
                .attributes
                .retain(|field, attribute| field != theirs && Some(*attribute) != ours);
        }
        let of = all.iter().position(|model| model.fields.contains(theirs));
        let Some(model) = all.get_mut(of.unwrap_or_default()) else {
            return;
        };
        match ours {
            Some(ours) => {
                model.fields.insert(theirs.to_owned());
                model.attributes.insert(theirs.to_owned(), ours);
            }
            None => {
                model.fields.remove(theirs);
            }
        }
    }

    /// What stands for a value of an attribute in a field; `None` if nothing is known to.
    pub(crate) fn theirs<'a>(
        &'a self,
        field: &str,
        attribute: ProfileField,
        ours: &'a str,
    ) -> Option<Cow<'a, str>> {
        let known = || self.values.iter().filter(|(of, ..)| of == field);
        if let Some((_, theirs, _)) = known().find(|(_, _, meaning)| meaning == ours) {
            return Some(theirs.into());
        }
        if attribute != ProfileField::Gender {
            return Some(ours.into());
        }
        let Some((_, theirs, meaning)) = known().next() else {
            return Some(ours.into());
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
