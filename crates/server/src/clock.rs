//! The one clock of the service.

use chrono::{DateTime, Utc};

#[expect(clippy::disallowed_methods, reason = "the clock of the edge")]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}
