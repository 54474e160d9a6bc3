//! The way of a request: host, route, then the checks in the order of its dialect (`decisions.md` 2).

use std::sync::Arc;
use std::time::Instant;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use profiled_auth::{Attempt, AuthError, Identity};

use crate::accept::{Accepted, Refusal, negotiate};
use crate::dialect::joined;
use crate::failure::ApiError;
use crate::host::Origin;
use crate::json::Style;
use crate::query::Query;
use crate::request_log::Notes;
use crate::response::{self, Frame};
use crate::router::{Found, Route, decode};
use crate::state::AppState;
use crate::view::{self, Access, Answer, Exchange};
use crate::{body, health, media, media_url, request_log};

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
    body::discard(&mut payload, DISCARDED_BYTES).await;
    request_log::write(&request, response.status(), started, &notes);
    response
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
    let plain = |status, drf, tower| match &path {
        Some(path) if state.router.is_tower_path(path) => {
            response::plain(status, tower, Style::Spaced)
        }
        _ => response::plain(status, drf, Style::Compact),
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
        notes.route = Some("/media/{key}");
        return media::answer(state, request, key)
            .await
            .unwrap_or_else(not_found);
    }
    match state.router.find(path) {
        Found::Nothing => not_found(),
        Found::MissingSlash(route) => redirect(route, path, request.query_string(), &origin),
        Found::View(route) => {
            let mut visit = Visit {
                state,
                request,
                payload,
                route,
                path,
                origin,
                started,
                notes,
            };
            visit.answer().await
        }
    }
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

fn redirect(route: &Route, path: &str, query: &str, origin: &Origin) -> HttpResponse {
    let mut target = format!("{path}/");
    if !query.is_empty() {
        target.push('?');
        target.extend(percent_encode(query.as_bytes(), QUERY_ESCAPED));
    }
    response::redirect(&route.dialect.redirect_target(target, origin.as_str()))
}

/// A request that has reached a view.
struct Visit<'a> {
    state: &'a AppState,
    request: &'a HttpRequest,
    payload: &'a mut Payload,
    route: &'a Route,
    path: &'a str,
    origin: Origin,
    started: Instant,
    notes: &'a mut Notes,
}

impl Visit<'_> {
    async fn answer(&mut self) -> HttpResponse {
        let dialect = Arc::clone(&self.route.dialect);
        let query = Query::parse(self.request.query_string().as_bytes());
        let offered = view::formats(self.state.is_browsable);
        let accept = joined(self.request.headers(), &header::ACCEPT);
        let accept = accept.as_deref().map(String::from_utf8_lossy);
        let negotiated = negotiate(offered, accept.as_deref(), query.get("format"));
        let accepted = negotiated.clone().unwrap_or(Accepted::JSON);
        let layout = view::layout(dialect.style(), &accepted);
        let mut method = self.request.method().clone();
        let mut identity = None;

        let negotiated = negotiated.map(drop);
        let checked = self.check(negotiated, &mut identity, &mut method).await;
        let outcome = if let Err(error) = checked {
            Err(error)
        } else {
            let exchange = Exchange {
                state: self.state,
                method: if method == Method::HEAD {
                    &Method::GET
                } else {
                    &method
                },
                path: self.path,
                query: &query,
                origin: &self.origin,
                layout,
                identity: identity.as_ref(),
            };
            self.route.view.answer(&exchange).await
        };
        let answer = outcome.unwrap_or_else(|error| {
            self.notes.failed(&error);
            dialect.describe(&error, layout)
        });
        self.finish(answer, &accepted, &method, identity.as_ref())
    }

    /// Everything before the view itself, in the dialect's order.
    async fn check(
        &mut self,
        negotiated: Result<(), Refusal>,
        identity: &mut Option<Identity>,
        method: &mut Method,
    ) -> Result<(), ApiError> {
        let spec = self.route.view.spec();
        if !self.route.dialect.authenticates_first() {
            negotiated?;
        }
        if spec.access != Access::Open {
            *identity = Some(self.authenticate().await?);
        }
        let staff = |identity: &Identity| identity.profile.user.is_staff_or_admin();
        if spec.access == Access::StaffOrAdmin && !identity.as_ref().is_some_and(staff) {
            return Err(ApiError::PermissionDenied);
        }
        if self.route.dialect.overrides_methods() {
            self.override_method(method).await?;
        }
        if !spec.allows(method) {
            return Err(ApiError::MethodNotAllowed(method.to_string()));
        }
        negotiated?;
        Ok(())
    }

    async fn authenticate(&mut self) -> Result<Identity, ApiError> {
        let headers = self.request.headers();
        let dialect = Arc::clone(&self.route.dialect);
        let Some(credentials) = dialect.credentials(headers) else {
            return Err(AuthError::NotProvided.into());
        };
        let agent = headers.get(header::USER_AGENT);
        let agent = agent.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let client_address = self.state.hosts.client_address(self.request);
        let detail = self.route.view.spec().detail;
        let now = self.state.now();
        let is_costly = dialect.authenticator().is_costly(Some(&credentials));
        let work = move |repository: &dyn profiled_domain::Repository| {
            let attempt = Attempt {
                authorization: Some(&credentials),
                client_address,
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
        let identity = outcome?;
        self.notes.authenticated(&identity);
        self.state.extend_token(&identity, now);
        Ok(identity)
    }

    async fn override_method(&mut self, method: &mut Method) -> Result<(), ApiError> {
        let headers = self.request.headers();
        if *method != Method::POST || !body::is_form(headers) {
            return Ok(());
        }
        let origin = headers
            .get(header::ORIGIN)
            .map(header::HeaderValue::as_bytes);
        let is_own = |origin: &[u8]| origin == self.origin.as_str().as_bytes();
        let is_open = self.route.view.spec().access == Access::Open;
        if !is_open && origin.is_some_and(|origin| !is_own(origin)) {
            return Err(ApiError::CrossOriginForm);
        }
        let form = body::read_form(self.payload, self.state.max_body_bytes).await?;
        if let Some(wanted) = body::overriding_method(&form) {
            *method = wanted;
        }
        Ok(())
    }

    fn finish(
        &mut self,
        answer: Answer,
        accepted: &Accepted,
        method: &Method,
        identity: Option<&Identity>,
    ) -> HttpResponse {
        let dialect = &self.route.dialect;
        let mut headers = HeaderMap::new();
        if answer.status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                dialect.challenge(self.request.headers()),
            );
        }
        if answer.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
        }
        let seconds = self.started.elapsed().as_secs_f64();
        dialect.add_headers(&mut headers, answer.status, identity, seconds);
        self.notes.route = Some(self.route.pattern);
        self.notes.dialect = Some(dialect.name());
        let target = self.request.uri().path_and_query();
        let frame = Frame {
            route: self.route,
            accepted,
            is_browsable: self.state.is_browsable,
            caller: identity.and_then(|identity| identity.profile.user.username.as_deref()),
            method: method.as_str(),
            target: target.map_or(self.path, |target| target.as_str()),
            path: self.path,
        };
        response::of_view(&frame, answer, headers)
    }
}
