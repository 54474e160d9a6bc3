//! Log-in by the username and the password of a body.

use std::sync::Arc;

use profiled_auth::LoginOutcome;
use profiled_domain::User;

use crate::failure::ApiError;
use crate::view::Exchange;

/// The user whom they belong to, `None` for whoever may not log in, whatever the reason.
///
/// # Errors
/// [`ApiError::Throttled`] after too many failures, before anything is hashed.
pub(crate) async fn login(
    exchange: &Exchange<'_>,
    username: String,
    password: String,
) -> Result<Option<User>, ApiError> {
    let state = exchange.state;
    let (login, throttle) = (state.login.clone(), Arc::clone(&state.throttle));
    let address = state.hosts.counted_address(exchange.request);
    let now = state.now();
    let work = move |repository: &dyn profiled_domain::Repository| {
        let attempt = throttle.login_attempt(&username, address, now)?;
        match login.check(&username, &password, repository)? {
            LoginOutcome::Accepted(user) => Ok(Some(user)),
            LoginOutcome::WrongCredentials | LoginOutcome::Inactive(_) => {
                attempt.failed()?;
                Ok(None)
            }
        }
    };
    state.hashing(work).await?
}
