//! `/live` and `/ready`, for whoever starts and balances the service. Any `Host` will do.

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use profiled_rest::error::ApiError;
use profiled_rest::{Notes, Services};

/// The answer, if the path is one of the two.
pub(crate) async fn answer(
    state: &Services,
    request: &HttpRequest,
    notes: &mut Notes,
) -> Option<HttpResponse> {
    let route = match request.path() {
        "/live" => "/live",
        "/ready" => "/ready",
        _ => return None,
    };
    notes.route = Some(["", route]);
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = (header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return Some(
            HttpResponse::MethodNotAllowed()
                .insert_header(allow)
                .finish(),
        );
    }
    if route == "/live" {
        return Some(if state.lanes.are_stuck() {
            status(StatusCode::SERVICE_UNAVAILABLE, "stuck")
        } else {
            status(StatusCode::OK, "live")
        });
    }
    Some(match readiness(state).await {
        Ok(()) => status(StatusCode::OK, "ready"),
        Err(error) => {
            notes.failed(&error);
            status(StatusCode::SERVICE_UNAVAILABLE, "not ready")
        }
    })
}

async fn readiness(state: &Services) -> Result<(), ApiError> {
    if state.is_draining() {
        return Err(ApiError::Unavailable("the service is shutting down".into()));
    }
    Ok(state.lanes.ping().await??)
}

fn status(code: StatusCode, text: &'static str) -> HttpResponse {
    let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let body = serde_json::json!({ "status": text });
    HttpResponse::build(code).insert_header(no_store).json(body)
}
