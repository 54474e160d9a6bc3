//! A request, as views see it.

use actix_web::HttpRequest;
use actix_web::http::{Method, StatusCode};
use profiled_auth::Identity;
use profiled_domain::{Repository, User};
use serde::Serialize;

use crate::error::ApiError;
use crate::framework::services::Services;
use crate::framework::view_response::ViewResponse;
use crate::wire::accept::Format;
use crate::wire::body::{Data, Parser, RequestBody};
use crate::wire::host::Origin;
use crate::wire::json_writer::{self, Layout};
use crate::wire::query::Query;

/// A request that has passed all checks, on its way to the view.
pub struct RequestContext<'a> {
    /// What all views share.
    pub services: &'a Services,
    /// The method after HEAD became GET and an override was applied.
    pub method: &'a Method,
    /// Decoded.
    pub path: &'a str,
    /// [`Route::mount`](crate::Route::mount), as clients see it.
    pub mount: &'a str,
    /// Parameters of the query.
    pub query: &'a Query,
    /// What absolute URLs begin with.
    pub origin: &'a Origin,
    /// The representation that was negotiated.
    pub format: Format,
    /// How JSON is written in it.
    pub layout: Layout,
    /// Present unless the view is open.
    pub identity: Option<&'a Identity>,
    /// Values of the pattern's parameters.
    pub parameters: &'a Parameters,
    /// For its headers.
    pub request: &'a HttpRequest,
    /// The body, which may not be read yet.
    pub body: &'a RequestBody<'a>,
    /// Forms of body that this method of the view reads.
    pub parsers: &'static [Parser],
    /// Who is logged in by cookie, for the page that answers.
    pub reader: Option<&'a User>,
    /// Why the request was refused, for the same.
    pub refusal: Option<&'a ApiError>,
}

impl RequestContext<'_> {
    /// 200 with a body.
    pub fn ok<T: Serialize>(&self, body: &T) -> ViewResponse {
        self.answer(StatusCode::OK, body)
    }

    /// A status with a body.
    pub fn answer<T: Serialize>(&self, status: StatusCode, body: &T) -> ViewResponse {
        ViewResponse::new(status, json_writer::to_vec(body, self.layout))
    }

    /// The body of the request.
    pub async fn data(&self) -> Result<Data, ApiError> {
        self.body.data(self.parsers).await
    }

    /// The body of the request, which stays to be read.
    pub async fn peek(&self) -> Result<Data, ApiError> {
        let data = self.data().await?;
        self.body.put_back(data.clone());
        Ok(data)
    }

    /// Selects a list for the caller.
    pub async fn list<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Repository) -> T + Send + 'static,
    {
        let caller = self.caller()?.profile.user.id;
        self.services.lanes.list(caller, work).await
    }

    /// Hashes a password for the caller, when it is the caller's turn. All that one caller wants hashed is one attempt in the
    /// queue, whatever the passwords: it does not use up the places of its address.
    pub async fn hashing<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let services = self.services;
        let account = services.login.account(&self.caller()?.profile.user);
        let address = services.hosts.client_address(self.request);
        let throttle = &services.throttle;
        let claimant = throttle.claimant(&account, address, "", services.now());
        services.hashing(claimant.authenticated(), work).await
    }

    /// The caller of a view that is not open.
    pub fn caller(&self) -> Result<&Identity, ApiError> {
        self.identity
            .ok_or_else(|| profiled_auth::AuthError::NotProvided.into())
    }
}

/// Values of a pattern's parameters, which all are ids: digits, leading zeros allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters(Vec<i64>);

impl Parameters {
    /// The values, `None` if one of them is no id.
    pub(crate) fn parse<'a>(values: impl Iterator<Item = &'a str>) -> Option<Self> {
        values.map(parse_id).collect::<Option<_>>().map(Self)
    }

    /// The id at a place of the pattern. A number beyond 64 bits is [`i64::MAX`], which no object has.
    #[must_use]
    pub fn id(&self, at: usize) -> i64 {
        self.0.get(at).copied().unwrap_or_default()
    }
}

fn parse_id(text: &str) -> Option<i64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(i64::MAX))
}
