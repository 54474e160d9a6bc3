//! Pages of other origins that may read answers (`http.cors.origins`): the CORS protocol of the Fetch standard. Cookies are never
//! let through, so a page of another origin brings a token.

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use profiled_rest::settings::CorsSettings;

/// What requests may be made with, whatever the view takes.
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
/// Request headers that mean something here, beside those that need no permission.
const REQUEST_HEADERS: &str = "authorization, content-type, if-match, if-none-match, traceparent, x-request-id, x-requested-with";
/// Response headers that mean something, beside those that scripts may read anyway.
const RESPONSE_HEADERS: &str = "Allow, Content-Disposition, ETag, Location, Retry-After, WWW-Authenticate, X-API-Node, X-API-Time, X-Request-ID";
/// Seconds that a browser may remember a permission.
const MAX_AGE: &str = "600";
/// What a permission depends on.
const VARY: &str = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/// Which origins are allowed. There is none unless one is.
pub(crate) struct Cors {
    /// All, if there is nothing in it.
    origins: Vec<String>,
    request_headers: HeaderValue,
}

impl Cors {
    /// `token_header` is a header of one's own that tokens come in.
    pub(crate) fn new(settings: &CorsSettings, token_header: &str) -> Option<Self> {
        if settings.origins.is_empty() {
            return None;
        }
        let is_any = settings.origins.iter().any(|origin| origin == "*");
        let headers = format!("{REQUEST_HEADERS}, {}", token_header.to_ascii_lowercase());
        let request_headers = HeaderValue::from_str(&headers);
        Some(Self {
            origins: if is_any {
                Vec::new()
            } else {
                settings.origins.clone()
            },
            request_headers: request_headers
                .unwrap_or_else(|_| HeaderValue::from_static(REQUEST_HEADERS)),
        })
    }

    /// The answer to a browser that asks for permission, before any credentials: it sends none with this request.
    pub(crate) fn preflight(&self, request: &HttpRequest) -> Option<HttpResponse> {
        let headers = request.headers();
        let asks = request.method() == Method::OPTIONS
            && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if !asks || self.allowed(headers).is_none() {
            return None;
        }
        let mut response = HttpResponse::build(StatusCode::NO_CONTENT);
        response
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
            .insert_header((
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                self.request_headers.clone(),
            ))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, MAX_AGE))
            .insert_header((header::VARY, VARY));
        Some(response.finish())
    }

    /// Lets the page that asks read an answer, if it may.
    pub(crate) fn mark(&self, request: &HttpRequest, response: &mut HttpResponse) {
        let is_preflight = response
            .headers()
            .contains_key(header::ACCESS_CONTROL_MAX_AGE);
        let allowed = self.allowed(request.headers());
        let headers = response.headers_mut();
        if !is_preflight {
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        if let Some(origin) = allowed {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            if !is_preflight {
                let exposed = HeaderValue::from_static(RESPONSE_HEADERS);
                headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
            }
        }
    }

    /// The origin of the page, if it is allowed. `null`, which any page can have, is no one's.
    fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let mut origins = headers.get_all(header::ORIGIN);
        let origin = origins.next()?;
        let is_named = |name: &String| name.as_bytes() == origin.as_bytes();
        let is_allowed = self.origins.is_empty() || self.origins.iter().any(is_named);
        let is_clear = origins.next().is_none() && origin.as_bytes() != b"null";
        (is_allowed && is_clear).then(|| origin.clone())
    }
}
