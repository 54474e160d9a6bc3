//! Where the views stand: the same ones under two paths (contract `tower.md`, section 15.3).

/// A mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mount {
    /// `/api/v1/`
    V1,
    /// `/api/v2/`
    V2,
}

impl Mount {
    /// The mount that a path of a view is under.
    pub(super) fn of(path: &str) -> Self {
        if path.starts_with(Self::V2.prefix()) {
            Self::V2
        } else {
            Self::V1
        }
    }

    /// What all its paths begin with.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::V1 => "/api/v1/",
            Self::V2 => "/api/v2/",
        }
    }
}

/// The pattern `$path` below a mount.
macro_rules! below {
    ($mount:expr, $path:literal) => {
        match $mount {
            $crate::tower::mount::Mount::V1 => concat!("/api/v1/", $path),
            $crate::tower::mount::Mount::V2 => concat!("/api/v2/", $path),
        }
    };
}

pub(super) use below;
