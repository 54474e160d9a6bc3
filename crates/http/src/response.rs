//! From an answer to bytes on the wire: representation and headers.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::accept::{Accepted, Format};
use crate::json::{self, Layout, Style};
use crate::page::{CONTENT_SECURITY_POLICY, Page};
use crate::router::Route;
use crate::view::Answer;

pub(crate) const X_API_TIME: HeaderName = HeaderName::from_static("x-api-time");
const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// What a view's answer is put together from, beside the answer.
pub(crate) struct Frame<'a> {
    pub(crate) route: &'a Route,
    pub(crate) accepted: &'a Accepted,
    pub(crate) is_browsable: bool,
    /// Username for pages, `None` for strangers.
    pub(crate) caller: Option<&'a str>,
    pub(crate) method: &'a str,
    /// Path and query as they came.
    pub(crate) target: &'a str,
    /// Decoded.
    pub(crate) path: &'a str,
}

/// The answer of a view, with all headers but the dialect's own.
pub(crate) fn of_view(frame: &Frame<'_>, answer: Answer, headers: HeaderMap) -> HttpResponse {
    let mut response = HttpResponse::build(answer.status);
    let spec = frame.route.view.spec();
    append(&mut response, headers);
    response.insert_header((header::ALLOW, HeaderValue::from_static(spec.allow)));
    let has_choice = spec.formats(frame.is_browsable).len() > 1;
    if let Some(vary) = frame.route.dialect.vary(has_choice) {
        response.insert_header((header::VARY, vary));
    }
    add_security(&mut response);
    response.insert_header((header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")));
    response.insert_header((header::CACHE_CONTROL, HeaderValue::from_static("private")));
    for header in &answer.headers {
        response.insert_header(header.clone());
    }
    if answer.json.is_empty() {
        return response.finish();
    }
    match frame.accepted.format {
        Format::Json => {
            let content_type = frame.route.dialect.json_type(frame.accepted);
            response
                .insert_header((header::CONTENT_TYPE, content_type))
                .body(answer.json)
        }
        Format::Html => {
            let mut finished = response
                .insert_header((header::CONTENT_TYPE, HTML))
                .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
                .finish();
            let html = page(frame, &answer, finished.headers());
            finished = finished.set_body(actix_web::body::BoxBody::new(html));
            finished
        }
    }
}

fn append(response: &mut HttpResponseBuilder, headers: HeaderMap) {
    for header in headers {
        response.append_header(header);
    }
}

/// The three that every answer has, redirects included.
fn add_security(response: &mut HttpResponseBuilder) {
    response
        .insert_header((
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .insert_header((
            header::REFERRER_POLICY,
            HeaderValue::from_static("same-origin"),
        ))
        .insert_header((COOP, HeaderValue::from_static("same-origin")));
}

/// Headers as pages show them (contract `tower.md`, section 12).
fn page(frame: &Frame<'_>, answer: &Answer, headers: &HeaderMap) -> String {
    let dialect = &frame.route.dialect;
    let spec = frame.route.view.spec();
    let shown = |name: &HeaderName| Some(headers.get(name)?.to_str().ok()?.to_owned());
    let mut listed = vec![
        ("Content-Type", Some("application/json".to_owned())),
        ("Vary", Some("Accept".to_owned())),
        ("WWW-Authenticate", shown(&header::WWW_AUTHENTICATE)),
        ("Allow", shown(&header::ALLOW)),
        ("X-API-Time", shown(&X_API_TIME)),
    ];
    let page = Page {
        title: spec.name,
        description: spec.description,
        crumbs: dialect.crumbs(frame.path),
        caller: frame.caller.zip(dialect.caller_path()),
        request_line: format!("{} {}", frame.method, frame.target),
        status: answer.status.to_string(),
        headers: listed
            .drain(..)
            .filter_map(|(name, value)| Some((name, value?)))
            .collect(),
        json: &String::from_utf8_lossy(&answer.json),
        options_form: frame.caller.is_some() && dialect.overrides_methods(Format::Html),
    };
    page.render()
}

#[derive(serde::Serialize)]
struct Detail {
    detail: &'static str,
}

/// An answer outside of all views: the dialect only decides how JSON is written.
pub(crate) fn plain(status: StatusCode, detail: &'static str, style: Style) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    add_security(&mut response);
    response
        .insert_header((header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")))
        .insert_header((
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ))
        .body(json::to_vec(&Detail { detail }, Layout::line(style)))
}

/// 301 to a path with its final slash.
pub(crate) fn redirect(location: &str) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::MOVED_PERMANENTLY);
    add_security(&mut response);
    response
        .insert_header((header::CONTENT_TYPE, HTML))
        .insert_header((header::LOCATION, location))
        .finish()
}
