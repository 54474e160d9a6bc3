//! Which models of a dump are users, their profiles and groups.

use std::fmt::Write;

use serde_json::Value;

use crate::dump::reader::Record;
use crate::dump::survey::{Model, Survey};

/// Fields of every user model: those of Django's `AbstractBaseUser`.
const USER: [&str; 2] = ["password", "last_login"];

/// Names of the notes of a group.
const NOTES: [&str; 2] = ["notes", "description"];

/// What models of profiles are called.
const PROFILE: &str = "profile";

/// Fields that every historical record of django-simple-history has.
const HISTORY: [&str; 2] = ["history_type", "history_date"];

/// Fields that may name a user, unless the dump has another model of this name.
const OWNERS: [&str; 2] = ["owner", "account"];

/// How a field ends that names a record of the model that is inherited from.
const PARENT: &str = "_ptr";

/// The models that are imported, in lower case.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Models {
    /// `None` if the dump has no users.
    pub(crate) user: Option<String>,
    /// `None` if the dump has no groups.
    pub(crate) group: Option<String>,
    /// A model that inherits from that of groups, and has notes.
    pub(crate) group_notes: Option<Link>,
}

/// A model of which each record belongs to one user or group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) model: String,
    /// The field that names the user or group; none if the primary key does.
    pub(crate) field: Option<String>,
    /// Whether the operator has named the model.
    pub(crate) is_named: bool,
}

impl Link {
    /// What names the user or group of a record.
    pub(super) fn owner<'a>(&self, record: &'a Record) -> &'a Value {
        let field = self.field.as_deref();
        match field.and_then(|field| record.fields.get(field)) {
            Some(owner) => owner,
            None if self.stored_field().is_none() => &record.pk,
            None => &Value::Null,
        }
    }

    /// The field that names the user or group, unless it only stands for a primary key that the dump has not
    /// (`--natural-primary`).
    pub(crate) fn stored_field(&self) -> Option<String> {
        let field = self.field.as_ref();
        field.filter(|field| !field.ends_with(PARENT)).cloned()
    }
}

/// Models that an operator names, as `app.model`.
#[derive(Clone, Debug, Default)]
pub(crate) struct NamedModels {
    pub(crate) user: Option<String>,
    pub(crate) group: Option<String>,
    /// Also `app.model.field`, with the field that names the user.
    pub(crate) profiles: Vec<String>,
}

impl Models {
    /// The models that are named, else those that can be no others; and what may hold attributes of users.
    ///
    /// # Errors
    /// A text that names the option to be used, when several models may be that of users, or a named one is not there.
    pub(crate) fn of(survey: &Survey, named: &NamedModels) -> Result<(Self, Vec<Link>), String> {
        let user = match &named.user {
            Some(name) => Some(named_model(survey, name, "--user-model")?),
            None => user_model(survey)?,
        };
        let group = match &named.group {
            Some(name) => Some(named_model(survey, name, "--group-model")?),
            None => None,
        };
        let own = group_model(survey, user.as_deref().unwrap_or_default());
        // A model without a name of its own has inherited it.
        let (group, child) = match group {
            Some(name) if survey.get(&name).is_some_and(|model| !model.has("name")) => {
                (own, Some(name))
            }
            Some(name) => (Some(name), None),
            None => (own, None),
        };
        let group_notes = group.as_deref().and_then(|group| match child {
            Some(name) => Some(child_of(survey, group, name, true)),
            None => group_notes(survey, group),
        });
        let models = Self {
            user,
            group,
            group_notes,
        };
        let profiles = models.profiles(survey, &named.profiles)?;
        Ok((models, profiles))
    }

    /// Models of profiles that are named, then those whose names say it.
    fn profiles(&self, survey: &Survey, named: &[String]) -> Result<Vec<Link>, String> {
        let Some(user) = &self.user else {
            return Ok(Vec::new());
        };
        let mut links: Vec<Link> = Vec::new();
        for text in named {
            let (name, field) = with_field(text);
            let model = named_model(survey, name, "--profile-model")?;
            let fields = survey.named(Some(&model));
            if let Some(field) = field.filter(|field| !fields.is_some_and(|has| has.has(field))) {
                return Err(format!(
                    "--profile-model {text}: {model} has no field {field}"
                ));
            }
            let found = || user_field(survey, fields?, user);
            let field = field.map(str::to_owned).or_else(found);
            if field.is_none() {
                check_key(survey, &model, user)?;
            }
            links.push(Link {
                field,
                model,
                is_named: true,
            });
        }
        for (name, model) in survey.iter() {
            let is_other = Some(name) != self.group.as_deref() && name != user;
            let is_new = !links.iter().any(|link| link.model == name);
            let field = user_field(survey, model, user);
            let is_certain = field.is_some() || !OWNERS.iter().any(|owner| model.has(owner));
            if is_other && is_new && is_certain && is_profile(name, user) {
                links.push(Link {
                    model: name.to_owned(),
                    field,
                    is_named: false,
                });
            }
        }
        Ok(links)
    }
}

/// `app.model` or `app.model.field`.
pub(super) fn with_field(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once('.') {
        Some((model, field)) if model.contains('.') => (model, Some(field)),
        _ => (text, None),
    }
}

/// The name of a model without its app.
pub(super) fn short(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, model)| model)
}

/// Whether a model is called as no other than one with a profile of each user.
fn is_profile(name: &str, user: &str) -> bool {
    let of = short(name).strip_suffix(PROFILE);
    of.is_some_and(|of| ["", "user", short(user)].contains(&of))
}

/// Whether a model is called as one with profiles, of users or of anything else.
pub(super) fn is_called_profile(name: &str) -> bool {
    short(name).contains(PROFILE)
}

/// Whether the name of a field of users says that it refers to a model: `profile` to `profile` and `userprofile`.
pub(super) fn refers_to(field: &str, model: &str, user: &str) -> bool {
    let user = short(user);
    let plain = |name: &str| {
        let name = name.replace('_', "").to_ascii_lowercase();
        let rest = name.strip_prefix(user).filter(|rest| !rest.is_empty());
        rest.map_or_else(|| name.clone(), str::to_owned)
    };
    plain(field) == plain(short(model))
}

/// Refuses to know the user of a record by its primary key where users name that key themselves: it need not be theirs.
fn check_key(survey: &Survey, model: &str, user: &str) -> Result<(), String> {
    let has_text_keys = survey
        .get(model)
        .is_some_and(|model| model.keys.has_texts());
    let refers = |users: &'_ Model| {
        let mut fields = users.fields.keys();
        let found = fields.find(|field| {
            let may_be_key = has_text_keys
                || (users.nullable.contains(*field) || users.numbers.contains(*field));
            may_be_key && users.has_values(field) && refers_to(field, model, user)
        });
        found.cloned()
    };
    match survey.get(user).and_then(refers) {
        None => Ok(()),
        Some(field) => Err(format!(
            "--profile-model {model}: its primary key is not that of its user, for {user}.{field} refers to it; only \
             --profile-model {model}.FIELD, with a field of {model} that names the user, brings it over"
        )),
    }
}

/// The field by which a record names its user: the usual names, and that of a parent (multi-table inheritance).
pub(super) fn user_field(survey: &Survey, model: &Model, user: &str) -> Option<String> {
    let is_other = |name: &str| {
        let mut models = survey.iter();
        models.any(|(other, _)| other != user && short(other) == name)
    };
    let user = short(user);
    let parent = format!("{user}{PARENT}");
    let is_user = |field: &&String| field.replace('_', "").eq_ignore_ascii_case(user);
    let of_model = model.fields.keys().find(is_user).map(String::as_str);
    let names = [Some("user"), of_model, Some(&parent)];
    let owners = OWNERS.into_iter().filter(|name| !is_other(name));
    let mut names = names.into_iter().flatten().chain(owners);
    names.find(|name| model.has(name)).map(str::to_owned)
}

/// The field of a model of groups that holds their notes.
pub(super) fn notes(model: &Model) -> Option<String> {
    let name = NOTES.iter().find(|name| model.has(name));
    name.map(|name| (*name).to_owned())
}

/// Whether the records of a model may belong to users: they are called profiles, name a user, or inherit from the model
/// of users.
pub(super) fn may_be_profile(survey: &Survey, name: &str, model: &Model, user: &str) -> bool {
    let app = |name: &str| name.split_once('.').map(|(app, _)| app.to_owned());
    match user_field(survey, model, user).as_deref() {
        _ if is_history(model) => false,
        _ if is_called_profile(name) => true,
        Some("owner" | "account") => false,
        Some(_) => true,
        None => app(name) == app(user) && !model.has("name"),
    }
}

/// A model of groups that inherits from that of groups: it has no name of its own, but notes.
fn group_notes(survey: &Survey, group: &str) -> Option<Link> {
    let mut models = survey.iter();
    let found = models.find(|(name, model)| {
        let is_group = ["group", "team", "role"]
            .iter()
            .any(|word| short(name).contains(word));
        *name != group && is_group && !model.has("name") && notes(model).is_some()
    });
    found.map(|(name, _)| child_of(survey, group, name.to_owned(), false))
}

fn child_of(survey: &Survey, group: &str, model: String, is_named: bool) -> Link {
    let parent = format!("{}{PARENT}", short(group));
    let fields = survey.get(&model);
    Link {
        field: fields.filter(|fields| fields.has(&parent)).map(|_| parent),
        model,
        is_named,
    }
}

fn named_model(survey: &Survey, name: &str, option: &str) -> Result<String, String> {
    let name = name.to_ascii_lowercase();
    if survey.get(&name).is_some() {
        return Ok(name);
    }
    Err(format!(
        "{option} {name}: the dump has no such model{}",
        list(survey)
    ))
}

/// `auth.user` is in a dump only if no other model takes its place. Any other user model is known by the fields
/// that all of them have; the name says nothing, for a chat has users, too.
fn user_model(survey: &Survey) -> Result<Option<String>, String> {
    let is_user = |name: &str| {
        let model = survey.get(name);
        model.is_some_and(|model| USER.iter().all(|field| model.has(field)) && !is_history(model))
    };
    let stock = "auth.user";
    if is_user(stock) {
        return Ok(Some(stock.to_owned()));
    }
    let found: Vec<&str> = survey
        .iter()
        .map(|(name, _)| name)
        .filter(|name| is_user(name))
        .collect();
    match found.as_slice() {
        [one] => Ok(Some((*one).to_owned())),
        [] => Ok(None),
        several => Err(format!(
            "{} may all be the user model: name it with --user-model",
            several.join(" and ")
        )),
    }
}

/// Whether the records of a model are earlier states of others.
fn is_history(model: &Model) -> bool {
    HISTORY.iter().all(|field| model.has(field))
}

/// Django's own group, or the one of the app that has the user model.
fn group_model(survey: &Survey, user: &str) -> Option<String> {
    let app = user.split_once('.').map_or("", |(app, _)| app);
    let names = ["auth.group".to_owned(), format!("{app}.group")];
    let mut names = names.into_iter();
    names.find(|name| survey.get(name).is_some_and(|model| model.has("name")))
}

/// The models of a dump, for a message.
pub(crate) fn list(survey: &Survey) -> String {
    let mut text = String::new();
    for (index, (name, model)) in survey.iter().take(20).enumerate() {
        let start = if index == 0 { " (it has " } else { ", " };
        // Writing to a text cannot fail.
        let _ = write!(text, "{start}{name}: {}", model.records);
    }
    if !text.is_empty() {
        text.push(')');
    }
    text
}
