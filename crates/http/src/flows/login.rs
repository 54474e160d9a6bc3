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
    let attempt = PasswordCredentials {
        username: &username,
        password: &password,
        client_address: context.services.hosts.client_address(context.request),
        now: context.services.now(),
    };
    let claim = context.services.login.claim(&attempt);
    Ok(context.services.resolve(claim).await??)
}
