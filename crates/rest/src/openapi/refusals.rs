//! What is answered to requests that are refused, in the words of their dialect.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use profiled_auth::AuthError;
use profiled_domain::Wait;
use serde_json::Value;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{ContentBuilder, Ref, RefOr};

use super::Document;
use crate::error::{ApiError, FieldErrors};
use crate::framework::{Access, Compared, Dialect, Operation, Route};
use crate::wire::json_writer::Layout;

/// The statuses that a request to an operation may be refused with.
pub(super) fn statuses(route: &Route, path: &str, operation: &Operation) -> Vec<StatusCode> {
    let spec = route.view.spec();
    let (dialect, has_body) = (&route.dialect, !operation.bodies.is_empty());
    let is_write = !operation.method.is_safe();
    let takes_cookies = dialect
        .credentials_taken()
        .iter()
        .any(|one| one.proof.is_some());
    let is_known = spec.access != Access::Open;
    let possible = [
        (true, StatusCode::BAD_REQUEST),
        (is_known, StatusCode::UNAUTHORIZED),
        (
            spec.access == Access::StaffOrSuperuser || is_known && is_write && takes_cookies,
            StatusCode::FORBIDDEN,
        ),
        (
            dialect.negotiates() || path.contains('{'),
            StatusCode::NOT_FOUND,
        ),
        (dialect.negotiates(), StatusCode::NOT_ACCEPTABLE),
        (has_body, StatusCode::REQUEST_TIMEOUT),
        (
            operation.compares == Some(Compared::Changed),
            StatusCode::PRECONDITION_FAILED,
        ),
        (has_body, StatusCode::PAYLOAD_TOO_LARGE),
        (has_body, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (spec.is_throttled, StatusCode::TOO_MANY_REQUESTS),
        (true, StatusCode::INTERNAL_SERVER_ERROR),
        (true, StatusCode::SERVICE_UNAVAILABLE),
    ];
    let possible = possible.into_iter().filter(|(is_possible, _)| *is_possible);
    let all = possible.map(|(_, status)| status);
    let all: BTreeSet<_> = all.chain(operation.refusals.iter().copied()).collect();
    all.into_iter().collect()
}

impl Document<'_> {
    /// A refusal of a dialect, written once.
    pub(super) fn refusal(&mut self, dialect: &dyn Dialect, status: StatusCode) -> Ref {
        let response = self.described_refusal(dialect, status);
        let reason = status
            .canonical_reason()
            .unwrap_or_default()
            .replace(' ', "");
        let mut name = format!("{}.{reason}", dialect.name());
        // The views of a dialect may differ in their errors.
        while !self.is_free(&name, &response) {
            name.push_str(".Other");
        }
        let link = Ref::from_response_name(&name);
        self.components.responses.insert(name, RefOr::T(response));
        link
    }

    fn is_free(&self, name: &str, response: &Response) -> bool {
        match self.components.responses.get(name) {
            Some(RefOr::T(known)) => known == response,
            _ => true,
        }
    }

    fn described_refusal(&mut self, dialect: &dyn Dialect, status: StatusCode) -> Response {
        let body = dialect.error_schema(status);
        self.add_schemas(body.components);
        let mut content = ContentBuilder::new().schema(Some(body.schema));
        if let Some(error) = example(status) {
            let written = dialect.describe(&error, Layout::line(dialect.style()));
            let written: Option<Value> = serde_json::from_slice(&written.json).ok();
            content = content.example(written);
        }
        let mut response = ResponseBuilder::new()
            .description(meaning(status))
            .content("application/json", content.build());
        for (name, text) in headers(status) {
            let header = HeaderBuilder::new().description(Some(*text));
            response = response.header(*name, header.build());
        }
        response.build()
    }
}

/// An error of this status.
fn example(status: StatusCode) -> Option<ApiError> {
    Some(match status {
        StatusCode::BAD_REQUEST => {
            ApiError::Invalid(FieldErrors::of("username", "This field may not be blank."))
        }
        StatusCode::UNAUTHORIZED => ApiError::Unauthenticated(AuthError::NotProvided),
        StatusCode::FORBIDDEN => ApiError::PermissionDenied,
        StatusCode::NOT_FOUND => ApiError::NotFound,
        StatusCode::NOT_ACCEPTABLE => ApiError::NotAcceptable,
        StatusCode::REQUEST_TIMEOUT => ApiError::BodyTooSlow,
        StatusCode::PRECONDITION_FAILED => ApiError::PreconditionFailed,
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ApiError::UnsupportedMediaType("text/plain".to_owned())
        }
        StatusCode::TOO_MANY_REQUESTS => ApiError::Throttled(Wait::SECOND),
        StatusCode::INTERNAL_SERVER_ERROR => ApiError::Internal("an example".into()),
        StatusCode::SERVICE_UNAVAILABLE => ApiError::Unavailable("an example".into()),
        _ => return None,
    })
}

fn meaning(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "The query or the body breaks a rule, field by field.",
        StatusCode::UNAUTHORIZED => "Credentials are missing or not good.",
        StatusCode::FORBIDDEN => "The caller may not do this.",
        StatusCode::NOT_FOUND => "There is no such object, page or representation.",
        StatusCode::NOT_ACCEPTABLE => "No representation satisfies Accept.",
        StatusCode::REQUEST_TIMEOUT => "The body did not arrive in time.",
        StatusCode::PRECONDITION_FAILED => "If-Match names another version than the stored one.",
        StatusCode::PAYLOAD_TOO_LARGE => "The body is larger than the service takes.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "The body is of a type that is not read here.",
        StatusCode::TOO_MANY_REQUESTS => "Too many requests, or too many failed log-ins.",
        StatusCode::SERVICE_UNAVAILABLE => "The database does not answer, or too much is waiting.",
        _ => "A fault of the service.",
    }
}

fn headers(status: StatusCode) -> &'static [(&'static str, &'static str)] {
    match status {
        StatusCode::UNAUTHORIZED => &[("WWW-Authenticate", "The scheme that is asked for.")],
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            &[("Retry-After", "Seconds after which to try again.")]
        }
        _ => &[],
    }
}
