//! Whether this build and the schema of a database get along.

use profiled_http::{AppState, Readiness};
use profiled_store::{DatabaseSettings, DatabaseUrl, MigrationState, OpenError};

use crate::error::Failure;

/// What a database has that this build does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schema {
    /// Nothing.
    Known,
    /// So many migrations, none of which this build stumbles over.
    Later(usize),
}

impl Schema {
    /// What to tell the operator.
    pub(crate) fn note(self) -> Option<String> {
        match self {
            Self::Known => None,
            Self::Later(count) => Some(format!(
                "a later version has migrated the database: this one does not know {count} of its migrations"
            )),
        }
    }
}

/// The schema of a database that this build can work with.
///
/// # Errors
/// A migration that is pending, or one of a later build that says that others must not go on.
pub(crate) fn check(settings: &DatabaseSettings) -> Result<Schema, Failure> {
    let url: DatabaseUrl = settings.url.parse().map_err(OpenError::from)?;
    let all = profiled_store::status(settings)?;
    let of = |wanted: fn(MigrationState) -> bool| {
        let names = all.iter().filter(move |migration| wanted(migration.state));
        names.map(|migration| migration.name.as_str())
    };
    if let Some(first) = of(|state| state == MigrationState::Pending).next() {
        let count = of(|state| state == MigrationState::Pending).count();
        return Err(Failure::failed(format!(
            "the database {url} lacks {count} migrations, the first is {first}: run profiled migrate"
        )));
    }
    if let Some(first) = of(|state| state == MigrationState::Unknown { is_breaking: true }).next() {
        return Err(Failure::failed(format!(
            "the database {url} has the migration {first}, with which this version cannot work: \
             install the one that has migrated it, or a later one"
        )));
    }
    Ok(
        match of(|state| matches!(state, MigrationState::Unknown { .. })).count() {
            0 => Schema::Known,
            count => Schema::Later(count),
        },
    )
}

/// Tells who asks for `/ready` that the schema fits, and what there is to know about it.
pub(crate) fn note(state: &AppState, text: Option<String>) {
    tell(state, text.map_or(Readiness::Ready, Readiness::Noted));
}

/// Has `/ready` say no.
pub(crate) fn refuse(state: &AppState, reason: String) {
    tell(state, Readiness::Not(reason));
}

fn tell(state: &AppState, found: Readiness) {
    if let Some(news) = state.services().note_readiness(found) {
        tracing::warn!("{news}");
    }
}
