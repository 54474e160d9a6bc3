//! A file that holds one secret, as text.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// No secret is longer, in bytes: a file that never ends is not read to its end.
const LONGEST: u64 = 1024 * 1024;

/// The secret, without the end of its last line.
///
/// # Errors
/// A text that continues the path: what is wrong, and the remedy.
pub(super) fn read(file: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes));
    read.map_err(|error| fault(&error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(format!(
            "has more than {LONGEST} bytes: name the file of a secret"
        ));
    }
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

fn fault(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "does not exist: correct the path, or make the file".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "may not be read by the user of this process: make that user its owner".to_owned()
        }
        io::ErrorKind::IsADirectory => "is a folder: name a file in it".to_owned(),
        _ => format!("cannot be read ({error}): name a file that can"),
    }
}

/// Whether a secret is no secret, but where one is.
pub(super) fn is_path(secret: &str) -> bool {
    let looks_like_one = ["/", "./", "../"]
        .iter()
        .any(|begin| secret.starts_with(begin));
    looks_like_one && !secret.contains('\n') && Path::new(secret).exists()
}
