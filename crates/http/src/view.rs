//! A view: one resource of a dialect, as Django REST framework has it.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_auth::Identity;
use profiled_domain::Detail;
use serde::Serialize;

use crate::accept::{Accepted, Format};
use crate::content::{Data, Parser, RequestBody};
use crate::failure::ApiError;
use crate::host::Origin;
use crate::json::{self, Layout};
use crate::page::PageForms;
use crate::query::Query;
use crate::router::Parameters;
use crate::state::AppState;

/// Who may use a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody; credentials are not looked at.
    Open,
    /// Everybody; credentials that are sent must be good.
    Optional,
    /// Every user.
    Authenticated,
    /// Staff and superusers (`decisions.md` 5).
    StaffOrAdmin,
}

/// What a view says about itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    /// Name in OPTIONS documents and on pages.
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    /// The header `Allow`: methods in documented order, each behind `", "`.
    pub(crate) allow: &'static str,
    pub(crate) access: Access,
    /// How much of the caller's profile the view needs.
    pub(crate) detail: Detail,
    /// Forms of body that it reads, in the order of trial.
    pub(crate) parsers: &'static [Parser],
    /// Buttons of its pages, for methods that need no body and that everybody may use who may use the view.
    pub(crate) buttons: &'static [&'static str],
    /// `WWW-Authenticate` of a 401, where the dialect's is not to be asked with.
    pub(crate) challenge: Option<&'static str>,
    /// Whether JSON is its only representation whatever the settings say.
    pub(crate) is_json_only: bool,
    /// Whether `throttle.anon` and `throttle.user` count its requests.
    pub(crate) is_throttled: bool,
}

/// One resource.
pub(crate) trait View: Send + Sync {
    fn spec(&self) -> &Spec;

    /// Whether the caller may use the view at all; asked in dialects that negotiate later than that.
    fn permit<'a>(
        &'a self,
        _exchange: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<(), ApiError>> {
        future::ready(Ok(())).boxed_local()
    }

    /// Answers a method of [`Spec::allow`]; HEAD comes as GET.
    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>>;

    /// What a page lets this caller do: asked for pages only, behind the answer, whatever the method.
    /// Shows nothing that GET would refuse the caller. An error means that there is nothing to do.
    fn forms<'a>(
        &'a self,
        _exchange: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<PageForms, ApiError>> {
        future::ready(Ok(PageForms::buttons(self.spec().buttons))).boxed_local()
    }
}

impl Spec {
    /// What most views have in common: every user, the account alone, all forms of body.
    pub(crate) const VIEW: Self = Self {
        name: "",
        description: "",
        allow: "",
        access: Access::Authenticated,
        detail: Detail::Account,
        parsers: Parser::ALL,
        buttons: &[],
        challenge: None,
        is_json_only: false,
        is_throttled: true,
    };

    /// The representations that the view offers, in their order.
    pub(crate) fn formats(&self, is_browsable: bool) -> &'static [Format] {
        if is_browsable && !self.is_json_only {
            &[Format::Json, Format::Html]
        } else {
            &[Format::Json]
        }
    }

    /// Media types of [`Self::formats`], as OPTIONS documents tell them.
    pub(crate) fn renders(&self, is_browsable: bool) -> Vec<&'static str> {
        let formats = self.formats(is_browsable).iter();
        formats.map(|format| format.media_type()).collect()
    }

    /// Media types of bodies, as OPTIONS documents tell them.
    pub(crate) fn parses(&self) -> Vec<&'static str> {
        self.parsers
            .iter()
            .map(|parser| parser.media_type())
            .collect()
    }

    pub(crate) fn allows(&self, method: &Method) -> bool {
        self.allow
            .split(", ")
            .any(|allowed| allowed == method.as_str())
    }
}

/// A request that has passed all checks, on its way to the view.
pub(crate) struct RequestContext<'a> {
    pub(crate) state: &'a AppState,
    /// The method after HEAD became GET and an override was applied.
    pub(crate) method: &'a Method,
    /// Decoded.
    pub(crate) path: &'a str,
    /// [`Route::mount`](crate::router::Route::mount)
    pub(crate) mount: &'static str,
    pub(crate) query: &'a Query,
    pub(crate) origin: &'a Origin,
    pub(crate) format: Format,
    pub(crate) layout: Layout,
    /// Present unless the view is open.
    pub(crate) identity: Option<&'a Identity>,
    /// Values of the pattern's parameters.
    pub(crate) parameters: &'a Parameters,
    /// For its headers.
    pub(crate) request: &'a HttpRequest,
    pub(crate) body: &'a RequestBody<'a>,
    /// Forms of body that this method of the view reads.
    pub(crate) parsers: &'static [Parser],
}

impl RequestContext<'_> {
    /// 200 with a body.
    pub(crate) fn ok<T: Serialize>(&self, body: &T) -> ViewResponse {
        self.answer(StatusCode::OK, body)
    }

    /// A status with a body.
    pub(crate) fn answer<T: Serialize>(&self, status: StatusCode, body: &T) -> ViewResponse {
        ViewResponse::new(status, json::to_vec(body, self.layout))
    }

    /// The body of the request.
    pub(crate) async fn data(&self) -> Result<Data, ApiError> {
        self.body.data(self.parsers).await
    }

    /// The body of the request, which stays to be read.
    pub(crate) async fn peek(&self) -> Result<Data, ApiError> {
        let data = self.data().await?;
        self.body.put_back(data.clone());
        Ok(data)
    }

    /// The error for a method that the view lists and does not know: there is none.
    pub(crate) fn unknown_method<T>(&self) -> Result<T, ApiError> {
        Err(ApiError::MethodNotAllowed(self.method.to_string()))
    }

    /// The caller of a view that is not open.
    pub(crate) fn caller(&self) -> Result<&Identity, ApiError> {
        self.identity
            .ok_or_else(|| profiled_auth::AuthError::NotProvided.into())
    }
}

/// Status, headers of its own and JSON text, before it is put into its representation.
pub(crate) struct ViewResponse {
    pub(crate) status: StatusCode,
    /// Empty: the answer has no body and no `Content-Type`.
    pub(crate) json: Vec<u8>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl ViewResponse {
    pub(crate) fn new(status: StatusCode, json: Vec<u8>) -> Self {
        Self {
            status,
            json,
            headers: Vec::new(),
        }
    }

    /// 204.
    pub(crate) fn no_content() -> Self {
        Self::new(StatusCode::NO_CONTENT, Vec::new())
    }

    /// The answer, which holds a token or tells of one: nobody on the way keeps it (RFC 6749, section 5.1).
    #[must_use]
    pub(crate) fn not_stored(self) -> Self {
        self.with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
    }

    /// The answer with one more header.
    #[must_use]
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// How JSON is written inside a representation: pages show it indented by 4.
pub(crate) fn layout(style: json::Style, accepted: &Accepted) -> Layout {
    let indent = match accepted.format {
        Format::Json => accepted.indent,
        Format::Html => 4,
    };
    Layout { style, indent }
}
