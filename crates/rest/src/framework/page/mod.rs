//! HTML as a second representation: a page that shows the answer, and lets its reader go on from
//! there (contract `tower.md`, section 12, and `drf.md`, section 7).
//!
//! Templates are in `templates/`. A page has one style sheet, no script, and nothing from elsewhere.

mod article;
mod form_view;
mod inputs;
mod layout;
mod links;
mod raw;
mod reader;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::LazyLock;

use actix_web::http::header::{HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_domain::User;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::FieldErrors;
use crate::framework::forms::{Button, PageForms, PageStyle};
use crate::framework::router::Route;
use crate::framework::router::Router;
use crate::framework::spec::Access;
use crate::framework::view_response::ViewResponse;
use crate::wire::body::Form;
use crate::wire::host::Origin;
use crate::wire::query::{self, Query};

pub use article::Article;
pub(crate) use article::render_article;
pub use reader::Reader;

use form_view::FormView;
use inputs::Control;
use layout::{Door, Layout};
use links::{Piece, is_own, pieces};

/// What a page is made of in addition to the answer that it shows.
pub struct Context<'a> {
    pub route: &'a Route,
    pub router: &'a Router,
    pub origin: &'a Origin,
    pub query: &'a Query,
    /// HEAD counts as GET.
    pub method: &'a Method,
    /// Path and query as they came.
    pub target: &'a str,
    /// Decoded.
    pub path: &'a str,
    /// Who asks, where the view wants to know.
    pub caller: Option<&'a User>,
    pub reader: Reader,
    pub extras: PageExtras,
}

/// What is on a page for the caller to go on with.
pub struct PageExtras {
    pub forms: PageForms,
    /// What the form said that is answered.
    pub typed: Option<Form>,
    /// What was wrong with it.
    pub errors: FieldErrors,
}

const STYLE: &str = include_str!("../../../templates/style.css");

/// What a page may load and do: its own style and icon, and forms to this server.
static SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'"
    )
});

/// `Content-Security-Policy` of pages.
pub fn security_policy() -> HeaderValue {
    let text = HeaderValue::from_str(&SECURITY_POLICY);
    text.unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// The status that a page is sent with: browsers stay where they are on a 204.
pub fn status(of_answer: StatusCode) -> StatusCode {
    match of_answer {
        StatusCode::NO_CONTENT => StatusCode::OK,
        other => other,
    }
}

/// The page of an answer that is sent with `headers`.
pub fn render(context: &Context<'_>, answer: &ViewResponse, headers: &HeaderMap) -> String {
    let json = String::from_utf8_lossy(&answer.json);
    let page = Page::new(context, answer, headers, &json);
    told(page.render())
}

fn told(rendered: askama::Result<String>) -> String {
    rendered.unwrap_or_else(|error| {
        // Values are text, which writes itself without fail.
        tracing::error!(%error, "a page could not be written");
        String::new()
    })
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    layout: Layout<'a>,
    style: PageStyle,
    /// What is shown in place of all that follows.
    article: Option<&'a str>,
    description: &'static str,
    /// Whether somebody is logged in who may not use the view.
    is_refused: bool,
    /// Whether there is something to GET.
    is_readable: bool,
    json_link: String,
    api_link: String,
    has_options: bool,
    buttons: Vec<&'a Button>,
    pages: Pages<'a>,
    method: &'a str,
    target: &'a str,
    status: String,
    headers: Vec<ShownHeader>,
    json: Vec<Piece<'a>>,
    /// What to type to be let in.
    curl: Option<String>,
    forms: Vec<FormView<'a>>,
}

/// A header of the answer.
struct ShownHeader {
    name: &'static str,
    value: String,
    is_link: bool,
}

/// Where the pages before and after this one are.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Pages<'a> {
    #[serde(borrow)]
    next: Option<Cow<'a, str>>,
    #[serde(borrow)]
    previous: Option<Cow<'a, str>>,
}

impl<'a> Page<'a> {
    fn new(
        context: &'a Context<'a>,
        answer: &ViewResponse,
        headers: &HeaderMap,
        json: &'a str,
    ) -> Self {
        let spec = context.route.view.spec();
        let style = context.route.dialect.page_style();
        let origin = context.origin;
        let allow = context.route.view.allow();
        let allow = allow.to_str().unwrap_or_default();
        let is_allowed = |method: &&str| allow.split(", ").any(|allowed| allowed == *method);
        let buttons = context
            .extras
            .forms
            .buttons
            .iter()
            .filter(|button| button.action.is_some() || is_allowed(&button.method));
        let forms = context.extras.forms.forms.iter().enumerate();
        let is_closed = answer.status == StatusCode::UNAUTHORIZED && spec.access != Access::Open;
        let is_refused = answer.status.is_client_error();
        Self {
            layout: Layout::new(context, &style),
            article: context.extras.forms.article.as_ref().map(Article::html),
            description: spec.description,
            is_refused: answer.status == StatusCode::FORBIDDEN
                && context.method.is_safe()
                && context.reader.login.is_some(),
            is_readable: is_allowed(&"GET"),
            json_link: format_link(context.query, "json"),
            api_link: format_link(context.query, "api"),
            has_options: context.caller.is_some() && is_allowed(&"OPTIONS"),
            buttons: buttons.collect(),
            pages: Pages::of(json, origin),
            method: context.method.as_str(),
            target: context.target,
            status: answer.status.to_string(),
            headers: shown_headers(&style, headers, origin),
            json: pieces(json, origin),
            curl: is_closed.then(|| curl(context, &style)),
            style,
            forms: forms
                .map(|(at, form)| FormView::new(context, form, at, is_refused))
                .filter(|form| !form.methods.is_empty())
                .collect(),
        }
    }
}

impl<'a> Pages<'a> {
    fn of(json: &'a str, origin: &Origin) -> Self {
        let mut pages: Self = serde_json::from_str(json).unwrap_or_default();
        let own = |link: &Cow<'a, str>| is_own(link, origin);
        pages.next = pages.next.filter(own);
        pages.previous = pages.previous.filter(own);
        pages
    }
}

/// The same address in another representation.
fn format_link(query: &Query, format: &str) -> String {
    let mut link = "?".to_owned();
    for (name, value) in query.pairs().iter().filter(|(name, _)| name != "format") {
        link.extend([&query::encode(name), "=", &query::encode(value), "&"]);
    }
    link.extend(["format=", format]);
    link
}

/// What the answer's headers are or, as JSON, would be.
fn shown_headers(style: &PageStyle, headers: &HeaderMap, origin: &Origin) -> Vec<ShownHeader> {
    let shown = |name, value: &str, is_link| ShownHeader {
        name,
        value: value.to_owned(),
        is_link,
    };
    let mut all = vec![
        shown("Content-Type", "application/json", false),
        shown("Vary", "Accept", false),
    ];
    for name in style.headers {
        let value = headers.get(*name).and_then(|value| value.to_str().ok());
        all.extend(value.map(|value| match value.strip_prefix(origin.root()) {
            Some(path) if *name == "Location" => shown(name, path, is_own(path, origin)),
            _ => shown(name, value, false),
        }));
    }
    all
}

/// A command that asks again, with credentials. The path has matched a pattern, so that there is
/// nothing in it for a shell to find.
fn curl(context: &Context<'_>, style: &PageStyle) -> String {
    let allow = context.route.view.allow();
    let method = match allow.to_str().unwrap_or_default().split(", ").next() {
        None | Some("GET") => String::new(),
        Some(method) => format!("-X {method} "),
    };
    let (origin, path) = (context.origin.as_str(), context.path);
    format!("curl {method}{} '{origin}{path}'", style.curl_credentials)
}
