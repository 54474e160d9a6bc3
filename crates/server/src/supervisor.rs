//! What the process tells the supervisor that has started it (`sd_notify(3)`), if one asks.

use std::time::Duration;

use sd_notify::NotifyState;

/// Tells the supervisor. One that cannot be told is no reason to stop.
pub(crate) fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the supervisor could not be told");
    }
}

/// Tells that settings are read again, until the process is ready once more.
pub(crate) fn tell_of_reload() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::warn!(%error, "the supervisor could not be told"),
    }
}

/// Half of the time after which the supervisor ends a process that does not report (`WatchdogSec`).
pub(crate) fn reports_every() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|limit| limit / 2)
}
