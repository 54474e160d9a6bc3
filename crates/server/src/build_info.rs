//! What this program was built from.

/// The version of the package.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit: of `PROFILED_COMMIT` at the build, or of the clone for a release; else `unknown`.
pub(crate) const COMMIT: &str = env!("SERVICE_BUILD_COMMIT");

/// The cargo features, with commas between them.
pub(crate) const FEATURES: &str = env!("SERVICE_BUILD_FEATURES");
