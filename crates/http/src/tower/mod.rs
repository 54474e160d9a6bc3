//! Dialect `tower`.
use crate::router::Route;
use crate::state::Parts;
pub(crate) fn routes(_parts: &Parts) -> Vec<Route> {
    Vec::new()
}
pub(crate) fn is_own_path(path: &str) -> bool {
    path.contains("/api/v1/") || path.ends_with("/api/v1")
}
