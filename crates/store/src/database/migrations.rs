//! The schema: embedded migrations, applied under a lock.

use std::error::Error;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::database::connection::{DbConnection, on_each};
use crate::database::file::{self, FolderLock};
use crate::database::settings::DatabaseSettings;
use crate::database::store::OpenError;
use crate::database::url::DatabaseUrl;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Key of the advisory lock that migrating processes take on PostgreSQL: "profiled" in ASCII.
const LOCK: i64 = 0x7072_6f66_696c_6564;

type BoxError = Box<dyn Error + Send + Sync>;

/// A migration of this build, or one that the database has from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Version and name; of those of other builds, the version.
    pub name: String,
    /// What the database has of it.
    pub state: MigrationState,
}

/// What a database has of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationState {
    /// It was applied.
    Applied,
    /// It is still to be applied.
    Pending,
    /// Another build has applied it, one after this.
    Unknown {
        /// Whether services that do not know it must not work with the database.
        is_breaking: bool,
    },
}

/// All migrations of this build, oldest first, and then those of the database that it does not know. A database that
/// does not exist has none, and is not created.
///
/// # Errors
/// [`OpenError`]: a bad URL, a database that does not answer.
pub fn status(settings: &DatabaseSettings) -> Result<Vec<MigrationStatus>, OpenError> {
    let url: DatabaseUrl = settings.url.parse()?;
    let all = names(&url).map_err(|source| failed(&url, source))?;
    let (applied, breaking) = if url.file().is_some_and(|file| !file.exists()) {
        (Vec::new(), Vec::new())
    } else {
        let _lock = url.file().map(FolderLock::shared);
        let mut connection = connect(&url, settings)?;
        refuse_foreign(&mut connection, &url)?;
        let both =
            applied(&mut connection).and_then(|applied| Ok((applied, breaking(&mut connection)?)));
        both.map_err(|source| failed(&url, source.into()))?
    };
    let unknown = applied
        .iter()
        .rev()
        .filter(|version| !all.iter().any(|(known, _)| known == *version))
        .map(|version| MigrationStatus {
            name: version.clone(),
            state: MigrationState::Unknown {
                is_breaking: breaking.contains(version),
            },
        });
    let known = all.iter().map(|(version, name)| MigrationStatus {
        name: name.clone(),
        state: if applied.contains(version) {
            MigrationState::Applied
        } else {
            MigrationState::Pending
        },
    });
    Ok(known.chain(unknown).collect())
}

/// The newest migration of this build, as [`MigrationStatus`] names it.
#[must_use]
pub fn newest_migration() -> Option<String> {
    // Both databases have the same ones.
    let all = MigrationSource::<Sqlite>::migrations(&SQLITE).ok()?;
    let names = all.iter().map(|migration| migration.name().to_string());
    names.max()
}

/// Names of the migrations that the database lacks, oldest first.
///
/// # Errors
/// As [`status`].
pub fn pending(settings: &DatabaseSettings) -> Result<Vec<String>, OpenError> {
    let missing = |migration: &MigrationStatus| migration.state == MigrationState::Pending;
    Ok(status(settings)?
        .into_iter()
        .filter(missing)
        .map(|migration| migration.name)
        .collect())
}

/// Creates the database file if it is missing, and applies what the database lacks: all or nothing.
/// Processes that migrate at the same time wait for each other. Returns the names of what was applied.
///
/// # Errors
/// [`OpenError`]: a bad URL, a database that does not answer, a migration that fails.
pub fn migrate(settings: &DatabaseSettings) -> Result<Vec<String>, OpenError> {
    migrate_up_to(settings, None, &mut |_name| {})
}

/// As [`migrate`], up to a migration and including it, as [`MigrationStatus`] names it: for rows of an earlier schema.
/// `begins` hears the name of each before it is applied.
///
/// # Errors
/// As [`migrate`].
pub fn migrate_up_to(
    settings: &DatabaseSettings,
    newest: Option<&str>,
    begins: &mut dyn FnMut(&str),
) -> Result<Vec<String>, OpenError> {
    let url: DatabaseUrl = settings.url.parse()?;
    let lock = url.file().map(file::create).transpose();
    let _lock = lock.map_err(|source| failed(&url, source.into()))?;
    let mut connection = connect(&url, settings)?;
    refuse_foreign(&mut connection, &url)?;
    if let DbConnection::Sqlite(c) = &mut connection {
        // Kept in the file; the switch needs a moment without other connections, and does not wait for it.
        c.batch_execute("PRAGMA journal_mode = WAL")
            .map_err(|e| failed(&url, e.into()))?;
    }
    let all = names(&url).map_err(|source| failed(&url, source))?;
    let applied = locked(&mut connection, |connection| {
        let applied = applied(connection)?;
        if all.iter().all(|(version, _)| applied.contains(version)) {
            // Diesel would make its table, which a role that only changes rows may not.
            return Ok(Vec::new());
        }
        let versions = on_each!(connection, |c| run(c, newest, begins))?;
        Ok(versions)
    });
    applied.map_err(|source| failed(&url, source))
}

/// Takes the last `count` migrations back. Returns their names, newest first.
///
/// # Errors
/// As [`migrate`].
pub fn revert(settings: &DatabaseSettings, count: usize) -> Result<Vec<String>, OpenError> {
    let url: DatabaseUrl = settings.url.parse()?;
    let mut connection = connect(&url, settings)?;
    let names = locked(&mut connection, |connection| {
        let last = applied(connection)?.len().min(count);
        let mut reverted = Vec::with_capacity(last);
        for _ in 0..last {
            reverted.push(match connection {
                DbConnection::Sqlite(c) => c.revert_last_migration(SQLITE)?.to_string(),
                DbConnection::Postgres(c) => c.revert_last_migration(POSTGRES)?.to_string(),
            });
        }
        Ok(reverted)
    });
    names.map_err(|source| failed(&url, source))
}

fn failed(url: &DatabaseUrl, source: BoxError) -> OpenError {
    OpenError::Migration {
        url: url.clone(),
        source,
    }
}

fn connect(url: &DatabaseUrl, settings: &DatabaseSettings) -> Result<DbConnection, OpenError> {
    let connection = DbConnection::open(url, settings);
    connection.map_err(|source| OpenError::Connect {
        url: url.clone(),
        source,
    })
}

/// A file that has tables and no migrations is of another program, whose tables may have the names of ours.
fn refuse_foreign(connection: &mut DbConnection, url: &DatabaseUrl) -> Result<(), OpenError> {
    let DbConnection::Sqlite(connection) = connection else {
        return Ok(());
    };
    let count = "SELECT count(*) AS tables FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
                 AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '__diesel_schema_migrations')";
    let found: Tables = diesel::sql_query(count)
        .get_result(connection)
        .map_err(|source| failed(url, source.into()))?;
    if found.tables == 0 {
        return Ok(());
    }
    Err(OpenError::Foreign { url: url.clone() })
}

/// Runs `work` in one transaction, alone.
fn locked<T>(
    connection: &mut DbConnection,
    work: impl FnOnce(&mut DbConnection) -> Result<T, BoxError>,
) -> Result<T, BoxError> {
    let outcome = connection.write(|connection| {
        if let DbConnection::Postgres(c) = connection {
            c.batch_execute(&format!(
                "SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock({LOCK})"
            ))?;
        }
        work(connection).map_err(Locked::Work)
    });
    outcome.map_err(|error| match error {
        Locked::Diesel(error) => error.into(),
        Locked::Work(error) => error,
    })
}

enum Locked {
    Diesel(diesel::result::Error),
    Work(BoxError),
}

impl From<diesel::result::Error> for Locked {
    fn from(error: diesel::result::Error) -> Self {
        Self::Diesel(error)
    }
}

/// The embedded migrations of a backend.
trait Embedded: diesel::backend::Backend {
    const MIGRATIONS: EmbeddedMigrations;
}

impl Embedded for Sqlite {
    const MIGRATIONS: EmbeddedMigrations = SQLITE;
}

impl Embedded for Pg {
    const MIGRATIONS: EmbeddedMigrations = POSTGRES;
}

fn run<C, B>(
    connection: &mut C,
    newest: Option<&str>,
    begins: &mut dyn FnMut(&str),
) -> Result<Vec<String>, BoxError>
where
    B: Embedded,
    C: MigrationHarness<B>,
    EmbeddedMigrations: MigrationSource<B>,
{
    let mut applied = Vec::new();
    for migration in connection.pending_migrations(B::MIGRATIONS)? {
        // Their names begin with dates and numbers, by which they are in order.
        let name = migration.name().to_string();
        if newest.is_some_and(|newest| name.as_str() > newest) {
            break;
        }
        begins(&name);
        connection.run_migration(&migration)?;
        applied.push(name);
    }
    Ok(applied)
}

/// Versions and names of this build's migrations for a database.
fn names(url: &DatabaseUrl) -> Result<Vec<(String, String)>, BoxError> {
    fn of<B: Embedded>() -> Result<Vec<(String, String)>, BoxError>
    where
        EmbeddedMigrations: MigrationSource<B>,
    {
        let all = MigrationSource::<B>::migrations(&B::MIGRATIONS)?;
        let both = |migration: &dyn Migration<B>| {
            (
                migration.name().version().to_string(),
                migration.name().to_string(),
            )
        };
        let mut names: Vec<_> = all.iter().map(|migration| both(&**migration)).collect();
        names.sort();
        Ok(names)
    }
    match url {
        DatabaseUrl::Sqlite(_) => of::<Sqlite>(),
        DatabaseUrl::Postgres(_) => of::<Pg>(),
    }
}

/// Versions of the migrations that a database has, the newest first.
fn applied(connection: &mut DbConnection) -> QueryResult<Vec<String>> {
    versions(connection, "__diesel_schema_migrations")
}

/// Versions of those with which a service that does not know them must not work.
fn breaking(connection: &mut DbConnection) -> QueryResult<Vec<String>> {
    versions(connection, "breaking_migrations")
}

/// The versions in a table, the newest first. Nothing is created to find out: not even the table.
fn versions(connection: &mut DbConnection, table: &str) -> QueryResult<Vec<String>> {
    let count = match connection {
        DbConnection::Sqlite(_) => {
            format!("SELECT count(*) AS tables FROM sqlite_schema WHERE name = '{table}'")
        }
        DbConnection::Postgres(_) => format!("SELECT count(to_regclass('{table}')) AS tables"),
    };
    let found: Tables = on_each!(connection, |c| diesel::sql_query(count).get_result(c))?;
    if found.tables == 0 {
        return Ok(Vec::new());
    }
    let versions = format!("SELECT version FROM {table} ORDER BY version DESC");
    let versions: Vec<Version> = on_each!(connection, |c| diesel::sql_query(versions).load(c))?;
    Ok(versions.into_iter().map(|row| row.version).collect())
}

#[derive(diesel::QueryableByName)]
struct Tables {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    tables: i64,
}

#[derive(diesel::QueryableByName)]
struct Version {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}
