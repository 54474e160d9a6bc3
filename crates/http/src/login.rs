//! The one door to log-ins by username and password, whatever the dialect.

use std::sync::Arc;

use profiled_auth::{LoginOutcome, PasswordLogin, ThrottleError};

use crate::failure::ApiError;
use crate::view::Exchange;

impl Exchange<'_> {
    /// Judges a username and a password, compared as they are. Every failure is counted against the account
    /// at this address; a log-in of somebody who may not log in is one.
    ///
    /// # Errors
    /// [`ApiError::Throttled`] after too many failures; [`ApiError::Unavailable`] when too many passwords
    /// wait to be hashed, or on failure of the storage.
    pub(crate) async fn login(
        &self,
        username: String,
        password: String,
    ) -> Result<LoginOutcome, ApiError> {
        let login = PasswordLogin::new(Arc::clone(&self.state.passwords));
        let throttle = Arc::clone(&self.state.throttle);
        let address = self.state.hosts.counted_address(self.request);
        let now = self.state.now();
        let judged = self.state.hashing(move |repository| {
            let attempt = throttle.login_attempt(&username, address, now)?;
            let outcome = login.check(&username, &password, repository)?;
            if !matches!(outcome, LoginOutcome::Accepted(_)) {
                attempt.failed()?;
            }
            Ok::<_, ThrottleError>(outcome)
        });
        Ok(judged.await??)
    }
}
