//! The way of a request that has found its route: the checks in the order of its dialect (`decisions.md` 2).

mod checks;
mod pages;

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use checks::{Checked, Negotiated};
use pages::made_or_changed;

use crate::error::{ApiError, ErrorDetail, FieldErrors};
use crate::framework::context::{Parameters, RequestContext};
use crate::framework::csrf;
use crate::framework::page;
use crate::framework::page::{PageExtras, Reader};
use crate::framework::request_log::Notes;
use crate::framework::response::{self, Frame};
use crate::framework::router::Route;
use crate::framework::router::Router;
use crate::framework::services::Services;
use crate::framework::view_response::ViewResponse;
use crate::wire::accept::{Accepted, Format, negotiate};
use crate::wire::body::{Parser, RequestBody};
use crate::wire::headers::joined;
use crate::wire::host::Origin;
use crate::wire::json_writer::{Layout, Style};
use crate::wire::query::Query;

/// A request that has reached a view.
pub struct Pipeline<'a> {
    /// What views need.
    pub services: &'a Services,
    /// All routes, for links to the pages above.
    pub router: &'a Router,
    /// The request.
    pub request: &'a HttpRequest,
    /// Its body, which is not read yet.
    pub body: RequestBody<'a>,
    /// Where its path leads.
    pub route: &'a Route,
    /// Ids in the path.
    pub parameters: Parameters,
    /// Decoded.
    pub path: &'a str,
    /// What absolute URLs begin with.
    pub origin: Origin,
    /// What the route is below, as clients see it.
    pub mount: Cow<'a, str>,
    /// What is logged of it.
    pub notes: &'a mut Notes,
}

impl Pipeline<'_> {
    /// Checks the request, asks the view, and puts its answer into the representation that the client wants.
    pub async fn answer(&mut self) -> HttpResponse {
        let dialect = Arc::clone(&self.route.dialect);
        let query = Query::parse(self.request.query_string().as_bytes());
        let is_read = query.is_ok();
        let query = query.unwrap_or_default();
        let offered = self.route.view.spec().formats(self.services.is_browsable);
        let accept = joined(self.request.headers(), &header::ACCEPT);
        let accept = accept.as_deref().map(String::from_utf8_lossy);
        let negotiated = if dialect.negotiates() {
            negotiate(offered, accept.as_deref(), query.get("format"))
        } else {
            Ok(Accepted::JSON)
        };
        let accepted = negotiated.clone().unwrap_or(Accepted::JSON);
        let layout = layout(dialect.style(), &accepted);
        let mut checked = Checked {
            method: self.request.method().clone(),
            identity: None,
        };
        let negotiated = Negotiated {
            outcome: negotiated.as_ref().map(drop).map_err(|refusal| *refusal),
            format: accepted.format,
            query: &query,
            layout,
        };
        let outcome = if is_read {
            self.ask(&negotiated, &mut checked).await
        } else {
            let text = format!("A query may have at most {} fields.", Query::MAX_FIELDS);
            Err(ApiError::BadRequest(ErrorDetail::Text(text)))
        };
        let (answer, refusal) = match outcome {
            Ok(answer) => (answer, None),
            Err(error) => (self.failure(&error, layout), Some(error)),
        };
        let (answer, page) = match accepted.format {
            Format::Json => (answer, None),
            Format::Html => {
                // Kept apart: answers in JSON have no room for it.
                Box::pin(self.page(&negotiated, &checked, answer, refusal)).await
            }
        };
        self.finish(answer, &accepted, &negotiated, &checked, page)
    }

    fn failure(&mut self, error: &ApiError, layout: Layout) -> ViewResponse {
        self.notes.failed(error);
        let tally = self.services.throttle.tally();
        match error {
            ApiError::Unauthenticated(error) => error.count_in(tally),
            ApiError::AuthenticationFailed {
                fault: Some(fault), ..
            } => tally.refuse_token(fault.reason()),
            _ => {}
        }
        let answer = self.route.dialect.describe(error, layout);
        match error.retry_after() {
            Some(seconds) => answer.with_header(header::RETRY_AFTER, seconds.into()),
            None => answer,
        }
    }

    /// The answer, and what its page is made of; or the way to another page.
    async fn page(
        &self,
        negotiated: &Negotiated<'_>,
        checked: &Checked,
        answer: ViewResponse,
        refusal: Option<ApiError>,
    ) -> (ViewResponse, Option<(Reader, PageExtras)>) {
        if let Some(next) = self.next_page(negotiated, checked, &answer).await {
            return (next, None);
        }
        let mut reader = self.reader(checked).await;
        if self.is_done(negotiated, checked, &answer) {
            reader.did(made_or_changed(&answer), &self.origin);
        }
        let forms = self.forms(negotiated, checked, &answer, (&reader, refusal.as_ref()));
        let extras = PageExtras {
            forms: forms.await,
            typed: self.body.take_typed(),
            is_outdated: refusal.as_ref().is_some_and(csrf::is_outdated),
            errors: match refusal {
                Some(ApiError::Invalid(errors)) => errors,
                _ => FieldErrors::NONE,
            },
        };
        (answer, Some((reader, extras)))
    }

    fn context<'b>(
        &'b self,
        negotiated: &'b Negotiated<'_>,
        checked: &'b Checked,
        parsers: &'static [Parser],
    ) -> RequestContext<'b> {
        RequestContext {
            services: self.services,
            method: checked.read_method(),
            path: self.path,
            mount: &self.mount,
            query: negotiated.query,
            origin: &self.origin,
            format: negotiated.format,
            layout: negotiated.layout,
            identity: checked.identity.as_ref(),
            parameters: &self.parameters,
            request: self.request,
            body: &self.body,
            parsers,
            reader: None,
            refusal: None,
        }
    }

    fn finish(
        &mut self,
        answer: ViewResponse,
        accepted: &Accepted,
        negotiated: &Negotiated<'_>,
        checked: &Checked,
        page: Option<(Reader, PageExtras)>,
    ) -> HttpResponse {
        let dialect = &self.route.dialect;
        let identity = checked.identity.as_ref();
        let mut headers = HeaderMap::new();
        if answer.status == StatusCode::UNAUTHORIZED {
            let own = self.route.view.spec().challenge;
            let usual = || dialect.challenge(self.request.headers());
            let challenge = own.map_or_else(usual, HeaderValue::from_static);
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        let seconds = self.notes.started.elapsed().as_secs_f64();
        dialect.add_headers(&mut headers, answer.status, identity, seconds);
        let target = self.request.uri().path_and_query();
        let frame = Frame {
            route: self.route,
            accepted,
            is_browsable: self.services.is_browsable,
            page: page.map(|(reader, extras)| page::Context {
                route: self.route,
                router: self.router,
                origin: &self.origin,
                query: negotiated.query,
                method: checked.read_method(),
                target: target.map_or(self.path, |target| target.as_str()),
                path: self.path,
                caller: identity.map(|identity| &*identity.profile.user),
                reader,
                extras,
            }),
        };
        response::render_view(&frame, answer, headers)
    }
}

/// How JSON is written inside a representation: pages show it indented by 4.
fn layout(style: Style, accepted: &Accepted) -> Layout {
    let indent = match accepted.format {
        Format::Json => accepted.indent,
        Format::Html => 4,
    };
    Layout { style, indent }
}
