//! `/api/schema/`, as JSON and as YAML.

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use profiled_rest::wire::headers::joined;
use profiled_rest::wire::json_writer::Style;
use profiled_rest::wire::query::Query;
use profiled_rest::{lists, response};
use sha2::{Digest, Sha256};
use utoipa::openapi::OpenApi;

const JSON: &str = "application/json";
const YAML: &str = "application/yaml";

/// Media types that are asked for, and whether YAML is meant.
const TYPES: [(&str, bool); 7] = [
    (JSON, false),
    ("application/vnd.oai.openapi+json", false),
    (YAML, true),
    ("application/vnd.oai.openapi", true),
    ("application/x-yaml", true),
    ("text/yaml", true),
    ("text/x-yaml", true),
];

/// The document in its two forms.
pub(crate) struct SchemaFiles {
    json: SchemaFile,
    yaml: SchemaFile,
}

/// The document as it is sent.
struct SchemaFile {
    text: Bytes,
    tag: HeaderValue,
    media_type: &'static str,
}

/// Why no form of the document is sent.
enum Refusal {
    UnknownFormat,
    NotAcceptable,
}

impl SchemaFiles {
    /// Writes the document.
    pub(crate) fn of(document: &OpenApi) -> Self {
        let json = document.to_json().unwrap_or_else(failed);
        let yaml = document.to_yaml().unwrap_or_else(failed);
        Self {
            json: SchemaFile::new(json, JSON),
            yaml: SchemaFile::new(yaml, YAML),
        }
    }

    /// The answer to a request for the document.
    pub(crate) fn answer(&self, request: &HttpRequest) -> HttpResponse {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut refusal = refuse(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed.");
            let allow = HeaderValue::from_static("GET, HEAD");
            refusal.headers_mut().insert(header::ALLOW, allow);
            return refusal;
        }
        let query = Query::parse(request.query_string().as_bytes()).unwrap_or_default();
        let accept = joined(request.headers(), &header::ACCEPT);
        let accept = accept.as_deref().map(String::from_utf8_lossy);
        match is_yaml(query.get("format"), accept.as_deref()) {
            Ok(is_yaml) => (if is_yaml { &self.yaml } else { &self.json }).answer(request),
            Err(Refusal::UnknownFormat) => refuse(StatusCode::NOT_FOUND, "Not found."),
            Err(Refusal::NotAcceptable) => {
                let text = "Could not satisfy the request Accept header.";
                refuse(StatusCode::NOT_ACCEPTABLE, text)
            }
        }
    }
}

/// What is described is text and lists of it, which write themselves without fail.
#[expect(clippy::needless_pass_by_value, reason = "for unwrap_or_else")]
fn failed(error: impl ToString) -> String {
    tracing::error!(
        error = error.to_string(),
        "the OpenAPI document could not be written"
    );
    String::new()
}

fn refuse(status: StatusCode, text: &'static str) -> HttpResponse {
    response::plain(status, text, Style::Compact)
}

/// Which form is wanted: the name in the query decides, then the more specific part of `Accept`, and the first of those.
fn is_yaml(format: Option<&str>, accept: Option<&str>) -> Result<bool, Refusal> {
    match format {
        None | Some("") => {}
        Some("json") => return Ok(false),
        Some("yaml") => return Ok(true),
        Some(_) => return Err(Refusal::UnknownFormat),
    }
    let Some(accept) = accept else {
        return Ok(false);
    };
    let ranges = accept
        .split(',')
        .map(|range| range.split(';').next().unwrap_or_default().trim());
    let ranges: Vec<&str> = ranges.collect();
    let exact = ranges.iter().find_map(|range| {
        let known = TYPES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(range));
        known.map(|(_, is_yaml)| *is_yaml)
    });
    let takes = |wanted: &str| {
        ranges
            .iter()
            .any(|range| range.eq_ignore_ascii_case(wanted))
    };
    match exact {
        Some(is_yaml) => Ok(is_yaml),
        None if takes("application/*") || takes("*/*") => Ok(false),
        None if takes("text/*") => Ok(true),
        None => Err(Refusal::NotAcceptable),
    }
}

impl SchemaFile {
    fn new(text: String, media_type: &'static str) -> Self {
        let digest = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&text));
        Self {
            text: text.into(),
            // Letters, digits, - and _.
            tag: HeaderValue::try_from(format!("\"{digest}\""))
                .unwrap_or(HeaderValue::from_static("\"\"")),
            media_type,
        }
    }

    /// The document, unless the client has it already. It stays the same as long as the service runs, and another
    /// service of the site may have other settings: caches ask.
    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let known = joined(request.headers(), &header::IF_NONE_MATCH);
        let known = known.as_deref().map(String::from_utf8_lossy);
        let tag = self.tag.to_str().unwrap_or_default();
        let is_known = known.is_some_and(|known| lists(&known, tag));
        let mut answer = HttpResponse::build(if is_known {
            StatusCode::NOT_MODIFIED
        } else {
            StatusCode::OK
        });
        response::add_security(&mut answer);
        answer
            .insert_header((header::ETAG, self.tag.clone()))
            .insert_header((header::VARY, HeaderValue::from_static("Accept")))
            .insert_header((
                header::CACHE_CONTROL,
                HeaderValue::from_static("public, no-cache"),
            ));
        if is_known {
            return answer.finish();
        }
        answer
            .insert_header((
                header::CONTENT_TYPE,
                HeaderValue::from_static(self.media_type),
            ))
            .body(self.text.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_of_the_document_is_what_the_client_wants() {
        let cases = [
            (None, None, Some(false)),
            (None, Some("*/*"), Some(false)),
            (
                None,
                Some("text/html,application/xml;q=0.9,*/*;q=0.8"),
                Some(false),
            ),
            (None, Some("application/yaml"), Some(true)),
            (
                None,
                Some("*/*, application/vnd.oai.openapi;version=3.1"),
                Some(true),
            ),
            (
                None,
                Some("application/vnd.oai.openapi+json, application/yaml"),
                Some(false),
            ),
            (None, Some("text/*"), Some(true)),
            (Some("yaml"), Some("application/json"), Some(true)),
            (Some("json"), Some("application/yaml"), Some(false)),
            (Some("xml"), None, None),
            (None, Some("text/html"), None),
        ];

        for (format, accept, expected) in cases {
            assert_eq!(
                is_yaml(format, accept).ok(),
                expected,
                "{format:?} {accept:?}"
            );
        }
    }
}
