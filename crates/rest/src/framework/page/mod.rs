//! HTML as a second representation: a page that shows the answer, and lets its reader go on from
//! there (contract `tower.md`, section 12, and `drf.md`, section 7).
//!
//! Templates are in `templates/`. A page has one style sheet, one script that it does without, and nothing from
//! elsewhere.

mod alert;
mod command;
mod context;
mod filter_view;
mod form_view;
mod hint;
mod inputs;
mod json;
mod layout;
mod links;
mod raw;
mod reader;
pub(crate) mod standing;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderValue};
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_auth::PasswordHasher;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::framework::article::{Article, told};
use crate::framework::forms::{Button, PageStyle};
use crate::framework::router::Found;
use crate::framework::spec::Access;
use crate::framework::view_response::ViewResponse;
use crate::wire::host::Origin;
use crate::wire::query::{self, Query};

pub use context::{Context, PageExtras};
pub use reader::Reader;

use alert::Alert;
use filter_view::FilterForm;
use form_view::{FormView, Refusal};
use inputs::Control;
use json::{Piece, pieces};
use layout::{Door, Layout};
use links::is_own;

const STYLE: &str = include_str!("../../../templates/style.css");

/// Copies text to the clipboard. Without it a page only lacks the buttons for that.
const SCRIPT: &str = include_str!("../../../templates/copy.js");

/// What a page may load and do: its own style, script and icon, and forms to this server.
static SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src 'self'; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'",
        digest(STYLE),
        digest(SCRIPT)
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

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    layout: Layout<'a>,
    script: &'static str,
    style: PageStyle,
    /// What is shown in place of all that follows.
    article: Option<&'a str>,
    description: &'static str,
    /// Whether somebody is logged in who may not use the view.
    is_refused: bool,
    /// Why nothing was done, if nothing was.
    alert: Option<Alert>,
    /// Whether there is something to GET.
    is_readable: bool,
    json_link: String,
    api_link: String,
    has_options: bool,
    buttons: Vec<&'a Button>,
    filter: Option<FilterForm<'a>>,
    pages: Pages<'a>,
    method: &'a str,
    target: &'a str,
    status: String,
    headers: Vec<ShownHeader>,
    json: Vec<Piece<'a>>,
    /// What to type to be let in.
    curl: Option<String>,
    /// What to type to ask again.
    command: String,
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
        let forms: Vec<_> = forms
            .map(|(at, form)| FormView::new(context, form, at, answer.status))
            .filter(|form| !form.methods.is_empty())
            .collect();
        let filter = FilterForm::of(context);
        Self {
            layout: Layout::new(context, &style),
            script: SCRIPT,
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
            alert: Alert::of(context, answer, &forms, filter.as_ref()),
            filter,
            pages: Pages::of(json, origin),
            method: context.method.as_str(),
            target: context.target,
            status: answer.status.to_string(),
            headers: shown_headers(&style, headers, origin),
            json: pieces(json, origin, items(context).as_deref()),
            curl: is_closed.then(|| command::with_credentials(context, &style)),
            command: command::again(context, &style),
            style,
            forms,
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

/// What the addresses of the objects of a list begin with, if they have pages.
fn items(context: &Context<'_>) -> Option<String> {
    let dialect = context.route.dialect.name();
    match context.router.find(&format!("{}1/", context.path)) {
        Found::View(route, ..) if route.dialect.name() == dialect => {
            Some(context.origin.below(context.path).into_owned())
        }
        _ => None,
    }
}
