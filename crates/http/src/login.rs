//! The one door to log-ins by username and password, whatever the dialect.

use profiled_auth::{LoginOutcome, PasswordAttempt};

use crate::failure::ApiError;
use crate::view::RequestContext;

impl RequestContext<'_> {
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
        let login = self.state.login.clone();
        let address = self.state.hosts.counted_address(self.request);
        let now = self.state.now();
        let judged = self.state.hashing(move |repository| {
            let attempt = PasswordAttempt {
                username: &username,
                password: &password,
                counted_address: address,
                now,
            };
            login.check(&attempt, repository)
        });
        Ok(judged.await??)
    }
}
