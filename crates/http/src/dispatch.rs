//! Answers every request: health checks, then the host, files, and the route.

use std::pin::pin;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use profiled_rest::measure::Place;
use profiled_rest::wire::body::{self, BodyTerms, RequestBody};
use profiled_rest::wire::connection::{BodyLength, Connection};
use profiled_rest::wire::host::Origin;
use profiled_rest::wire::json_writer::Style;
use profiled_rest::wire::trace::X_REQUEST_ID;
use profiled_rest::{Found, Notes, Pipeline, decode, log_request, response};

use crate::connections::Presence;
use crate::service::AppState;
use crate::{front, health, media, media_url, openapi};

/// Unread bytes that are still taken from a client before its connection is closed.
const DISCARDED_BYTES: usize = 16 * 1024 * 1024;

/// Answers every request, once there is room for the answer on its connection.
pub(crate) async fn dispatch(
    request: HttpRequest,
    payload: web::Payload,
    state: web::Data<AppState>,
) -> HttpResponse {
    let payload = payload.into_inner();
    if let Some(presence) = request.conn_data::<Presence>() {
        presence.has_asked();
    }
    let Some(connection) = connection(&request) else {
        return respond(&request, payload, &state).await.0;
    };
    connection.begin(body_length(&request, &payload)).await;
    let (response, is_read) = respond(&request, payload, &state).await;
    Connection::send(connection, response, is_read)
}

/// What the library goes by when it takes a body apart.
fn body_length(request: &HttpRequest, payload: &Payload) -> BodyLength {
    if matches!(payload, Payload::None) {
        BodyLength::default()
    } else if has_no_end(request) {
        BodyLength::Left(u64::MAX)
    } else if request.chunked().unwrap_or(false) {
        BodyLength::Chunks
    } else {
        let length = request.headers().get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.trim().parse().ok());
        // Without one it ends with the connection.
        BodyLength::Left(length.unwrap_or(u64::MAX))
    }
}

/// Tests have requests without any.
fn connection(request: &HttpRequest) -> Option<&Rc<Connection>> {
    request.conn_data::<Rc<Connection>>()
}

/// Whether the client wants a tunnel. There is none, so it is a request like others (RFC 9110, section 9.3.6), and the last one
/// of its connection.
fn wants_tunnel(request: &HttpRequest) -> bool {
    request.method() == Method::CONNECT
}

/// Whether the library takes all that follows for the body, without an end.
fn has_no_end(request: &HttpRequest) -> bool {
    let is_chunked = request.chunked().unwrap_or(false);
    wants_tunnel(request) && !is_chunked && !request.headers().contains_key(CONTENT_LENGTH)
}

/// The answer, and whether the request has been read to its end, so that another one may follow.
async fn respond(
    request: &HttpRequest,
    payload: Payload,
    state: &AppState,
) -> (HttpResponse, bool) {
    let (services, mut notes) = (state.services(), Notes::of(request));
    let started = notes.started;
    let (mut payload, endless) = if !matches!(payload, Payload::None) && has_no_end(request) {
        (Payload::None, Some(payload))
    } else {
        (payload, None)
    };
    let mut response = {
        // It is large: what waits for it is given its place, not a copy.
        let answer = pin!(answer(state, request, &mut payload, &mut notes));
        services.lanes.deadline().of_request(answer).await
    };
    if let Some(cors) = &state.cors {
        cors.mark(request, &mut response);
    }
    let deadline = services.body_deadline(started);
    let is_read = body::discard(
        &mut payload,
        connection(request).map(Rc::as_ref),
        DISCARDED_BYTES,
        deadline,
    )
    .await;
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        services.lanes.count_unavailable();
    }
    let (status, duration) = (response.status(), started.elapsed());
    state
        .requests
        .count(notes.place, request.method(), status, duration);
    let address = || services.hosts.client_address(request);
    log_request(request, address, status, duration, &notes);
    let id = notes.trace.header();
    response.headers_mut().insert(X_REQUEST_ID, id);
    if services.is_draining() {
        // The client asks for no more here, so that nothing is under way when the connection ends.
        response
            .head_mut()
            .set_connection_type(ConnectionType::Close);
    }
    let is_last = !is_read || wants_tunnel(request);
    let unread = endless.or_else(|| is_last.then_some(payload));
    match unread {
        Some(unread) => (body::close_after(response, unread), false),
        None => (response, true),
    }
}

async fn answer(
    state: &AppState,
    request: &HttpRequest,
    payload: &mut Payload,
    notes: &mut Notes,
) -> HttpResponse {
    let services = state.services();
    if let Some(response) = health::answer(services, request, notes).await {
        return response;
    }
    let Some(origin) = services.hosts.origin(request) else {
        let text = "Invalid Host header.";
        return plain(state, request, StatusCode::BAD_REQUEST, [text, text]);
    };
    if let Some(permission) = state.cors.as_ref().and_then(|cors| cors.preflight(request)) {
        return permission;
    }
    let path = decode(request.path());
    let Some(path) = path.as_deref() else {
        return not_found(state, request, &origin).await;
    };
    if state.services().is_browsable
        && let Some(icon) = front::icon(request, path, notes)
    {
        return icon;
    }
    if let Some(key) = path.strip_prefix(media_url::PREFIX) {
        notes.goes_to(Place::Media, "/media/{key}");
        let file = media::answer(&state.media, request, key, notes).await;
        return match file {
            Some(file) => file,
            None => not_found(state, request, &origin).await,
        };
    }
    let (route, place, parameters) = match state.router.find(path) {
        Found::Nothing => return outside(state, request, path, &origin, notes).await,
        Found::MissingSlash(route) => {
            return response::redirect(route, path, request.query_string(), &origin);
        }
        Found::View(route, place, parameters) => (route, place, parameters),
    };
    notes.takes(route, place);
    let body = std::mem::replace(payload, Payload::None);
    let terms = BodyTerms {
        limits: services.body_limits(route.view.spec().access),
        deadline: services.body_deadline(notes.started),
        budget: &services.bodies,
        connection: connection(request).map(Rc::as_ref),
    };
    let mut pipeline = Pipeline {
        services,
        router: &state.router,
        request,
        body: RequestBody::new(body, request.headers(), terms),
        route,
        parameters,
        path,
        mount: origin.below(route.mount),
        origin,
        notes,
    };
    let response = pipeline.answer().await;
    *payload = pipeline.body.into_rest();
    response
}

/// The answer of what is no view: looked at last, so that no request to a view pays for it.
async fn outside(
    state: &AppState,
    request: &HttpRequest,
    path: &str,
    origin: &Origin,
    notes: &mut Notes,
) -> HttpResponse {
    let parts = (&state.documents, &state.router, state.services());
    match openapi::answer(parts, request, path, origin, notes).await {
        Some(answer) => answer,
        None => not_found(state, request, origin).await,
    }
}

/// Nothing is there: as a page to browsers.
async fn not_found(state: &AppState, request: &HttpRequest, origin: &Origin) -> HttpResponse {
    if let Some(page) = front::nowhere(state.services(), request, origin).await {
        return page;
    }
    let texts = ["Not found.", "Not found"];
    plain(state, request, StatusCode::NOT_FOUND, texts)
}

/// An answer that no view gives: the second text is Tower's.
fn plain(
    state: &AppState,
    request: &HttpRequest,
    status: StatusCode,
    [others, tower]: [&'static str; 2],
) -> HttpResponse {
    match state.router.style(request.path()) {
        Style::Spaced => response::plain(status, tower, Style::Spaced),
        Style::Compact => response::plain(status, others, Style::Compact),
    }
}
