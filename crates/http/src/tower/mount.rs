//! The two paths that the same views stand under (contract `tower.md`, section 15.3).

use profiled_rest::View;

/// A view under its path below a mount.
pub(super) type MountedView = (&'static str, Box<dyn View>);

/// `view` under a path below a mount.
pub(super) fn view(path: &'static str, view: impl Into<Box<dyn View>>) -> MountedView {
    (path, view.into())
}

/// A mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mount {
    /// `/api/v1/`
    V1,
    /// `/api/v2/`
    V2,
}

impl Mount {
    /// What all its paths begin with.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::V1 => "/api/v1/",
            Self::V2 => "/api/v2/",
        }
    }

    /// The path of the view of the caller.
    pub(super) fn caller_path(self) -> &'static str {
        match self {
            Self::V1 => "/api/v1/me/",
            Self::V2 => "/api/v2/me/",
        }
    }
}
