//! The one door to log-ins by username and password, whatever the dialect.

use profiled_auth::{LoginOutcome, PasswordCredentials};
use profiled_rest::RequestContext;
use profiled_rest::error::ApiError;

/// Judges a username and a password, compared as they are. Every failure is counted against the account
/// at this address; a log-in of a user who may not log in is one.
///
/// # Errors
/// [`ApiError::Throttled`] after too many failures; [`ApiError::Unavailable`] when too many passwords
/// wait to be hashed, or on failure of the storage.
pub(crate) async fn login(
    context: &RequestContext<'_>,
    username: String,
    password: String,
) -> Result<LoginOutcome, ApiError> {
    let login = context.services.login.clone();
    let address = context.services.hosts.client_address(context.request);
    let now = context.services.now();
    let judged = context.services.hashing(move |repository| {
        let attempt = PasswordCredentials {
            username: &username,
            password: &password,
            client_address: address,
            now,
        };
        login.check(&attempt, repository)
    });
    Ok(judged.await??)
}
