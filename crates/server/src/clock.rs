//! The one clock of the service.

use chrono::{DateTime, Utc};
use profiled_domain::WriteContext;

#[expect(clippy::disallowed_methods, reason = "the clock of the edge")]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Who runs a command, now.
pub(crate) fn operator() -> WriteContext<'static> {
    WriteContext::operator(now())
}
