//! One failure that is told to many.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use profiled_domain::RepositoryError;
use profiled_domain::repository::BoxError;

/// An error of a read, with any number of owners.
#[derive(Clone, Debug)]
pub(super) enum SharedError {
    Inconsistent {
        entity: &'static str,
        id: i64,
        source: Cause,
    },
    Unavailable(Cause),
    Failed(Cause),
}

/// A cause with any number of owners. It reads, and goes on to further causes, as the cause itself does.
#[derive(Clone, Debug)]
pub(super) struct Cause(Arc<BoxError>);

impl Cause {
    fn new(cause: BoxError) -> Self {
        Self(Arc::new(cause))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl From<RepositoryError> for SharedError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Inconsistent { entity, id, source } => Self::Inconsistent {
                entity,
                id,
                source: Cause::new(source),
            },
            RepositoryError::Unavailable(source) => Self::Unavailable(Cause::new(source)),
            RepositoryError::Failed(source) => Self::Failed(Cause::new(source)),
            // Errors of writes.
            other => Self::Failed(Cause::new(Box::new(other))),
        }
    }
}

impl From<SharedError> for RepositoryError {
    fn from(error: SharedError) -> Self {
        match error {
            SharedError::Inconsistent { entity, id, source } => Self::Inconsistent {
                entity,
                id,
                source: Box::new(source),
            },
            SharedError::Unavailable(source) => Self::Unavailable(Box::new(source)),
            SharedError::Failed(source) => Self::Failed(Box::new(source)),
        }
    }
}
