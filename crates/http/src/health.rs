//! `/live` and `/ready`, for whoever starts and balances the service. Any `Host` will do.

use std::error::Error;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use profiled_domain::{FileMoved, StorageMode};
use profiled_rest::error::ApiError;
use profiled_rest::measure::Place;
use profiled_rest::{Notes, Readiness, Services};
use serde_json::{Value, json};

/// The answer, if the path is one of the two.
pub(crate) async fn answer(
    state: &Services,
    request: &HttpRequest,
    notes: &mut Notes,
) -> Option<HttpResponse> {
    let (place, route) = match request.path() {
        "/live" => (Place::Live, "/live"),
        "/ready" => (Place::Ready, "/ready"),
        _ => return None,
    };
    notes.goes_to(place, route);
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = (header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return Some(
            HttpResponse::MethodNotAllowed()
                .insert_header(allow)
                .finish(),
        );
    }
    if place == Place::Live {
        return Some(if state.lanes.are_stuck() {
            status(StatusCode::SERVICE_UNAVAILABLE, "stuck")
        } else {
            status(StatusCode::OK, "live")
        });
    }
    Some(match readiness(state).await {
        Ok(None) => status(StatusCode::OK, "ready"),
        Ok(Some(note)) => answer_of(StatusCode::OK, &json!({ "status": "ready", "note": note })),
        Err(error) => {
            notes.failed(&error);
            match misfit(state).or_else(|| moved(&error)) {
                None => status(StatusCode::SERVICE_UNAVAILABLE, "not ready"),
                Some(note) => answer_of(
                    StatusCode::SERVICE_UNAVAILABLE,
                    &json!({ "status": "not ready", "note": note }),
                ),
            }
        }
    })
}

/// Of a standby, for example.
const READ_ONLY: &str = "the database takes no changes: they are answered 503";

/// What there is to know beside that.
async fn readiness(state: &Services) -> Result<Option<String>, ApiError> {
    if state.is_draining() {
        return Err(ApiError::Unavailable("the service is shutting down".into()));
    }
    let note = match state.readiness() {
        Readiness::Ready => None,
        Readiness::Noted(text) => Some(text),
        Readiness::Not(reason) => return Err(ApiError::Unavailable(reason.into())),
    };
    let mode = state.lanes.ping().await??;
    let read_only = (mode == StorageMode::ReadOnly).then(|| READ_ONLY.to_owned());
    let replica = state.replica_problem();
    let replica = replica.map(|problem| format!("the replica is not asked: {problem}"));
    let notes: Vec<_> = [note, read_only, replica].into_iter().flatten().collect();
    Ok((!notes.is_empty()).then(|| notes.join("; ")))
}

/// Of a database that this version cannot work with. The reason names it, which is nothing for all the world.
const MISFIT: &str = "the schema of the database does not fit this version: the log tells why";

/// Told, since it passes by nothing but the hand of an operator.
fn misfit(state: &Services) -> Option<String> {
    let is_misfit = matches!(state.readiness(), Readiness::Not(_)) && !state.is_draining();
    is_misfit.then(|| MISFIT.to_owned())
}

/// The other reason that is told: it does not pass by itself, either.
fn moved(error: &ApiError) -> Option<String> {
    let mut cause: &(dyn Error + 'static) = error;
    loop {
        if let Some(moved) = cause.downcast_ref::<FileMoved>() {
            return Some(moved.to_string());
        }
        cause = cause.source()?;
    }
}

fn status(code: StatusCode, text: &'static str) -> HttpResponse {
    answer_of(code, &json!({ "status": text }))
}

fn answer_of(code: StatusCode, body: &Value) -> HttpResponse {
    let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    HttpResponse::build(code).insert_header(no_store).json(body)
}
