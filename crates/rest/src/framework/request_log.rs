//! One line a finished request. The fields are an interface: `docs/OPERATIONS.md` lists them.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::http::{Method, StatusCode};
use profiled_auth::audit::Actor;
use profiled_auth::{Identity, Scheme};
use profiled_domain::UserId;

use crate::error::{ApiError, chain};
use crate::framework::measure::{METHODS, Place};
use crate::framework::router::Route;
use crate::wire::trace::Trace;

/// So many bytes of a cause are kept.
const LONGEST_CAUSE: usize = 500;

/// What is learned of a request on its way. Never a credential.
#[derive(Debug)]
pub struct Notes {
    /// When it came.
    pub started: Instant,
    /// How it is known to those who pass it on.
    pub trace: Trace,
    /// What it is counted for.
    pub place: Place,
    /// Mount and pattern, not the path: paths may hold anything.
    route: Option<[&'static str; 2]>,
    /// Name of the dialect that answered.
    dialect: Option<&'static str>,
    scheme: Option<Scheme>,
    user: Option<UserId>,
    /// As the audit trail names it.
    credential: Option<String>,
    refusal: Option<&'static str>,
    cause: Option<String>,
}

impl Notes {
    /// Begins with a request.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        Self {
            started: Instant::now(),
            trace: Trace::of(request.headers()),
            place: Place::Nowhere,
            route: None,
            dialect: None,
            scheme: None,
            user: None,
            credential: None,
            refusal: None,
            cause: None,
        }
    }

    /// Notes where it goes, where that is no route.
    pub fn goes_to(&mut self, place: Place, pattern: &'static str) {
        self.place = place;
        self.route = Some(["", pattern]);
    }

    /// Notes the route.
    pub fn takes(&mut self, route: &Route, place: Place) {
        self.place = place;
        self.route = Some([route.mount, route.pattern]);
        self.dialect = Some(route.dialect.name());
    }

    /// Notes who asks.
    pub fn authenticated(&mut self, identity: &Identity) {
        self.scheme = Some(identity.scheme);
        if let Actor::User { id, credential } = identity.into() {
            self.user = Some(id);
            self.credential = Some(credential);
        }
    }

    /// Notes why the request is refused or failed.
    pub fn failed(&mut self, error: &ApiError) {
        self.refusal = error.refusal();
        let mut cause = chain(error);
        cause.truncate(cause.floor_char_boundary(LONGEST_CAUSE));
        self.cause = Some(cause);
    }
}

/// A pattern with its mount; made only for a line that is written.
fn joined([mount, pattern]: [&'static str; 2]) -> Cow<'static, str> {
    match mount {
        "" => pattern.into(),
        mount => [mount, pattern].concat().into(),
    }
}

/// Writes the line: failures of ours at level error, probes at debug, everything else at info.
pub fn write(
    request: &HttpRequest,
    address: impl FnOnce() -> IpAddr,
    status: StatusCode,
    duration: Duration,
    notes: &Notes,
) {
    let method = METHODS.iter().find(|known| *known == request.method());
    let method = method.map_or("-", Method::as_str);
    let parent = notes.trace.parent;
    macro_rules! line {
        ($level:expr) => {
            tracing::event!(
                target: "profiled::request",
                $level,
                method,
                route = notes.route.map_or(Cow::Borrowed("-"), joined).as_ref(),
                status = status.as_u16(),
                duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
                dialect = notes.dialect,
                scheme = notes.scheme.map(Scheme::as_str),
                user_id = notes.user.map(|id| id.0),
                credential = notes.credential.as_deref(),
                address = %address(),
                request_id = notes.trace.id(),
                trace_id = parent.map(|parent| tracing::field::display(Hex::<32>(parent.trace))),
                parent_span_id =
                    parent.map(|parent| tracing::field::display(Hex::<16>(parent.span.into()))),
                trace_flags = parent.map(|parent| parent.flags()),
                refusal = notes.refusal,
                cause = notes.cause.as_deref(),
                "request"
            )
        };
    }
    if status.is_server_error() {
        line!(tracing::Level::ERROR);
    } else if matches!(notes.place, Place::Live | Place::Ready) {
        line!(tracing::Level::DEBUG);
    } else {
        line!(tracing::Level::INFO);
    }
}

/// A number of so many digits.
struct Hex<const DIGITS: usize>(u128);

impl<const DIGITS: usize> std::fmt::Display for Hex<DIGITS> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:0DIGITS$x}", self.0)
    }
}
