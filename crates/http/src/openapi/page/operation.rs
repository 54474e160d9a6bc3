//! A method of a path, as the page shows it.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::security::SecurityScheme;
use utoipa::openapi::{OpenApi, RefOr, Required, Response, Schema};

use super::schema::{self, Row, Word};

const RESPONSES: &str = "#/components/responses/";

/// A method of a path.
pub(super) struct OperationView {
    pub(super) id: String,
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) name: String,
    pub(super) text: String,
    /// What shows who asks, one of these; empty where nobody is asked.
    pub(super) credentials: String,
    pub(super) parameters: Vec<Row>,
    /// Media types that are read.
    pub(super) types: String,
    pub(super) fields: Vec<Row>,
    /// The body to begin with.
    pub(super) body: Option<String>,
    pub(super) answers: Vec<AnswerView>,
    /// What the answer may look like.
    pub(super) example: Option<String>,
    pub(super) curl: String,
}

/// A status, and what comes with it.
pub(super) struct AnswerView {
    pub(super) status: String,
    pub(super) text: String,
    pub(super) kind: Vec<Word>,
}

impl OperationView {
    pub(super) fn new(
        document: &OpenApi,
        method: &'static str,
        path: &str,
        operation: &Operation,
        names: &mut BTreeSet<String>,
    ) -> Self {
        let parameters = operation.parameters.iter().flatten();
        let parameters = parameters.filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(row(parameter, names)),
            RefOr::Ref(_) => None,
        });
        let parameters = parameters.collect();
        let request = match &operation.request_body {
            Some(RefOr::T(request)) => Some(request),
            _ => None,
        };
        let content = request.iter().flat_map(|request| request.content.iter());
        let types: Vec<&str> = content.map(|(name, _)| name.as_str()).collect();
        let first = request.and_then(|request| request.content.values().next());
        let first = first.and_then(|content| match content {
            RefOr::T(content) => Some(content),
            RefOr::Ref(_) => None,
        });
        let is_json = types.first() == Some(&"application/json");
        let sample = first.and_then(|content| content.example.as_ref());
        let sample = sample.map(|example| harmless(method, example));
        let body = sample.as_ref().filter(|_| is_json).map(pretty);
        let sent = first.and_then(|content| content.schema.as_ref());
        let fields = sent.map(|schema| schema::rows(document, schema, names));
        let credentials = credentials(operation);
        let address = target(path);
        Self {
            id: operation.operation_id.clone().unwrap_or_default(),
            curl: curl(
                document,
                method,
                &address,
                operation,
                sample.as_ref(),
                is_json,
            ),
            answers: answers(document, operation, names),
            example: example(document, operation),
            name: operation.summary.clone().unwrap_or_default(),
            text: operation.description.clone().unwrap_or_default(),
            types: types.join(", "),
            fields: fields.unwrap_or_default(),
            path: path.to_owned(),
            method,
            parameters,
            credentials,
            body,
        }
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The path with what stands for an id in a shell, where braces mean something else.
fn target(path: &str) -> String {
    let parts = path.split('/');
    let parts: Vec<&str> = parts
        .map(|part| if part.starts_with('{') { "ID" } else { part })
        .collect();
    parts.join("/")
}

/// What a request begins with that is sent by a press of a button: it changes no password and no right, and takes
/// nothing away, unless the reader writes that into it.
fn harmless(method: &str, example: &Value) -> Value {
    let is_change = method != "POST";
    let takes_away = |name: &str| name == "disassociate" || name == "is_superuser";
    let mut body = example.clone();
    if let Value::Object(members) = &mut body {
        let is_left_out = |name: &str| takes_away(name) || is_change && name.ends_with("password");
        members.retain(|name, _| !is_left_out(name));
    }
    body
}

fn row(parameter: &Parameter, names: &mut BTreeSet<String>) -> Row {
    let place = match parameter.parameter_in {
        ParameterIn::Header => " (header)",
        ParameterIn::Path => " (path)",
        _ => "",
    };
    Row {
        name: format!("{}{place}", parameter.name),
        is_required: parameter.required == Required::True,
        kind: parameter
            .schema
            .as_ref()
            .map(|schema| schema::kind(schema, names))
            .unwrap_or_default(),
        text: parameter.description.clone().unwrap_or_default(),
    }
}

/// The names of the first of the credentials that will do.
fn first_scheme<'a>(document: &'a OpenApi, operation: &Operation) -> Option<&'a SecurityScheme> {
    let first = operation.security.iter().flatten().next()?;
    let written = serde_json::to_value(first).ok()?;
    let name = written.as_object()?.keys().next()?.clone();
    match document.components.as_ref()?.security_schemes.get(&name)? {
        RefOr::T(scheme) => Some(scheme),
        RefOr::Ref(_) => None,
    }
}

fn credentials(operation: &Operation) -> String {
    let all = operation.security.iter().flatten();
    let names = all.filter_map(|one| {
        let written = serde_json::to_value(one).ok()?;
        let names: Vec<String> = written.as_object()?.keys().cloned().collect();
        Some(if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(" with ")
        })
    });
    let names: Vec<String> = names.collect();
    names.join(", ")
}

/// How a shell asks: what `BASE` is stands at the top of the page.
fn curl(
    document: &OpenApi,
    method: &str,
    target: &str,
    operation: &Operation,
    body: Option<&Value>,
    is_json: bool,
) -> String {
    let mut line = "curl".to_owned();
    if method != "GET" {
        line.extend([" -X ", method]);
    }
    match first_scheme(document, operation) {
        Some(SecurityScheme::ApiKey(_)) => line.push_str(" -H 'Authorization: Token YOUR_TOKEN'"),
        Some(SecurityScheme::Http(http)) => {
            let written = serde_json::to_value(http).unwrap_or_default();
            if written.get("scheme").and_then(Value::as_str) == Some("basic") {
                line.push_str(" --user YOUR_NAME");
            } else {
                line.push_str(" -H 'Authorization: Bearer YOUR_TOKEN'");
            }
        }
        _ => {}
    }
    match body {
        Some(body) if is_json => {
            let body = body.to_string();
            line.extend([" -H 'Content-Type: application/json' -d '", &body, "'"]);
        }
        Some(Value::Object(members)) => {
            for (name, value) in members {
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                line.extend([" --data-urlencode '", name, "=", &text, "'"]);
            }
        }
        _ => {}
    }
    line.extend([" \"$BASE", target, "\""]);
    line
}

fn answers(
    document: &OpenApi,
    operation: &Operation,
    names: &mut BTreeSet<String>,
) -> Vec<AnswerView> {
    let all = operation.responses.responses.iter();
    let views = all.filter_map(|(status, response)| {
        let response = resolved(document, response)?;
        let schema = body_of(response);
        Some(AnswerView {
            status: status.clone(),
            text: response.description.clone(),
            kind: schema
                .map(|schema| schema::kind(schema, names))
                .unwrap_or_default(),
        })
    });
    views.collect()
}

fn resolved<'a>(document: &'a OpenApi, response: &'a RefOr<Response>) -> Option<&'a Response> {
    match response {
        RefOr::T(response) => Some(response),
        RefOr::Ref(link) => {
            let name = link.ref_location.strip_prefix(RESPONSES)?;
            match document.components.as_ref()?.responses.get(name)? {
                RefOr::T(response) => Some(response),
                RefOr::Ref(_) => None,
            }
        }
    }
}

fn body_of(response: &Response) -> Option<&RefOr<Schema>> {
    match response.content.values().next()? {
        RefOr::T(content) => content.schema.as_ref(),
        RefOr::Ref(_) => None,
    }
}

/// What a good answer looks like.
fn example(document: &OpenApi, operation: &Operation) -> Option<String> {
    let mut all = operation.responses.responses.iter();
    let (_, good) = all.find(|(status, _)| status.starts_with('2'))?;
    let schema = body_of(resolved(document, good)?)?;
    match schema::resolved(document, schema)? {
        Schema::Object(object) => object.examples.first().map(pretty),
        _ => None,
    }
}
