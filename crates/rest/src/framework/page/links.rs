//! Links to this server.

use crate::wire::host::Origin;

/// Whether an address leads to this server and nowhere else.
pub(super) fn is_own(address: &str, origin: &Origin) -> bool {
    // Browsers read a backslash as a slash, and drop tabs and line ends.
    let is_plain = address
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    is_plain
        && match address.strip_prefix(origin.as_str()) {
            Some(path) => path.starts_with('/'),
            None => address
                .strip_prefix(origin.prefix())
                .is_some_and(|path| path.starts_with("/api/") || path.starts_with("/media/")),
        }
}
