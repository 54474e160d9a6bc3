//! How a dump is read: its models, their keys and their fields.

use std::collections::{BTreeMap, HashSet};

use chrono_tz::Tz;
use profiled_domain::{Person, ProfileField};
use serde_json::Value;

use crate::dump::flags::consequence;
use crate::dump::keys::Keys;
use crate::dump::mapping::{Kind, Mapping, NamedFields, USER};
use crate::dump::models::{
    Link, Models, NamedModels, is_called_profile, may_be_profile, notes, user_field,
};
use crate::dump::organizations::{self, ORGANIZATION};
use crate::dump::reader::Record;
use crate::dump::records::{KNOX_TOKEN, TOKEN};
use crate::dump::survey::{Model, OUTSTANDING_TOKEN, Survey};

/// Fields of groups that are imported, besides the notes.
const GROUP: [&str; 3] = ["name", "created_at", "updated_at"];

/// Attributes that little else than people has.
const PERSONAL: [ProfileField; 4] = [
    ProfileField::MobileNumber,
    ProfileField::NumberPhone,
    ProfileField::Gender,
    ProfileField::Avatar,
];

/// Instants of the other models that are imported.
const INSTANTS: [(&str, &[&str]); 4] = [
    (TOKEN, &["created"]),
    (KNOX_TOKEN, &["created", "expiry"]),
    (OUTSTANDING_TOKEN, &["expires_at"]),
    (ORGANIZATION, &["created", "modified"]),
];

/// What a dump has, and how it is read.
pub(crate) struct Plan {
    pub(crate) models: Models,
    pub(crate) mapping: Mapping,
    /// Models that hold attributes of users, in the order in which they fill them in.
    pub(crate) profiles: Vec<Profile>,
    /// Models that were taken for such, also those that turn out to be none.
    looked_at: Vec<String>,
    /// What the primary keys of users are.
    pub(crate) user_keys: Keys,
    /// What the primary keys of groups are.
    pub(crate) group_keys: Keys,
    /// What the primary keys of organizations are.
    pub(crate) organization_keys: Keys,
    /// The field of groups that holds their notes.
    pub(crate) notes: Option<String>,
    /// The field of their child model that does.
    pub(super) child_notes: Option<String>,
    /// No username has an at sign: a natural key with one is an e-mail address.
    has_plain_usernames: bool,
    /// Primary keys of outstanding refresh tokens that are blacklisted.
    blacklisted: HashSet<i64>,
    /// The zone of instants that tell none.
    pub(super) zone: Option<Tz>,
}

/// A model of which each record holds attributes of one user.
pub(crate) struct Profile {
    pub(crate) link: Link,
    pub(crate) mapping: Mapping,
}

impl Plan {
    /// # Errors
    /// A text, when it is not certain what the users of the dump are, or an option names what is not there.
    pub(crate) fn of(
        survey: &mut Survey,
        models: &NamedModels,
        fields: &NamedFields,
        zone: Option<Tz>,
    ) -> Result<Self, String> {
        let (models, profiles) = Models::of(survey, models)?;
        let user = survey.named(models.user.as_deref());
        let names = models.user.iter();
        let names = names.chain(profiles.iter().map(|link| &link.model));
        fields.check(survey, &names.map(String::as_str).collect::<Vec<_>>())?;
        let mapping = user.map_or_else(Mapping::default, |user| {
            Mapping::of(user, Kind::User, fields)
        });
        let looked_at = profiles.iter().map(|link| link.model.clone()).collect();
        let profiles = profiles.into_iter().filter_map(|link| {
            let mapping = Mapping::of(survey.get(&link.model)?, Kind::Profile, fields);
            Some(Profile { link, mapping })
        });
        let username = mapping.field_of(ProfileField::Username);
        let group = survey.named(models.group.as_deref());
        let keys = |model: Option<&Model>| model.map(|model| model.keys).unwrap_or_default();
        let plan = Self {
            profiles: profiles.collect(),
            looked_at,
            user_keys: keys(user),
            group_keys: keys(group),
            organization_keys: keys(survey.get(ORGANIZATION)),
            notes: group.and_then(notes),
            child_notes: models
                .group_notes
                .as_ref()
                .and_then(|link| notes(survey.get(&link.model)?)),
            has_plain_usernames: user
                .is_some_and(|user| username.is_none_or(|name| !user.has_addresses(name))),
            mapping,
            models,
            blacklisted: std::mem::take(&mut survey.blacklisted),
            zone,
        };
        match plan.local_instants(survey).filter(|_| zone.is_none()) {
            None => Ok(plan),
            Some(field) => Err(format!(
                "{field} has instants without a zone (USE_TZ = False): name it with --timezone, as TIME_ZONE of \
                 Django's settings does"
            )),
        }
    }

    /// Attributes that no field holds: the dumps say nothing of them.
    pub(crate) fn unsaid(&self) -> Vec<ProfileField> {
        let profiles = self.profiles.iter().map(|profile| &profile.mapping);
        let mappings: Vec<_> = profiles.chain([&self.mapping]).collect();
        let is_said = |field: &ProfileField| {
            let mut mappings = mappings.iter();
            mappings.any(|mapping| mapping.attributes.values().any(|held| held == field))
        };
        let all = ProfileField::ALL.iter().copied();
        all.filter(|field| !is_said(field)).collect()
    }

    /// The zone of instants, if there are any that tell none.
    pub(super) fn local_zone(&self, survey: &Survey) -> Option<Tz> {
        self.local_instants(survey)?;
        self.zone
    }

    /// A field with instants that tell no zone, of those that are read.
    fn local_instants(&self, survey: &Survey) -> Option<String> {
        let in_model = |name: &str, fields: &[&str]| {
            let field = survey.get(name)?.local_instant(fields.iter().copied())?;
            Some(format!("{name}.{field}"))
        };
        let joined = |mapping: &Mapping| mapping.joined.clone().unwrap_or_default();
        let user = self.models.user.iter();
        let of_users = user.map(|name| in_model(name, &[&joined(&self.mapping), "last_login"]));
        let profiles = self.profiles.iter();
        let of_profiles =
            profiles.map(|profile| in_model(&profile.link.model, &[&joined(&profile.mapping)]));
        let group = self.models.group.iter();
        let of_groups = group.map(|name| in_model(name, &GROUP));
        let others = INSTANTS.iter().map(|(name, fields)| in_model(name, fields));
        let found = of_users.chain(of_profiles).chain(of_groups).chain(others);
        found.flatten().next()
    }

    /// Whether a model holds attributes of users or notes of groups.
    pub(crate) fn is_read_before(&self, model: &str) -> bool {
        let mut profiles = self.profiles.iter();
        let notes = self.models.group_notes.as_ref();
        profiles.any(|profile| profile.link.model == model)
            || notes.is_some_and(|link| link.model == model)
    }

    /// How often the dumps have to be read, with the survey.
    pub(crate) fn readings(&self) -> u64 {
        let has_profiles = !self.profiles.is_empty() || self.models.group_notes.is_some();
        2 + u64::from(has_profiles) + u64::from(self.has_known_by_name())
    }

    /// A record for a message. Keys of users and groups are no secrets, unlike those of tokens.
    pub(crate) fn name(&self, record: &Record) -> String {
        let field = if self.is_user(record) {
            let username = self.mapping.field_of(ProfileField::Username);
            username.or_else(|| self.mapping.field_of(ProfileField::Email))
        } else if self.is_group(record) {
            Some("name")
        } else {
            return record.name();
        };
        let name = field.and_then(|field| record.fields.get(field)?.as_str());
        match (&record.pk, name) {
            (Value::String(key), _) => format!("{} {key}", record.model),
            (Value::Null, Some(name)) => format!("{} {name}", record.model),
            _ => record.name(),
        }
    }

    /// Whether a record is a user or a group that is known by its name.
    pub(crate) fn is_known_by_name(&self, record: &Record) -> bool {
        record.pk.is_null() && (self.is_user(record) || self.is_group(record))
    }

    /// Whether there are such records.
    pub(crate) fn has_known_by_name(&self) -> bool {
        self.user_keys.has_absent() || self.group_keys.has_absent()
    }

    pub(crate) fn is_user(&self, record: &Record) -> bool {
        let model = self.models.user.as_ref();
        model.is_some_and(|model| record.model.eq_ignore_ascii_case(model))
    }

    pub(crate) fn is_group(&self, record: &Record) -> bool {
        let model = self.models.group.as_ref();
        model.is_some_and(|model| record.model.eq_ignore_ascii_case(model))
    }

    /// Whether a natural key of a user is an e-mail address, and not a username.
    pub(crate) fn is_address(&self, name: &str) -> bool {
        self.has_plain_usernames && name.contains('@')
    }

    /// The natural keys by which a record may name a person.
    pub(crate) fn names<'a>(&self, person: &'a Person) -> impl Iterator<Item = &'a str> {
        let email = person.email.as_deref();
        let email = email.filter(|email| self.is_address(email));
        let names = person.username.as_deref().into_iter().chain(email);
        names.filter(|name| !name.is_empty())
    }

    /// Whether users have no username: they are known by their e-mail addresses.
    pub(crate) fn is_named_by_email(&self) -> bool {
        self.models.user.is_some() && self.mapping.field_of(ProfileField::Username).is_none()
    }

    pub(crate) fn is_blacklisted(&self, outstanding: &Value) -> bool {
        let id = outstanding.as_i64();
        id.is_some_and(|id| self.blacklisted.contains(&id))
    }

    /// The attribute that each field holds; fields of profiles are named with their model.
    pub(crate) fn table(&self) -> BTreeMap<String, &'static str> {
        let mut table: BTreeMap<_, _> = self.mapping.table("").collect();
        for profile in &self.profiles {
            let prefix = format!("{}.", profile.link.model);
            table.extend(profile.mapping.table(&prefix));
        }
        table
    }

    /// Models that are not read and may hold attributes of users, each with what says so and the option that reads it.
    pub(crate) fn likely_profiles(&self, survey: &Survey) -> Vec<String> {
        let Some(user) = &self.models.user else {
            return Vec::new();
        };
        let others = survey.iter().filter(|(name, model)| {
            let is_read = *name == user
                || self.models.group.as_deref() == Some(*name)
                || self.is_read_before(name)
                || self.looked_at.iter().any(|known| known == name);
            !is_read && may_be_profile(survey, name, model, user)
        });
        let found = others.filter_map(|(name, model)| {
            if is_called_profile(name) {
                let option = format!("--profile-model {name}");
                return Some(match user_field(survey, model, user) {
                    Some(field) => format!(
                        "{name} is not read: if each user has one record, which names it in {field}, {option} brings them over"
                    ),
                    None => format!(
                        "{name} is not read: if each record belongs to one user, {option}.FIELD names the field with the \
                         user, or {option} says that its primary key is that of the user"
                    ),
                });
            }
            let mapping = Mapping::of(model, Kind::Profile, &NamedFields::default());
            let fields = PERSONAL.iter().filter_map(|field| mapping.field_of(*field));
            let fields: Vec<&str> = fields.filter(|field| model.has_values(field)).collect();
            let help = format!("--profile-model {name} brings them over");
            let fields = Some(fields.join(", ")).filter(|fields| !fields.is_empty())?;
            Some(format!("{name} has {fields}: if each record belongs to one user, {help}"))
        });
        found.collect()
    }

    /// Flags of users that are not read, and what that means.
    pub(crate) fn unread_flags(&self, survey: &Survey) -> Vec<String> {
        let user = self.models.user.iter();
        let lost =
            user.filter_map(|name| Some((name, self.mapping.lost(survey.get(name)?, &USER))));
        let lost =
            lost.flat_map(|(name, fields)| fields.into_iter().map(move |field| (name, field)));
        let warnings = lost.filter_map(|(name, (field, _))| {
            let consequence = consequence(&field)?;
            Some(format!("{name}.{field} is not read: {consequence}"))
        });
        warnings.collect()
    }

    /// Fields of users, their profiles and groups that have values and are not imported, and how many.
    pub(crate) fn lost(&self, survey: &Survey) -> Vec<(String, u64)> {
        let mut lost = Vec::new();
        let mut add = |name: &str, unread: &dyn Fn(&Model) -> Vec<(String, u64)>| {
            let fields = survey.get(name).map(unread).unwrap_or_default();
            let fields = fields.into_iter();
            lost.extend(fields.map(|(field, count)| (format!("{name}.{field}"), count)));
        };
        if let Some(name) = &self.models.user {
            add(name, &|model| self.mapping.lost(model, &USER));
        }
        for Profile { link, mapping } in &self.profiles {
            let known = link.field.as_deref();
            add(&link.model, &|model| mapping.lost(model, known.as_slice()));
        }
        if let Some(name) = &self.models.group {
            let known: Vec<_> = GROUP.into_iter().chain(self.notes.as_deref()).collect();
            add(name, &|model| model.unread(|field| known.contains(&field)));
        }
        if let Some(link) = &self.models.group_notes {
            let known: Vec<_> = [&link.field, &self.child_notes]
                .into_iter()
                .flatten()
                .collect();
            let is_known = |field: &str| known.iter().any(|known| *known == field);
            add(&link.model, &|model| model.unread(is_known));
        }
        lost.extend(organizations::lost(survey));
        lost
    }
}
