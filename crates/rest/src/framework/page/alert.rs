//! What a page says of a request that was refused, above all else.

use actix_web::http::{Method, StatusCode};
use serde_json::Value;

use super::context::Context;
use super::filter_view::FilterForm;
use super::form_view::{FormView, Refusal};
use crate::error::NON_FIELD_ERRORS;
use crate::framework::view_response::ViewResponse;

/// Names of errors that belong to a body as a whole: those of the framework and of Django's models.
const OF_ALL: [&str; 2] = [NON_FIELD_ERRORS, "__all__"];
/// Names under which dialects say all that they say.
const DETAILS: [&str; 2] = ["detail", "error"];

/// Why nothing was done.
pub(super) struct Alert {
    pub(super) heading: &'static str,
    /// What belongs to no input.
    pub(super) messages: Vec<String>,
    /// Inputs to be corrected.
    pub(super) faults: Vec<Fault>,
}

/// An input that something is wrong with.
pub(super) struct Fault {
    pub(super) id: String,
    pub(super) label: &'static str,
}

impl Alert {
    /// That of a write that was refused, or of a query that is not understood.
    pub(super) fn of(
        context: &Context<'_>,
        answer: &ViewResponse,
        forms: &[FormView<'_>],
        filter: Option<&FilterForm<'_>>,
    ) -> Option<Self> {
        let is_read_by_post = context.route.view.spec().is_read_by_post;
        let is_read =
            context.method.is_safe() || is_read_by_post && *context.method == Method::POST;
        let (heading, inputs) = match answer.status {
            status if !is_read && status.is_client_error() => {
                let tried = forms.iter().find(|form| form.refusal != Refusal::None);
                ("Nothing was changed.", tried.map_or_else(Vec::new, of_form))
            }
            StatusCode::BAD_REQUEST if is_read => {
                let inputs = filter.map_or_else(Vec::new, of_filter);
                ("This cannot be shown as it was asked for.", inputs)
            }
            _ => return None,
        };
        let names: Vec<_> = inputs.iter().map(|(name, ..)| *name).collect();
        let faulty = inputs.into_iter().filter(|(_, is_faulty, _)| *is_faulty);
        Some(Self {
            heading,
            messages: messages(context, answer, &names),
            faults: faulty.map(|(.., fault)| fault).collect(),
        })
    }
}

/// An input: its name, whether something is wrong with it, and how it is referred to.
type Known = (&'static str, bool, Fault);

fn of_form(form: &FormView<'_>) -> Vec<Known> {
    let raw = (form.refusal == Refusal::OfRaw).then(|| {
        let id = format!("{}-content", form.prefix);
        let label = "Content";
        ("_content", true, Fault { id, label })
    });
    let inputs = form.inputs.iter().map(|input| {
        let (id, label) = (input.id.clone(), input.label);
        let is_faulty = !input.messages.is_empty();
        (input.name, is_faulty, Fault { id, label })
    });
    raw.into_iter().chain(inputs).collect()
}

fn of_filter(filter: &FilterForm<'_>) -> Vec<Known> {
    let inputs = filter.inputs.iter().map(|input| {
        let (id, label) = (input.id.clone(), input.filter.label);
        let is_faulty = !input.messages.is_empty();
        (input.filter.name, is_faulty, Fault { id, label })
    });
    inputs.collect()
}

/// What an answer says of nothing that stands beside one of these inputs.
fn messages(context: &Context<'_>, answer: &ViewResponse, inputs: &[&str]) -> Vec<String> {
    if context.extras.is_outdated {
        return vec!["This page was out of date; send it again.".to_owned()];
    }
    let errors = &context.extras.errors;
    if errors.is_empty() {
        return texts(&answer.json);
    }
    let others = errors.iter().filter(|(name, _)| !inputs.contains(name));
    let said = others.flat_map(|(name, messages)| messages.iter().map(move |text| of(name, text)));
    said.collect()
}

/// A message with what it belongs to, if that is not the whole.
fn of(name: &str, text: &str) -> String {
    if OF_ALL.contains(&name) || DETAILS.contains(&name) {
        text.to_owned()
    } else {
        format!("{name}: {text}")
    }
}

/// What the JSON of an answer says.
fn texts(json: &[u8]) -> Vec<String> {
    let members = match serde_json::from_slice(json) {
        Ok(Value::Object(members)) => members,
        Ok(other) => return words(&other),
        Err(_) => return Vec::new(),
    };
    let detail = DETAILS.iter().find_map(|name| members.get(*name));
    if let Some(detail) = detail {
        return words(detail);
    }
    let all = members.iter();
    all.flat_map(|(name, value)| words(value).into_iter().map(move |text| of(name, &text)))
        .collect()
}

fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_for_what_it_says_in_any_dialect() {
        let table: [(&str, &[&str]); 6] = [
            (r#"{"detail": "No.", "code": "x"}"#, &["No."]),
            (r#"{"detail": ["No.", "Never."]}"#, &["No.", "Never."]),
            (r#"{"error": "Gone."}"#, &["Gone."]),
            (r#"{"__all__": ["Twice."], "a": "b"}"#, &["Twice.", "a: b"]),
            (r#"["One.", 2]"#, &["One."]),
            ("", &[]),
        ];

        for (json, expected) in table {
            assert_eq!(texts(json.as_bytes()), expected, "{json}");
        }
    }
}
