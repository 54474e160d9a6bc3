//! From the fields of a user model to the attributes of a person.

use std::collections::BTreeMap;

use profiled_domain::{Gender, ProfileField};

use crate::dump::flags::Flag;
use crate::dump::survey::{Model, Survey};

/// Other names of attributes, where they are certain.
const ALIASES: &[(ProfileField, &[&str])] = &[
    (
        ProfileField::Username,
        &["user_name", "login", "login_name"],
    ),
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

/// What the instant of joining is called here.
pub(crate) const JOINED_NAME: &str = "date_joined";

/// Other names of it.
const JOINED: &[&str] = &[
    "date_joined",
    "created_at",
    "joined_at",
    "date_created",
    "created",
    "created_on",
];

/// Of a profile: it may be newer than its user.
const PROFILE_JOINED: &[&str] = &["date_joined", "joined_at"];

/// Fields of users that are read besides the attributes, the flags and the instant of joining.
pub(super) const USER: [&str; 4] = ["password", "last_login", "ldap_dn", "groups"];

/// Which field holds which attribute, and what values mean.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mapping {
    /// Names of their fields.
    pub(crate) attributes: BTreeMap<String, ProfileField>,
    /// The field that holds the instant of joining.
    pub(crate) joined: Option<String>,
    /// The flags that these fields hold: of users, not of profiles.
    pub(super) flags: BTreeMap<String, Flag>,
    /// Ours for theirs, by field: `gender` and `F` to `female`.
    pub(crate) values: Vec<(String, String, String)>,
}

/// What a field of theirs may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ours {
    Attribute(ProfileField),
    /// The instant of joining.
    Joined,
    Flag(Flag),
}

/// What an operator says of fields and values: `theirs=ours` and `field:theirs=ours`. A field is that of every model
/// that has it, or of one: `app.model.field`.
#[derive(Clone, Debug, Default)]
pub(crate) struct NamedFields {
    pub(crate) fields: Vec<(String, Option<Ours>)>,
    pub(crate) values: Vec<(String, String, String)>,
}

/// Which table a mapping is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    /// Its names of users are not those by which they log in.
    Profile,
}

impl NamedFields {
    /// # Errors
    /// A text, for a field that none of these models has.
    pub(super) fn check(&self, survey: &Survey, models: &[&str]) -> Result<(), String> {
        let has = |name: &str, text: &str| {
            let field = field_of(text, name);
            field.is_some_and(|field| survey.get(name).is_some_and(|model| model.has(field)))
        };
        // The first is that of users: profiles have no flags.
        let holders = |ours: &Option<Ours>| match ours {
            Some(Ours::Flag(_)) => models.get(..1).unwrap_or_default(),
            _ => models,
        };
        let unknown = self
            .fields
            .iter()
            .find(|(text, ours)| !holders(ours).iter().any(|name| has(name, text)));
        match unknown.map(|(text, ours)| (text, holders(ours).len())) {
            None => Ok(()),
            Some((text, 0 | 1)) => Err(format!("--field {text}: the user model has no such field")),
            Some((text, _)) => Err(format!(
                "--field {text}: neither the user model nor a profile has such a field"
            )),
        }
    }

    /// What is said of the fields of a model.
    fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, Option<Ours>)> {
        let fields = self.fields.iter();
        fields.filter_map(move |(text, ours)| Some((field_of(text, name)?, *ours)))
    }
}

/// The field that a text names, unless it is that of another model.
pub(super) fn field_of<'a>(text: &'a str, model: &str) -> Option<&'a str> {
    match text.rsplit_once('.') {
        Some((name, field)) => name.eq_ignore_ascii_case(model).then_some(field),
        None => Some(text),
    }
}

impl Mapping {
    /// What the operator says comes first, then fields of our own names, then other names that are certain.
    pub(super) fn of(model: &Model, kind: Kind, named: &NamedFields) -> Self {
        let mut mapping = Self::default();
        let said: Vec<_> = named
            .of(&model.name)
            .filter(|(theirs, _)| model.has(theirs))
            .collect();
        for (theirs, ours) in &said {
            mapping.add_said(theirs, *ours, kind);
        }
        let is_free =
            |theirs: &str| model.has(theirs) && !said.iter().any(|(name, _)| *name == theirs);
        for ours in ProfileField::ALL.iter().copied() {
            let is_login = ours == ProfileField::Username && kind == Kind::Profile;
            if is_login || mapping.field_of(ours).is_some() {
                continue;
            }
            if let Some(theirs) = names_of(ours).find(|name| is_free(name)) {
                mapping.attributes.insert(theirs.to_owned(), ours);
            }
        }
        if kind == Kind::User {
            mapping.add_flags(model, is_free);
        }
        let joined = if kind == Kind::User {
            JOINED
        } else {
            PROFILE_JOINED
        };
        let mut joined = joined.iter().filter(|name| is_free(name));
        let joined = || joined.next().map(|name| (*name).to_owned());
        mapping.joined = mapping.joined.or_else(joined);
        let values = named.values.iter();
        let values = values.filter_map(|(text, theirs, ours)| {
            let field = field_of(text, &model.name)?;
            Some((field.to_owned(), theirs.clone(), ours.clone()))
        });
        mapping.values = values.filter(|(field, ..)| model.has(field)).collect();
        mapping
    }

    /// What the operator says of a field.
    fn add_said(&mut self, theirs: &str, ours: Option<Ours>, kind: Kind) {
        let theirs = theirs.to_owned();
        match ours {
            Some(Ours::Attribute(ours)) => {
                self.attributes.insert(theirs, ours);
            }
            Some(Ours::Joined) => self.joined = Some(theirs),
            Some(Ours::Flag(flag)) if kind == Kind::User => {
                self.flags.insert(theirs, flag);
            }
            Some(Ours::Flag(_)) | None => {}
        }
    }

    /// Flags of our own names, and those of other names where the model has no such field.
    fn add_flags(&mut self, model: &Model, is_free: impl Fn(&str) -> bool) {
        for flag in Flag::ALL {
            let own = flag.as_str();
            let alias = flag.alias().filter(|name| model.has_flags(name));
            let name = if model.has(own) { Some(own) } else { alias };
            if let (None, Some(name)) = (self.flag_field(flag), name.filter(|name| is_free(name))) {
                self.flags.insert(name.to_owned(), flag);
            }
        }
    }

    /// The field that holds a flag.
    pub(super) fn flag_field(&self, flag: Flag) -> Option<&str> {
        let mut flags = self.flags.iter();
        let found = flags.find(|(_, held)| **held == flag);
        found.map(|(theirs, _)| theirs.as_str())
    }

    /// Flags that are called otherwise here.
    pub(super) fn other_flags(&self) -> impl Iterator<Item = (&String, Flag)> {
        let flags = self.flags.iter().map(|(theirs, flag)| (theirs, *flag));
        flags.filter(|(theirs, flag)| *theirs != flag.as_str())
    }

    /// The field that holds an attribute.
    pub(super) fn field_of(&self, ours: ProfileField) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|(_, held)| **held == ours);
        found.map(|(theirs, _)| theirs.as_str())
    }

    /// What each field holds.
    pub(super) fn table(&self, prefix: &str) -> impl Iterator<Item = (String, &'static str)> {
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(theirs, ours)| (theirs, ours.as_str()));
        let joined = self.joined.iter().map(|theirs| (theirs, JOINED_NAME));
        let flags = self.other_flags();
        let flags = flags.map(|(theirs, flag)| (theirs, flag.as_str()));
        let fields = attributes.chain(joined).chain(flags);
        fields.map(move |(theirs, ours)| (format!("{prefix}{theirs}"), ours))
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

    /// Fields with values that are not carried over, and how many they are, besides fields that are read otherwise.
    pub(super) fn lost(&self, model: &Model, others: &[&str]) -> Vec<(String, u64)> {
        let has_names = model.has("first_name") && model.has("last_name");
        let is_derived =
            |name: &str| name == "is_profile_completed" || name == "full_name" && has_names;
        model.unread(|name| {
            self.attributes.contains_key(name)
                || self.flags.contains_key(name)
                || self.joined.as_deref() == Some(name)
                || others.contains(&name)
                || is_derived(name)
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
