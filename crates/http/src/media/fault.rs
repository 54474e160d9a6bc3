//! What went wrong with a storage, without the names of files: clients choose them.

use std::error::Error;
use std::io;
use std::iter::successors;

#[cfg(feature = "s3")]
use object_store::client::HttpError;

use super::full_disk::FullDisk;

/// The kind of an error, and the operating system's or the connection's word on it.
pub(super) fn describe(error: &object_store::Error) -> String {
    if let Some(full) = causes(error).find_map(|cause| cause.downcast_ref::<FullDisk>()) {
        return full.to_string();
    }
    let kind = match error {
        object_store::Error::NotFound { .. } => "not found",
        object_store::Error::AlreadyExists { .. } => "exists already",
        object_store::Error::PermissionDenied { .. } => "permission denied",
        object_store::Error::Unauthenticated { .. } => "the credentials are not taken",
        object_store::Error::Precondition { .. } | object_store::Error::NotModified { .. } => {
            "changed meanwhile"
        }
        object_store::Error::InvalidPath { .. } => "a name that it does not take",
        object_store::Error::NotSupported { .. } | object_store::Error::NotImplemented { .. } => {
            "not supported"
        }
        object_store::Error::JoinError { .. } => "the work was given up",
        _ => "no success",
    };
    match causes(error).find_map(outer_word) {
        Some(word) => format!("{kind}: {word}"),
        None => kind.to_owned(),
    }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |&cause| cause.source())
}

#[cfg(feature = "s3")]
fn outer_word(cause: &(dyn Error + 'static)) -> Option<String> {
    let Some(error) = cause.downcast_ref::<HttpError>() else {
        return system_word(cause);
    };
    let innermost = causes(cause).find_map(system_word).unwrap_or_default();
    Some(
        format!("{:?} {innermost}", error.kind())
            .trim_end()
            .to_owned(),
    )
}

/// Without a client there is no connection that could fail.
#[cfg(not(feature = "s3"))]
fn outer_word(cause: &(dyn Error + 'static)) -> Option<String> {
    system_word(cause)
}

/// What the operating system said: its texts are fixed.
fn system_word(cause: &(dyn Error + 'static)) -> Option<String> {
    let error = cause.downcast_ref::<io::Error>()?;
    error.raw_os_error().map(|_code| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_is_described_by_the_system_error_without_file_names() {
        let system = || Box::new(io::Error::from_raw_os_error(20));
        let path = || "users/avatars/secret.png".to_owned();
        let generic = object_store::Error::Generic {
            store: "secret",
            source: system(),
        };
        let not_found = object_store::Error::NotFound {
            path: path(),
            source: system(),
        };
        let quoting = object_store::Error::PermissionDenied {
            path: path(),
            source: "PUT http://bucket/secret.png".into(),
        };

        assert_eq!(
            describe(&generic),
            "no success: Not a directory (os error 20)"
        );
        assert_eq!(
            describe(&not_found),
            "not found: Not a directory (os error 20)"
        );
        assert_eq!(describe(&quoting), "permission denied");
    }
}
