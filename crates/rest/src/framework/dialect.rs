//! What the three dialects decide for themselves.

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use profiled_auth::{Authenticator, Identity};

use crate::error::ApiError;
use crate::framework::forms::PageStyle;
use crate::framework::spec::Spec;
use crate::framework::view_response::ViewResponse;
use crate::wire::accept::{Accepted, Format};
use crate::wire::body::Parser;
use crate::wire::headers::joined;
use crate::wire::host::Origin;
use crate::wire::json_writer::{Layout, Style};

/// A dialect: the order of its checks, its credentials and all of its texts.
pub trait Dialect: Send + Sync {
    /// Its name in settings and in the log.
    fn name(&self) -> &'static str;

    /// How it writes JSON.
    fn style(&self) -> Style;

    /// Whether credentials, method, body and the right to use a view are checked, in this order,
    /// before the representation is negotiated.
    fn authenticates_first(&self) -> bool {
        false
    }

    /// Whether clients may choose a representation at all.
    fn negotiates(&self) -> bool {
        true
    }

    /// Whether a form POST that wants this representation may stand for another method (`_method`).
    /// Pages need no script that way.
    fn overrides_methods(&self, format: Format) -> bool {
        format == Format::Html
    }

    /// Forms of body that a method of a view reads.
    fn parsers(&self, spec: &Spec, _method: &Method) -> &'static [Parser] {
        spec.parsers
    }

    /// The schemes it takes.
    fn authenticator(&self) -> &Authenticator;

    /// What a request offers as `Authorization`; repeated headers count as one, joined by a comma.
    fn credentials(&self, headers: &HeaderMap) -> Option<Vec<u8>> {
        joined(headers, header::AUTHORIZATION)
    }

    /// Whether the cookie of a log-in is a credential for JSON, too, as it is for pages.
    fn takes_cookies(&self) -> bool {
        false
    }

    /// `WWW-Authenticate` of a 401.
    fn challenge(&self, _headers: &HeaderMap) -> HeaderValue {
        let challenge = HeaderValue::from_str(self.authenticator().challenge());
        // Words of the settings, which are checked.
        challenge.unwrap_or(HeaderValue::from_static(""))
    }

    /// Status and body of an error.
    fn describe(&self, error: &ApiError, layout: Layout) -> ViewResponse;

    /// `Content-Type` of JSON.
    fn json_type(&self, _accepted: &Accepted) -> HeaderValue {
        HeaderValue::from_static("application/json")
    }

    /// `Vary` of a view's answers.
    fn vary(&self, has_choice: bool) -> Option<HeaderValue> {
        has_choice.then(|| HeaderValue::from_static("Accept"))
    }

    /// Headers of its own. `seconds` is the time that the answer took.
    fn add_headers(
        &self,
        _headers: &mut HeaderMap,
        _status: StatusCode,
        _identity: Option<&Identity>,
        _seconds: f64,
    ) {
    }

    /// `Location` of a path that lacks its final slash; `target` has the slash and the query.
    fn redirect_target(&self, target: String, origin: &Origin) -> String {
        origin.below(&target).into_owned()
    }

    /// How its pages look.
    fn page_style(&self) -> PageStyle {
        PageStyle::DEFAULT
    }
}
