//! Which models of a dump are users and groups.

use std::fmt::Write;

use crate::dump::survey::Survey;

/// Fields of every user model: those of Django's `AbstractBaseUser`.
const USER: [&str; 2] = ["password", "last_login"];

/// The models that are imported, in lower case.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Models {
    /// `None` if the dump has no users.
    pub(crate) user: Option<String>,
    /// `None` if the dump has no groups.
    pub(crate) group: Option<String>,
}

/// Models that an operator names, as `app.model`.
#[derive(Clone, Debug, Default)]
pub(crate) struct NamedModels {
    pub(crate) user: Option<String>,
    pub(crate) group: Option<String>,
}

impl Models {
    /// The models that are named, else those that can be no others.
    ///
    /// # Errors
    /// A text that names the option to be used, when several models may be that of users, or a named one is not there.
    pub(crate) fn of(survey: &Survey, named: &NamedModels) -> Result<Self, String> {
        let user = match &named.user {
            Some(name) => Some(given(survey, name, "--user-model")?),
            None => user_model(survey)?,
        };
        let group = match &named.group {
            Some(name) => Some(given(survey, name, "--group-model")?),
            None => group_model(survey, user.as_deref().unwrap_or_default()),
        };
        Ok(Self { user, group })
    }
}

fn given(survey: &Survey, name: &str, option: &str) -> Result<String, String> {
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
        model.is_some_and(|model| USER.iter().all(|field| model.has(field)))
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
