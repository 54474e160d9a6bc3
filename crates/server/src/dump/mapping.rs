//! From the fields of a user model to the attributes of a person.

use std::collections::BTreeMap;

use profiled_domain::{Gender, ProfileField};

use crate::dump::survey::Model;

/// Other names of attributes, where they are certain.
const ALIASES: &[(ProfileField, &[&str])] = &[
    (ProfileField::Email, &["email_address", "mail", "e_mail"]),
    (
        ProfileField::MobileNumber,
        &[
            "mobile",
            "mobile_phone",
            "cell_phone",
            "cellphone",
            "phone_mobile",
            "msisdn",
        ],
    ),
    (
        ProfileField::NumberPhone,
        &["phone", "phone_number", "telephone", "tel", "contact_phone"],
    ),
    (
        ProfileField::FirstName,
        &["given_name", "firstname", "forename"],
    ),
    (
        ProfileField::LastName,
        &["family_name", "surname", "lastname"],
    ),
    (ProfileField::Gender, &["sex"]),
    (
        ProfileField::Avatar,
        &[
            "photo",
            "picture",
            "image",
            "profile_picture",
            "profile_image",
            "profile_photo",
            "profile_pic",
            "avatar_image",
        ],
    ),
];

/// Other names of the instant of joining.
const JOINED: &[&str] = &[
    "date_joined",
    "created_at",
    "joined_at",
    "date_created",
    "created",
    "created_on",
];

/// Fields that are read besides the attributes and the instant of joining.
const OTHERS: &[&str] = &[
    "password",
    "last_login",
    "is_active",
    "is_staff",
    "is_superuser",
    "ldap_dn",
    "groups",
];

/// Which field holds which attribute, and what values mean.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mapping {
    /// Names of their fields.
    pub(crate) attributes: BTreeMap<String, ProfileField>,
    /// The field that holds the instant of joining.
    pub(crate) joined: Option<String>,
    /// Ours for theirs, by field: `gender` and `F` to `female`.
    pub(crate) values: Vec<(String, String, String)>,
}

/// What an operator says of fields and values: `theirs=ours` and `field:theirs=ours`.
#[derive(Clone, Debug, Default)]
pub(crate) struct NamedFields {
    pub(crate) fields: Vec<(String, Option<ProfileField>)>,
    pub(crate) values: Vec<(String, String, String)>,
}

impl Mapping {
    /// What the operator says comes first, then fields of our own names, then other names that are certain.
    ///
    /// # Errors
    /// A text, for a field that the model has not.
    pub(crate) fn of(model: &Model, named: &NamedFields) -> Result<Self, String> {
        let mut mapping = Self::default();
        for (theirs, ours) in &named.fields {
            if !model.has(theirs) {
                return Err(format!(
                    "--field {theirs}: the user model has no such field"
                ));
            }
            if let Some(ours) = ours {
                mapping.attributes.insert(theirs.clone(), *ours);
            }
        }
        let is_free = |theirs: &str| !named.fields.iter().any(|(name, _)| name == theirs);
        for ours in ProfileField::ALL.iter().copied() {
            if mapping.attributes.values().any(|taken| *taken == ours) {
                continue;
            }
            let found = names_of(ours).find(|name| model.has(name) && is_free(name));
            if let Some(theirs) = found {
                mapping.attributes.insert(theirs.to_owned(), ours);
            }
        }
        let mut joined = JOINED.iter().filter(|name| model.has(name));
        mapping.joined = joined.next().map(|name| (*name).to_owned());
        mapping.values.clone_from(&named.values);
        Ok(mapping)
    }

    /// What a text of a field stands for.
    pub(crate) fn value(&self, theirs: &str, text: &str) -> String {
        let named = self
            .values
            .iter()
            .find(|(field, from, _)| field == theirs && from == text);
        match named {
            Some((_, _, ours)) => ours.clone(),
            None if self.attributes.get(theirs) == Some(&ProfileField::Gender) => gender(text),
            None => text.to_owned(),
        }
    }

    /// Fields with values that are not carried over, and how many they are.
    pub(crate) fn lost<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = (&'a str, u64)> {
        let has_names = model.has("first_name") && model.has("last_name");
        let is_derived =
            move |name: &str| name == "is_profile_completed" || name == "full_name" && has_names;
        let fields = model
            .fields
            .iter()
            .map(|(name, values)| (name.as_str(), *values));
        fields.filter(move |(name, values)| {
            let is_read = self.attributes.contains_key(*name)
                || OTHERS.contains(name)
                || self.joined.as_deref() == Some(name);
            *values > 0 && !is_read && !is_derived(name)
        })
    }
}

/// Our own name of an attribute, and others.
fn names_of(field: ProfileField) -> impl Iterator<Item = &'static str> {
    let aliases = ALIASES.iter().filter(move |(of, _)| *of == field);
    let aliases = aliases.flat_map(|(_, names)| names.iter().copied());
    std::iter::once(field.as_str()).chain(aliases)
}

/// The usual short forms of genders.
fn gender(text: &str) -> String {
    match text.to_ascii_lowercase().as_str() {
        "m" | "male" | "man" => Gender::Male.as_str().to_owned(),
        "f" | "female" | "woman" => Gender::Female.as_str().to_owned(),
        "o" | "x" | "other" => Gender::Other.as_str().to_owned(),
        _ => text.to_owned(),
    }
}
