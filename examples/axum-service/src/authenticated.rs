//! The extractor that handlers ask for their caller with.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::SystemTime;

use axum::Json;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use profiled_auth::{AuthError, Identity, RefusalBody, RequestCredentials};
use profiled_domain::ProfileDepth;
use serde_json::json;

use crate::Service;

/// The caller of a handler, who is an active user. Others never get there: they are [`Refused`].
pub struct Authenticated(pub Identity);

/// An answer in place of the handler's.
#[derive(Debug)]
pub enum Refused {
    /// 401: who asks is not known.
    Credentials {
        /// `WWW-Authenticate`.
        challenge: String,
        /// What is said of it.
        body: RefusalBody,
    },
    /// 503: it could not be found out.
    Unavailable,
}

impl FromRequestParts<Arc<Service>> for Authenticated {
    type Rejection = Refused;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &Arc<Service>,
    ) -> Result<Self, Refused> {
        let authenticator = &service.authenticator;
        let authorization = joined(&parts.headers, header::AUTHORIZATION.as_str());
        let other = authenticator.header();
        let other = other.and_then(|name| joined(&parts.headers, name));
        let agent = parts.headers.get(header::USER_AGENT);
        // Nothing is waited for here: the claim says what has to be looked up.
        let claim = authenticator.claim(&RequestCredentials {
            authorization: authorization.as_deref(),
            other_header: other.as_deref(),
            session: None,
            client_address: client_address(parts),
            user_agent: agent.and_then(|agent| agent.to_str().ok()),
            depth: ProfileDepth::Account,
            now: SystemTime::now().into(),
        });
        let users = &service.users;
        let judged = claim.resolve_async(|query, _| users.find(query)).await;
        match judged {
            Ok(Ok(identity)) => Ok(Self(identity)),
            Ok(Err(AuthError::Repository(_) | AuthError::Throttled(_))) | Err(_) => {
                Err(Refused::Unavailable)
            }
            Ok(Err(refusal)) => Err(Refused::Credentials {
                challenge: authenticator.challenge().to_owned(),
                body: refusal.body(),
            }),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Credentials { challenge, body } => {
                let headers = [(header::WWW_AUTHENTICATE, challenge)];
                (StatusCode::UNAUTHORIZED, headers, Json(body)).into_response()
            }
            Self::Unavailable => {
                let body = json!({"detail": "Service temporarily unavailable."});
                (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
            }
        }
    }
}

/// The values of a header, joined by commas if it is repeated (RFC 9110, section 5.3): two credentials are none.
fn joined(headers: &HeaderMap, name: &str) -> Option<Vec<u8>> {
    let values: Vec<&[u8]> = headers
        .get_all(name)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    (!values.is_empty()).then(|| values.join(&b", "[..]))
}

/// Where the connection comes from. Behind a proxy that is trusted, read what it says instead.
fn client_address(parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0.ip())
}
