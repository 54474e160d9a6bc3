//! Limits on the rate of requests (contract `drf.md`, section 10).

use std::sync::Arc;

use actix_web::HttpRequest;
use profiled_auth::{Identity, ThrottleError, ThrottleSubject};
use profiled_domain::Wait;

use crate::error::ApiError;
use crate::framework::services::Services;

/// `detail` of a 429, the same in every dialect (contract `tower.md`, section 1.6).
#[must_use]
pub fn detail(wait: Wait) -> String {
    let seconds = wait.seconds();
    let plural = if seconds == 1 { "" } else { "s" };
    format!("Request was throttled. Expected available in {seconds} second{plural}.")
}

impl Services {
    /// Counts a request that may use its view: under the user, whatever the credentials, or for a
    /// stranger under the address.
    pub async fn admit(
        &self,
        request: &HttpRequest,
        identity: Option<&Identity>,
    ) -> Result<(), ApiError> {
        let subject = match identity {
            Some(identity) => ThrottleSubject::User(identity.profile.user.id),
            None => ThrottleSubject::Address(self.hosts.client_address(request)),
        };
        if !self.throttle.counts(subject) {
            return Ok(());
        }
        let now = self.now();
        let counted = if self.throttle.is_immediate() {
            self.throttle.request(subject, now)
        } else {
            let throttle = Arc::clone(&self.throttle);
            self.lanes
                .count(move || throttle.request(subject, now))
                .await?
        };
        Ok(counted?)
    }
}

impl From<ThrottleError> for ApiError {
    fn from(error: ThrottleError) -> Self {
        match error {
            ThrottleError::Throttled(wait) => Self::Throttled(wait),
            ThrottleError::Repository(error) => error.into(),
        }
    }
}
