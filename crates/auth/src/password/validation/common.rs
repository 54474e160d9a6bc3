//! Passwords that everybody tries first.

use std::sync::LazyLock;

use super::unicode::strip;

/// Django's list, in lower case and sorted by bytes: see `README.md` there.
static COMMON: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("common-passwords/list.txt").lines().collect());

/// Whether a password is in the list, in any case and with any white space around it.
pub(super) fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    COMMON.binary_search(&strip(&lower)).is_ok()
}
