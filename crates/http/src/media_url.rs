//! URLs of stored files.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Where files are served.
pub(crate) const PREFIX: &str = "/media/";

/// What stays as it is in a path (contract `drf.md`, section 3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b'(')
    .remove(b')')
    .remove(b'\'')
    .remove(b'!')
    .remove(b'*');

/// Path of a stored file; `None` for no file. `""` is no file, either: imports write it.
pub(crate) fn path(key: Option<&str>) -> Option<String> {
    let key = key.filter(|key| !key.is_empty())?;
    Some(format!("{PREFIX}{}", utf8_percent_encode(key, ESCAPED)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_percent_encoded_as_utf_8() {
        let url = path(Some("users/avatars/تصویر (1)+&#?%!*'~.png"));

        let expected =
            "/media/users/avatars/%D8%AA%D8%B5%D9%88%DB%8C%D8%B1%20(1)%2B%26%23%3F%25!*'~.png";
        assert_eq!(url.as_deref(), Some(expected));
    }

    #[test]
    fn no_file_has_no_url() {
        assert_eq!(path(None), None);
        assert_eq!(path(Some("")), None);
    }
}
