//! A file that holds one secret, as text.

use std::path::Path;

use super::plain_file;

/// The secret, without the end of its last line.
///
/// # Errors
/// A text that continues the path: what is wrong, and the remedy.
pub(super) fn read(file: &Path) -> Result<String, String> {
    let bytes = plain_file::read(file).map_err(|unread| unread.told())?;
    let Ok(text) = String::from_utf8(bytes) else {
        let text =
            "is not text: write the secret in letters and digits, as openssl rand -base64 48 does";
        return Err(text.to_owned());
    };
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err("is empty: write the secret into it".to_owned());
    }
    Ok(text.to_owned())
}

/// Whether a secret is no secret, but where one is.
pub(super) fn is_path(secret: &str) -> bool {
    let looks_like_one = ["/", "./", "../"]
        .iter()
        .any(|begin| secret.starts_with(begin));
    looks_like_one && !secret.contains('\n') && Path::new(secret).exists()
}
