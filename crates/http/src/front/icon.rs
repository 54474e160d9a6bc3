//! The picture that browsers show beside the name of a page.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use profiled_rest::Notes;
use profiled_rest::doors::ICON;
use profiled_rest::measure::Place;

/// Where browsers look that have not read a page; those of today take the same picture there.
const OLD_ICON: &str = "/favicon.ico";
const PICTURE: &str = include_str!("../../templates/favicon.svg");

/// The answer, if the path is that of the picture.
pub(crate) fn answer(request: &HttpRequest, path: &str, notes: &mut Notes) -> Option<HttpResponse> {
    if ![ICON, OLD_ICON].contains(&path) {
        return None;
    }
    notes.goes_to(Place::Icon, ICON);
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = (header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        let mut refusal = HttpResponse::MethodNotAllowed();
        return Some(refusal.insert_header(allow).finish());
    }
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ];
    let mut response = HttpResponse::Ok();
    for (name, value) in headers {
        response.insert_header((name, HeaderValue::from_static(value)));
    }
    Some(response.body(PICTURE))
}
