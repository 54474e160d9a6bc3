//! Inputs of a form, made of the description of its fields.

use chrono::NaiveDateTime;
use serde_json::Value;

use super::hint;
use super::links::is_own;
use crate::error::FieldErrors;
use crate::framework::fields::{Field, Kind};
use crate::framework::forms::WriteForm;
use crate::wire::body::Form;
use crate::wire::host::Origin;

/// One field of a form.
pub(super) struct Input<'a> {
    pub(super) id: String,
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) control: Control,
    /// What it holds, for people.
    pub(super) hint: String,
    pub(super) max_length: Option<usize>,
    pub(super) is_required: bool,
    /// A blank means that nothing is to change: what is unset stays unset.
    pub(super) keeps_blank: bool,
    /// What was wrong with it.
    pub(super) messages: &'a [String],
}

/// How a field is filled in.
pub(super) enum Control {
    Line {
        kind: &'static str,
        autocomplete: &'static str,
        value: String,
    },
    Lines(String),
    Choice(Vec<Choice>),
    /// A file; where the present one is, if there is one.
    File {
        present: Option<String>,
        can_clear: bool,
    },
}

/// An entry of a list to choose from.
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) label: &'static str,
    pub(super) is_chosen: bool,
}

/// What happened when a form was sent before.
#[derive(Clone, Copy)]
pub(super) struct Earlier<'a> {
    pub(super) typed: Option<&'a Form>,
    pub(super) errors: &'a FieldErrors,
}

/// The inputs of a form, whose ids begin with `prefix`.
pub(super) fn inputs<'a>(
    form: &WriteForm,
    prefix: &str,
    earlier: Earlier<'a>,
    origin: &Origin,
) -> Vec<Input<'a>> {
    let shown = form.fields.iter();
    shown
        .filter_map(|field| input(form, field, prefix, earlier, origin))
        .collect()
}

fn input<'a>(
    form: &WriteForm,
    field: &Field,
    prefix: &str,
    earlier: Earlier<'a>,
    origin: &Origin,
) -> Option<Input<'a>> {
    let present = text(form.value(field.name));
    let typed = earlier.typed.and_then(|form| form.text(field.name));
    let value = typed.map_or_else(|| present.clone(), str::to_owned);
    Some(Input {
        id: format!("{prefix}-{}", field.name),
        name: field.name,
        label: field.label,
        keeps_blank: present.is_empty() && !(is_choice(field) && field.takes_null)
            || matches!(field.kind, Kind::Image | Kind::Password),
        hint: hint::of(field),
        control: control(form, field, value, present, origin)?,
        max_length: field.max_length,
        is_required: field.is_required,
        messages: earlier.errors.of_field(field.name),
    })
}

/// Whether a blank is one of the values to choose from.
fn is_choice(field: &Field) -> bool {
    matches!(field.kind, Kind::Choice(_))
}

/// A value as it stands in an input.
fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn control(
    form: &WriteForm,
    field: &Field,
    value: String,
    present: String,
    origin: &Origin,
) -> Option<Control> {
    let is_change = form.fields.iter().any(|f| f.name == "current_password");
    let line = |kind, autocomplete, value| Control::Line {
        kind,
        autocomplete,
        value,
    };
    Some(match field.kind {
        Kind::Integer => line("number", "off", value),
        Kind::Text if field.name == "username" => line("text", "username", value),
        Kind::Text if field.autofill.starts_with("tel") => line("tel", field.autofill, value),
        Kind::Text if field.max_length.is_none() || value.contains('\n') => Control::Lines(value),
        Kind::Text => line("text", field.autofill, value),
        Kind::DateTime => match picked(&value) {
            Some(picked) => line("datetime-local", "off", picked),
            None => line("text", "off", value),
        },
        Kind::Username => line("text", "username", value),
        Kind::Email => line("email", "email", value),
        // Never shown again, whatever was typed.
        Kind::Password if is_change && field.name == "password" => {
            line("password", "new-password", String::new())
        }
        Kind::Password => line("password", "current-password", String::new()),
        Kind::Choice(choices) => Control::Choice(entries(choices, &value, field.takes_null)),
        Kind::Boolean => {
            let answers = [("false", "No"), ("true", "Yes")];
            Control::Choice(entries(&answers, &value, field.takes_null))
        }
        Kind::Image => Control::File {
            can_clear: field.takes_null && !present.is_empty(),
            present: Some(present).filter(|address| is_own(address, origin)),
        },
        // Lists of objects are for raw data.
        Kind::Nested(_) => return None,
    })
}

/// An instant as browsers let their readers pick one, in UTC; `None` for what they could not send back
/// as it is: a finer instant than they know, one in another time zone, or no instant at all.
fn picked(value: &str) -> Option<String> {
    let local = value.strip_suffix('Z').unwrap_or(value);
    if value.is_empty() {
        return Some(String::new());
    }
    let forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f"];
    let is_read = |form: &&str| NaiveDateTime::parse_from_str(local, form).is_ok();
    let is_known = forms.iter().any(is_read) && local.len() <= "YYYY-MM-DDThh:mm:ss.mmm".len();
    is_known.then(|| local.to_owned())
}

/// Nothing is chosen for a reader who has not chosen.
fn entries(
    choices: &[(&'static str, &'static str)],
    chosen: &str,
    takes_null: bool,
) -> Vec<Choice> {
    let none = match (takes_null, chosen) {
        (true, _) => Some(("", "None")),
        (false, "") => Some(("", "Choose…")),
        (false, _) => None,
    };
    let all = none.into_iter().chain(choices.iter().copied());
    all.map(|(value, label)| Choice {
        value,
        label,
        is_chosen: value == chosen,
    })
    .collect()
}
