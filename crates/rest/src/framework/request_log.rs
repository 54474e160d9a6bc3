//! One line a finished request. The fields are an interface: `docs/OPERATIONS.md` lists them.

use std::borrow::Cow;
use std::time::Instant;

use actix_web::HttpRequest;
use actix_web::http::{Method, StatusCode};
use profiled_auth::{Identity, Scheme};
use profiled_domain::UserId;

use crate::error::{ApiError, chain};

/// So many bytes of a cause are kept.
const LONGEST_CAUSE: usize = 500;

/// Methods that are logged by their name: any other is the client's own text.
const METHODS: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
    Method::CONNECT,
];

/// What is learned of a request on its way. Never a credential.
#[derive(Debug, Default)]
pub struct Notes {
    /// Mount and pattern, not the path: paths may hold anything.
    pub route: Option<[&'static str; 2]>,
    /// Name of the dialect that answered.
    pub dialect: Option<&'static str>,
    scheme: Option<Scheme>,
    user: Option<UserId>,
    cause: Option<String>,
}

impl Notes {
    /// Notes who asks.
    pub fn authenticated(&mut self, identity: &Identity) {
        self.scheme = Some(identity.scheme);
        self.user = Some(identity.profile.user.id);
    }

    /// Notes why the request is refused or failed.
    pub fn failed(&mut self, error: &ApiError) {
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

/// Writes the line: failures of ours at level error, everything else at info.
pub fn write(request: &HttpRequest, status: StatusCode, started: Instant, notes: &Notes) {
    let method = METHODS.iter().find(|known| *known == request.method());
    let method = method.map_or("-", Method::as_str);
    macro_rules! line {
        ($level:expr) => {
            tracing::event!(
                target: "profiled::request",
                $level,
                method,
                route = notes.route.map_or(Cow::Borrowed("-"), joined).as_ref(),
                status = status.as_u16(),
                duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
                dialect = notes.dialect,
                scheme = notes.scheme.map(Scheme::as_str),
                user_id = notes.user.map(|id| id.0),
                cause = notes.cause.as_deref(),
                "request"
            )
        };
    }
    if status.is_server_error() {
        line!(tracing::Level::ERROR);
    } else {
        line!(tracing::Level::INFO);
    }
}
