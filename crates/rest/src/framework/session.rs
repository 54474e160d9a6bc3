//! Log-ins of browsers. Their cookie is the credential of the pages of all dialects, and of the JSON of those that say
//! so ([`Dialect::takes_cookies`](crate::Dialect::takes_cookies)).

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use profiled_auth::{AuthError, Authentication, Identity, Progress, RequestCredentials};
use profiled_domain::ProfileDepth;

use crate::error::ApiError;
use crate::framework::services::Services;
use crate::wire::cookies;
use crate::wire::host::{Origin, user_agent};

/// The cookie that carries the key of a log-in.
pub const SESSION_COOKIE: &str = "sessionid";
/// Its attribute in addition to those of all cookies: no script reads it.
const HTTP_ONLY: &str = "; HttpOnly";

/// What the cookie of a log-in says.
#[must_use]
pub fn sent(headers: &HeaderMap) -> Option<&str> {
    cookies::value(headers, SESSION_COOKIE)
}

/// `Set-Cookie` of a log-in.
#[must_use]
pub fn cookie(key: &str, origin: &Origin) -> Option<(HeaderName, HeaderValue)> {
    cookies::set(SESSION_COOKIE, key, HTTP_ONLY, origin)
}

/// `Set-Cookie` that ends one in the browser.
#[must_use]
pub fn clear(origin: &Origin) -> Option<(HeaderName, HeaderValue)> {
    cookies::clear(SESSION_COOKIE, HTTP_ONLY, origin)
}

impl Services {
    /// What judges the cookie of an attempt that offers nothing else.
    pub(crate) fn claim_session(&self, attempt: &RequestCredentials<'_>) -> Authentication {
        let claim = profiled_auth::Verifier::claim(&self.sessions, attempt);
        claim.unwrap_or(Progress::Done(Err(AuthError::NotProvided)))
    }

    /// The user whose log-in a request brings along. What is wrong with it is told by views that ask for it.
    ///
    /// # Errors
    /// Failure of the storage.
    pub(crate) async fn session(
        &self,
        request: &HttpRequest,
    ) -> Result<Option<Identity>, ApiError> {
        let Some(cookie) = sent(request.headers()) else {
            return Ok(None);
        };
        let agent = user_agent(request);
        let claim = self.claim_session(&RequestCredentials {
            authorization: None,
            other_header: None,
            session: Some(cookie),
            client_address: self.hosts.client_address(request),
            user_agent: agent.as_deref(),
            depth: ProfileDepth::Account,
            now: self.now(),
        });
        Ok(self.resolve(claim).await?.ok())
    }
}
