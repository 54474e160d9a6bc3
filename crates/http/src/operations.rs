//! What is for operators only, on a listener of its own: `/metrics`, and `/live` and `/ready` once more.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use profiled_rest::Notes;

use crate::health;
use crate::service::AppState;

/// The format that Prometheus reads.
const CONTENT_TYPE: HeaderValue =
    HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Writes all metrics as they are at this moment.
#[derive(Clone)]
pub struct MetricsText(pub Arc<dyn Fn() -> String + Send + Sync>);

/// Mounts the paths. Nothing of them is logged or counted.
pub fn configure_operations(
    state: web::Data<AppState>,
    metrics: MetricsText,
) -> impl FnOnce(&mut web::ServiceConfig) + Clone {
    move |config| {
        config
            .app_data(state)
            .app_data(web::Data::new(metrics))
            .default_service(web::to(dispatch));
    }
}

async fn dispatch(
    request: HttpRequest,
    state: web::Data<AppState>,
    metrics: web::Data<MetricsText>,
) -> HttpResponse {
    let services = state.services();
    let mut notes = Notes::of(&request);
    let health = health::answer(services, &request, &mut notes);
    if let Some(answer) = services.lanes.deadline().of_request(health).await {
        return answer;
    }
    if request.path() != "/metrics" {
        return HttpResponse::build(StatusCode::NOT_FOUND).finish();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = (header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return HttpResponse::MethodNotAllowed()
            .insert_header(allow)
            .finish();
    }
    let text = (metrics.0)();
    let content_type = (header::CONTENT_TYPE, CONTENT_TYPE);
    HttpResponse::Ok().insert_header(content_type).body(text)
}
