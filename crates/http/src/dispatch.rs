//! The way of a request: host, route, then the checks in the order of its dialect (`decisions.md` 2).

use std::sync::Arc;
use std::time::Instant;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use profiled_auth::{Attempt, AuthError, Identity, Scheme};

use crate::accept::{Accepted, Format, Refusal, negotiate};
use crate::content::{Parser, RequestBody};
use crate::dialect::joined;
use crate::failure::{ApiError, FieldErrors};
use crate::host::{Origin, user_agent};
use crate::json::{Layout, Style};
use crate::page::{PageExtras, PageForms};
use crate::query::Query;
use crate::request_log::Notes;
use crate::response::{self, Frame};
use crate::router::{Found, Parameters, Route, decode};
use crate::state::AppState;
use crate::view::{self, Access, RequestContext, Spec, ViewResponse};
use crate::{content, health, media, media_url, page, request_log};

/// Unread bytes that are still taken from a client before its connection is closed.
const DISCARDED_BYTES: usize = 16 * 1024 * 1024;

/// Answers every request.
pub(crate) async fn dispatch(
    request: HttpRequest,
    payload: web::Payload,
    state: web::Data<AppState>,
) -> HttpResponse {
    let started = Instant::now();
    let mut payload = payload.into_inner();
    let mut notes = Notes::default();
    let response = answer(&state, &request, &mut payload, started, &mut notes).await;
    let deadline = state.body_deadline(started);
    let is_read = content::discard(&mut payload, DISCARDED_BYTES, deadline).await;
    request_log::write(&request, response.status(), started, &notes);
    if is_read {
        response
    } else {
        content::close_after(response, payload)
    }
}

async fn answer(
    state: &AppState,
    request: &HttpRequest,
    payload: &mut Payload,
    started: Instant,
    notes: &mut Notes,
) -> HttpResponse {
    if let Some(response) = health::answer(state, request, notes).await {
        return response;
    }
    let path = decode(request.path());
    let plain = |status, others, tower| match state.router.style(request.path()) {
        Style::Spaced => response::plain(status, tower, Style::Spaced),
        Style::Compact => response::plain(status, others, Style::Compact),
    };
    let Some(origin) = state.hosts.origin(request) else {
        let text = "Invalid Host header.";
        return plain(StatusCode::BAD_REQUEST, text, text);
    };
    let not_found = || plain(StatusCode::NOT_FOUND, "Not found.", "Not found");
    let Some(path) = path.as_deref() else {
        return not_found();
    };
    if let Some(key) = path.strip_prefix(media_url::PREFIX) {
        notes.route = Some("/media/{key}".into());
        return media::answer(state, request, key, notes)
            .await
            .unwrap_or_else(not_found);
    }
    match state.router.find(path) {
        Found::Nothing => not_found(),
        Found::MissingSlash(route) => {
            response::redirect(route, path, request.query_string(), &origin)
        }
        Found::View(route, parameters) => {
            let mut visit = Visit {
                state,
                request,
                body: RequestBody::new(
                    std::mem::replace(payload, Payload::None),
                    request.headers(),
                    state.limits,
                    state.body_deadline(started),
                ),
                route,
                parameters,
                path,
                origin,
                started,
                notes,
            };
            let response = visit.answer().await;
            *payload = visit.body.into_rest();
            response
        }
    }
}

/// A request that has reached a view.
struct Visit<'a> {
    state: &'a AppState,
    request: &'a HttpRequest,
    body: RequestBody<'a>,
    route: &'a Route,
    parameters: Parameters,
    path: &'a str,
    origin: Origin,
    started: Instant,
    notes: &'a mut Notes,
}

impl Visit<'_> {
    async fn answer(&mut self) -> HttpResponse {
        let dialect = Arc::clone(&self.route.dialect);
        let query = Query::parse(self.request.query_string().as_bytes());
        let offered = self.route.view.spec().formats(self.state.is_browsable);
        let accept = joined(self.request.headers(), &header::ACCEPT);
        let accept = accept.as_deref().map(String::from_utf8_lossy);
        let negotiated = if dialect.negotiates() {
            negotiate(offered, accept.as_deref(), query.get("format"))
        } else {
            Ok(Accepted::JSON)
        };
        let accepted = negotiated.clone().unwrap_or(Accepted::JSON);
        let layout = view::layout(dialect.style(), &accepted);
        let mut checked = Checked {
            method: self.request.method().clone(),
            identity: None,
        };
        let asked = Asked {
            negotiated: negotiated.as_ref().map(drop).map_err(|refusal| *refusal),
            format: accepted.format,
            query: &query,
            layout,
        };
        let outcome = self.ask(&asked, &mut checked).await;
        let (answer, refusal) = match outcome {
            Ok(answer) => (answer, None),
            Err(error) => {
                self.notes.failed(&error);
                let answer = dialect.describe(&error, layout);
                let answer = match error.retry_after() {
                    Some(seconds) => answer.with_header(header::RETRY_AFTER, seconds.into()),
                    None => answer,
                };
                (answer, Some(error))
            }
        };
        let extras = match accepted.format {
            Format::Html => {
                let forms = self.forms(&asked, &checked, &answer).await;
                Some(PageExtras {
                    forms,
                    typed: self.body.take_typed(),
                    errors: match refusal {
                        Some(ApiError::Invalid(errors)) => errors,
                        _ => FieldErrors::NONE,
                    },
                })
            }
            Format::Json => None,
        };
        self.finish(answer, &accepted, &asked, &checked, extras)
    }

    /// What the page of an answer lets the caller do.
    async fn forms(
        &self,
        asked: &Asked<'_>,
        checked: &Checked,
        answer: &ViewResponse,
    ) -> PageForms {
        let is_gone = checked.method == Method::DELETE && answer.status.is_success();
        if is_gone || !PageForms::fit(answer.status, self.route.view.spec().access) {
            return PageForms::default();
        }
        // Forms of pages send no header in addition to a cookie (`Dialect::check_write`).
        let is_session = |identity: &Identity| identity.scheme == Scheme::Session;
        if checked.identity.as_ref().is_some_and(is_session) {
            return PageForms::default();
        }
        let context = self.context(asked, checked, &[]);
        let offered = self.route.view.forms(&context).await;
        let mut forms = offered.unwrap_or_else(|error| {
            tracing::debug!(%error, "a page offers nothing to do");
            PageForms::default()
        });
        let is_changed = [Method::PUT, Method::PATCH].contains(&checked.method);
        if is_changed && answer.status.is_success() {
            forms.update(answer);
        }
        forms
    }

    fn context<'b>(
        &'b self,
        asked: &'b Asked<'_>,
        checked: &'b Checked,
        parsers: &'static [Parser],
    ) -> RequestContext<'b> {
        RequestContext {
            state: self.state,
            method: checked.read_method(),
            path: self.path,
            mount: self.route.mount,
            query: asked.query,
            origin: &self.origin,
            format: asked.format,
            layout: asked.layout,
            identity: checked.identity.as_ref(),
            parameters: &self.parameters,
            request: self.request,
            body: &self.body,
            parsers,
        }
    }

    /// Checks the request in the dialect's order, and asks the view.
    async fn ask(
        &mut self,
        asked: &Asked<'_>,
        checked: &mut Checked,
    ) -> Result<ViewResponse, ApiError> {
        let (spec, dialect) = (self.route.view.spec(), Arc::clone(&self.route.dialect));
        let is_late = dialect.authenticates_first();
        if !is_late {
            asked.negotiated?;
        }
        checked.identity = self.authenticate(spec).await?;
        let staff = |identity: &Identity| identity.profile.user.is_staff_or_admin();
        if spec.access == Access::StaffOrAdmin && !checked.identity.as_ref().is_some_and(staff) {
            return Err(ApiError::PermissionDenied);
        }
        if spec.is_throttled {
            self.state
                .admit(self.request, checked.identity.as_ref())
                .await?;
        }
        if dialect.overrides_methods(asked.format) && checked.method == Method::POST {
            let parsers = dialect.parsers(spec, &checked.method);
            if self.body.is_form(parsers) {
                check_form_origin(self.request, spec, &self.origin)?;
                let is_page = asked.format == Format::Html;
                let wanted = self.body.overriding_method(parsers, is_page).await?;
                checked.method = wanted.unwrap_or(Method::POST);
            }
        }
        if !checked.method.is_safe() {
            let (headers, identity) = (self.request.headers(), checked.identity.as_ref());
            dialect.check_write(headers, identity, &self.origin)?;
        }
        if !spec.allows(&checked.method) {
            return Err(ApiError::MethodNotAllowed(checked.method.to_string()));
        }
        let parsers = dialect.parsers(spec, &checked.method);
        let writes = [Method::POST, Method::PUT, Method::PATCH].contains(&checked.method);
        if is_late && writes {
            self.body.prepare(parsers).await?;
        }
        let context = self.context(asked, checked, parsers);
        self.route.view.permit(&context).await?;
        asked.negotiated?;
        self.route.view.answer(&context).await
    }

    /// The caller, `None` where a view asks for none.
    async fn authenticate(&mut self, spec: &Spec) -> Result<Option<Identity>, ApiError> {
        let headers = self.request.headers();
        let dialect = Arc::clone(&self.route.dialect);
        let (credentials, session) = match (dialect.credentials(headers), dialect.session(headers))
        {
            _ if spec.access == Access::Open => return Ok(None),
            (None, None) if spec.access == Access::Optional => return Ok(None),
            (None, None) => return Err(AuthError::NotProvided.into()),
            sent => sent,
        };
        let agent = user_agent(self.request);
        let counted_address = self.state.hosts.counted_address(self.request);
        let detail = spec.detail;
        let now = self.state.now();
        let is_costly = dialect.authenticator().is_costly(credentials.as_deref());
        let work = move |repository: &dyn profiled_domain::Repository| {
            let attempt = Attempt {
                authorization: credentials.as_deref(),
                session: session.as_deref(),
                counted_address,
                user_agent: agent.as_deref(),
                detail,
                now,
            };
            dialect.authenticator().authenticate(&attempt, repository)
        };
        let outcome = if is_costly {
            self.state.hashing(work).await?
        } else {
            self.state.blocking(work).await?
        };
        let identity = match outcome {
            Err(AuthError::NotProvided) if spec.access == Access::Optional => return Ok(None),
            other => other?,
        };
        self.notes.authenticated(&identity);
        self.state.note_use(&identity, now).await;
        Ok(Some(identity))
    }

    fn finish(
        &mut self,
        answer: ViewResponse,
        accepted: &Accepted,
        asked: &Asked<'_>,
        checked: &Checked,
        extras: Option<PageExtras>,
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
        let seconds = self.started.elapsed().as_secs_f64();
        dialect.add_headers(&mut headers, answer.status, identity, seconds);
        self.notes.route = Some(self.route.full_pattern());
        self.notes.dialect = Some(dialect.name());
        let target = self.request.uri().path_and_query();
        let frame = Frame {
            route: self.route,
            accepted,
            is_browsable: self.state.is_browsable,
            page: extras.map(|extras| page::Context {
                route: self.route,
                router: &self.state.router,
                origin: &self.origin,
                query: asked.query,
                method: checked.read_method(),
                target: target.map_or(self.path, |target| target.as_str()),
                path: self.path,
                caller: identity.map(|identity| &identity.profile.user),
                extras,
            }),
        };
        response::of_view(&frame, answer, headers)
    }
}

/// What a request asks for in addition to its method and body.
struct Asked<'a> {
    negotiated: Result<(), Refusal>,
    format: Format,
    query: &'a Query,
    layout: Layout,
}

/// What the checks have found out so far.
struct Checked {
    /// The one that a form asks for in place of POST, if it does.
    method: Method,
    identity: Option<Identity>,
}

impl Checked {
    /// The method as views see it: HEAD asks for what GET shows.
    fn read_method(&self) -> &Method {
        match self.method {
            Method::HEAD => &Method::GET,
            ref other => other,
        }
    }
}

/// Browsers send remembered credentials along with any form: one from elsewhere is refused
/// (contract `tower.md`, section 1.4).
fn check_form_origin(request: &HttpRequest, spec: &Spec, own: &Origin) -> Result<(), ApiError> {
    let needs_credentials = !matches!(spec.access, Access::Open | Access::Optional);
    if needs_credentials && own.is_foreign(request.headers()) {
        return Err(ApiError::CrossOriginForm);
    }
    Ok(())
}
