//! From an answer to bytes on the wire: representation and headers.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use profiled_domain::User;

use crate::framework::article::Article;
use crate::framework::page::{self, Reader};
use crate::framework::router::Route;
use crate::framework::services::Services;
use crate::framework::view_response::ViewResponse;
use crate::wire::accept::Accepted;
use crate::wire::host::Origin;
use crate::wire::json_writer::{self, Layout, Style};

/// Seconds that an answer took.
pub const X_API_TIME: HeaderName = HeaderName::from_static("x-api-time");
const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
/// A page tells who is logged in.
const PAGES_VARY: HeaderValue = HeaderValue::from_static("Accept, Cookie");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// What a response is made of, in addition to the view's answer.
pub struct Frame<'a> {
    /// The route that answers.
    pub route: &'a Route,
    /// What was negotiated.
    pub accepted: &'a Accepted,
    /// Whether there is HTML.
    pub is_browsable: bool,
    /// Set if a page is wanted.
    pub page: Option<page::Context<'a>>,
}

/// The answer of a view, with all headers but the dialect's own.
#[must_use]
pub fn render_view(frame: &Frame<'_>, answer: ViewResponse, headers: HeaderMap) -> HttpResponse {
    let mut response = HttpResponse::build(match frame.page {
        Some(_) => page::status(answer.status),
        None => answer.status,
    });
    let spec = frame.route.view.spec();
    append(&mut response, headers);
    response.insert_header((header::ALLOW, frame.route.view.allow().clone()));
    let has_choice = spec.formats(frame.is_browsable).len() > 1;
    if frame.page.is_some() {
        response.insert_header((header::VARY, PAGES_VARY));
    } else if let Some(vary) = frame.route.dialect.vary(has_choice) {
        response.insert_header((header::VARY, vary));
    }
    add_security(&mut response);
    response.insert_header((header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")));
    let reader = frame.page.as_ref().map(|context| &context.reader);
    add_reader(&mut response, reader);
    for (name, value) in &answer.headers {
        if *name == header::SET_COOKIE {
            response.append_header((name, value));
        } else {
            response.insert_header((name, value));
        }
    }
    if let Some(context) = frame.page.as_ref().filter(|_| has_page(&answer)) {
        response.insert_header((header::CONTENT_TYPE, HTML));
        response.insert_header((header::CONTENT_SECURITY_POLICY, page::security_policy()));
        let finished = response.finish();
        let html = page::render(context, &answer, finished.headers());
        return finished.set_body(BoxBody::new(html));
    }
    if answer.json.is_empty() {
        return response.finish();
    }
    let content_type = frame.route.dialect.json_type(frame.accepted);
    response
        .insert_header((header::CONTENT_TYPE, content_type))
        .body(answer.json)
}

/// Whether a page can show something: a body, or that there is none.
fn has_page(answer: &ViewResponse) -> bool {
    !answer.json.is_empty() || answer.status == StatusCode::NO_CONTENT
}

fn append(response: &mut HttpResponseBuilder, headers: HeaderMap) {
    for header in headers {
        response.append_header(header);
    }
}

/// What depends on the reader of a page: nobody finds it in the browser after the log-out.
fn add_reader(response: &mut HttpResponseBuilder, reader: Option<&Reader>) {
    let is_seen_once = reader.is_some_and(Reader::is_seen_once);
    let kept = HeaderValue::from_static(if is_seen_once {
        "private, no-store"
    } else {
        "private"
    });
    response.insert_header((header::CACHE_CONTROL, kept));
    for cookie in reader.iter().flat_map(|reader| &reader.cookies) {
        response.append_header((&cookie.0, &cookie.1));
    }
}

/// A page outside of all views, for whoever reads it: its title, and what it says to the one who is logged in.
pub async fn article(
    services: &Services,
    request: &HttpRequest,
    origin: &Origin,
    status: StatusCode,
    (title, article): (&str, impl FnOnce(Option<&User>) -> Article),
) -> HttpResponse {
    let identity = match services.session(request).await {
        Ok(identity) => identity,
        Err(error) => {
            tracing::debug!(%error, "a page does not know its reader");
            None
        }
    };
    let user = identity.map(|identity| identity.profile.user);
    let reader = Reader::new(services, request, origin, user);
    let article = article(reader.user());
    let mut response = HttpResponse::build(status);
    add_security(&mut response);
    add_reader(&mut response, Some(&reader));
    response
        .insert_header((header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")))
        .insert_header((header::VARY, PAGES_VARY))
        .insert_header((header::CONTENT_TYPE, HTML))
        .insert_header((header::CONTENT_SECURITY_POLICY, page::security_policy()))
        .body(page::standing::render(title, &article, origin, &reader))
}

/// The three that every answer has, redirects included.
pub fn add_security(response: &mut HttpResponseBuilder) {
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

#[derive(serde::Serialize)]
struct PlainBody {
    detail: &'static str,
}

/// An answer outside of all views: the dialect only decides how JSON is written.
#[must_use]
pub fn plain(status: StatusCode, detail: &'static str, style: Style) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    add_security(&mut response);
    response
        .insert_header((header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")))
        .insert_header((
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ))
        .body(json_writer::to_vec(
            &PlainBody { detail },
            Layout::line(style),
        ))
}

/// 503 outside of all views.
pub fn unavailable(style: Style) -> HttpResponse {
    let text = "Service temporarily unavailable.";
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, text, style);
    let soon = HeaderValue::from_static("1");
    response.headers_mut().insert(header::RETRY_AFTER, soon);
    response
}

/// What Django leaves unescaped in the query of a redirect.
const QUERY_ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'#')
    .remove(b'%')
    .remove(b'[')
    .remove(b']')
    .remove(b'=')
    .remove(b':')
    .remove(b';')
    .remove(b'$')
    .remove(b'&')
    .remove(b'(')
    .remove(b')')
    .remove(b'+')
    .remove(b',')
    .remove(b'!')
    .remove(b'?')
    .remove(b'*')
    .remove(b'@')
    .remove(b'\'')
    .remove(b'~')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

/// 301 to a path with its final slash.
#[must_use]
pub fn redirect(route: &Route, path: &str, query: &str, origin: &Origin) -> HttpResponse {
    let target = with_query(format!("{path}/"), query);
    moved(route.dialect.redirect_target(target, origin))
}

/// 301 to a path that belongs to no dialect.
#[must_use]
pub fn redirect_to(path: &str, query: &str) -> HttpResponse {
    moved(with_query(path.to_owned(), query))
}

fn with_query(mut target: String, query: &str) -> String {
    if !query.is_empty() {
        target.push('?');
        target.extend(percent_encode(query.as_bytes(), QUERY_ESCAPED));
    }
    target
}

fn moved(location: String) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::MOVED_PERMANENTLY);
    add_security(&mut response);
    response
        .insert_header((header::CONTENT_TYPE, HTML))
        .insert_header((header::LOCATION, location))
        .finish()
}
