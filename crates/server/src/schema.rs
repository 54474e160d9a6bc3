//! Whether this build and the schema of a database get along.

use profiled_http::{AppState, Readiness};
use profiled_store::{
    DatabaseSettings, DatabaseUrl, MigrateOnStart, MigrationState, MigrationStatus, OpenError,
};

use crate::error::Failure;

/// What a database has, beside what this build knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Schema {
    /// That, and nothing else.
    Known,
    /// So many more migrations, none of which this build stumbles over.
    Later(usize),
    /// Less, or a migration with which this build cannot work: the reason and the remedy.
    Misfit(String),
}

impl Schema {
    /// What to tell the operator of a schema that fits.
    pub(crate) fn note(&self) -> Option<String> {
        match self {
            Self::Known | Self::Misfit(_) => None,
            Self::Later(count) => Some(format!(
                "a later version has migrated the database: this one does not know {count} of its migrations"
            )),
        }
    }
}

/// Whether `serve` migrates the database by itself.
pub(crate) fn is_migrated_on_start(settings: &DatabaseSettings) -> bool {
    let url = settings.url.parse::<DatabaseUrl>();
    match settings.migrate_on_start {
        MigrateOnStart::Always => true,
        MigrateOnStart::Never => false,
        MigrateOnStart::Auto => url.is_ok_and(|url| url.file().is_some()),
    }
}

/// The schema of a database.
///
/// # Errors
/// The database does not tell.
pub(crate) fn read(settings: &DatabaseSettings) -> Result<Schema, Failure> {
    let url: DatabaseUrl = settings.url.parse().map_err(OpenError::from)?;
    let all = profiled_store::status(settings)?;
    let names = |wanted: fn(MigrationState) -> bool| {
        let found = all.iter().filter(|migration| wanted(migration.state));
        let names = found.map(|migration| migration.name.as_str());
        names.collect::<Vec<_>>()
    };
    let pending = names(|state| state == MigrationState::Pending);
    let breaking = names(|state| state == MigrationState::Unknown { is_breaking: true });
    let later = names(|state| matches!(state, MigrationState::Unknown { .. }));
    Ok(match (pending.first(), breaking.first(), later.len()) {
        (Some(first), ..) => Schema::Misfit(format!(
            "the database {url} lacks {} migrations, the first is {first}: run profiled migrate",
            pending.len()
        )),
        (None, Some(first), _) => Schema::Misfit(format!(
            "the database {url} has the migration {first}, with which this version cannot work: \
             install the one that has migrated it, or a later one"
        )),
        (None, None, 0) => Schema::Known,
        (None, None, count) => Schema::Later(count),
    })
}

/// The newest migration of a database, all of whose migrations this build knows and it has.
///
/// # Errors
/// [`Failure`]: it has others, or lacks some.
pub(crate) fn newest(settings: &DatabaseSettings) -> Result<String, Failure> {
    if let Schema::Later(count) = check(settings)? {
        return Err(Failure::failed(format!(
            "a later version has migrated the database: this one would lose what its {count} further migrations have \
             brought. Use that version"
        )));
    }
    let newest = profiled_store::status(settings)?.pop();
    newest
        .map(|migration| migration.name)
        .ok_or_else(|| Failure::failed("there are no migrations"))
}

/// Refuses a schema of which this build does not know how it is made, whatever the database of the settings has.
///
/// # Errors
/// [`Failure`]: the schema is unknown, or the database does not tell its own.
pub(crate) fn known(settings: &DatabaseSettings, schema: &str) -> Result<(), Failure> {
    let all = profiled_store::status(settings)?;
    let is_known = |one: &MigrationStatus| !matches!(one.state, MigrationState::Unknown { .. });
    let mut known = all.iter().filter(|one| is_known(one));
    if known.any(|migration| migration.name == schema) {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "the rows are of the schema {schema}, which this version does not know: use the version that has written them, \
         or a later one"
    )))
}

/// The schema of a database that this build can work with.
///
/// # Errors
/// As [`read`], and the reason of a misfit.
pub(crate) fn check(settings: &DatabaseSettings) -> Result<Schema, Failure> {
    match read(settings)? {
        Schema::Misfit(reason) => Err(Failure::failed(reason)),
        fitting => Ok(fitting),
    }
}

/// Has `/ready` and the log say so.
pub(crate) fn tell(state: &AppState, schema: Schema) {
    let note = schema.note();
    let found = match schema {
        Schema::Misfit(reason) => Readiness::Not(reason),
        Schema::Known | Schema::Later(_) => note.map_or(Readiness::Ready, Readiness::Noted),
    };
    if let Some(news) = state.services().note_readiness(found) {
        tracing::warn!("{news}");
    }
}
