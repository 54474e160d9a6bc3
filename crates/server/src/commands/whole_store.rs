//! `profiled export FILE` and `profiled import FILE`: all rows, from either database to either.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use profiled_auth::audit::Action;
use profiled_store::{
    DatabaseSettings, Existing, MigrationState, RowCounts, Store, StoreHeader, TransferError,
};
use serde::Serialize;

use crate::commands::context::Context;
use crate::commands::destination::{Output, failed};
use crate::commands::progress;
use crate::error::{Failure, Kind};
use crate::output::Lines;
use crate::schema;
use crate::trail::audited;

#[derive(Serialize)]
struct StoreReport {
    /// The newest migration of the rows.
    schema: String,
    rows: BTreeMap<&'static str, u64>,
}

impl StoreReport {
    fn text(&self, done: &str, file: &Path) -> String {
        let rows: u64 = self.rows.values().sum();
        format!("{done} {rows} rows: {}", file.display())
    }
}

pub(super) fn export(context: &Context, file: &Path, replaces: bool) -> Result<(), Failure> {
    audited(Action::Export, |line| {
        let output = Output::of(file, replaces)?;
        let store = context.open()?;
        let header = StoreHeader::of(schema::newest(&context.settings.database)?);
        let progress = progress::of_output(context, &output, "rows");
        let counts = store.export(|session| {
            output.write(|out| {
                let written = session.write_store(&header, out, &mut || progress.inc(1));
                written.map_err(|error| match error {
                    TransferError::File(error) => failed(&error),
                    error => error.into(),
                })
            })
        });
        progress.finish_and_clear();
        let rows = counts?;
        line.count("rows", rows.values().sum());
        let report = StoreReport {
            schema: header.schema,
            rows,
        };
        if !output.is_final() {
            return context.write(&report, |report| report.text("wrote", file));
        }
        // Where the rows do not go.
        let text = serde_json::to_string(&report).unwrap_or_default();
        eprintln(if context.is_json {
            text
        } else {
            report.text("wrote", file)
        })
    })
}

fn eprintln(text: String) -> Result<(), Failure> {
    let written = Lines::from(text).write(&mut io::stderr());
    written.map_err(|error| failed(&error))
}

pub(super) fn import(context: &Context, file: &PathBuf) -> Result<(), Failure> {
    audited(Action::Import, |line| {
        let named = |error: &dyn std::fmt::Display| {
            Failure::failed(format!("{}: {error}; nothing is imported", file.display()))
        };
        let progress = progress::of_files(context, [file]);
        let mut input: Box<dyn BufRead> = if file == Path::new("-") {
            Box::new(BufReader::new(io::stdin()))
        } else {
            let file = File::open(file).map_err(|error| named(&error))?;
            Box::new(BufReader::new(progress.wrap_read(file)))
        };
        let header = StoreHeader::read(&mut *input).map_err(|error| named(&error))?;
        let settings = &context.settings.database;
        let none = &mut || {};
        let filled = fill(
            settings,
            &header,
            &mut *input,
            Existing::Refuse,
            none,
            || Ok(()),
        );
        progress.finish_and_clear();
        let rows = filled.map_err(|stop| match stop {
            Stop::Rows(TransferError::NotEmpty(table)) => Failure::new(
                Kind::Refused,
                format!("the database has rows of {table} already: import into an empty one"),
            ),
            Stop::Rows(TransferError::Storage(error)) => {
                let kind = Failure::from(error);
                Failure::new(
                    kind.kind(),
                    format!("{}: {kind}; nothing is imported", file.display()),
                )
            }
            Stop::Rows(error) => named(&error),
            Stop::Else(failure) => failure,
        })?;
        line.count("rows", rows.values().sum());
        let report = StoreReport {
            schema: header.schema,
            rows,
        };
        context.write(&report, |report| report.text("imported", file))
    })
}

/// Why a database is not filled.
pub(super) enum Stop {
    Rows(TransferError),
    Else(Failure),
}

impl From<TransferError> for Stop {
    fn from(error: TransferError) -> Self {
        Self::Rows(error)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Else(failure)
    }
}

/// Fills a database with the rows behind a header, and brings it to the schema of this build. A database without tables gets
/// those of the rows first. `filled` hears of each row.
pub(super) fn fill(
    settings: &DatabaseSettings,
    header: &StoreHeader,
    input: &mut dyn BufRead,
    existing: Existing,
    filled: &mut dyn FnMut(),
    finish: impl FnOnce() -> Result<(), Stop>,
) -> Result<RowCounts, Stop> {
    prepare(settings, &header.schema)?;
    let store = Store::open(settings).map_err(Failure::from)?;
    let counts = store.fill(input, existing, filled, finish)?;
    drop(store);
    // A role that changes rows alone may not even try.
    let pending = profiled_store::pending(settings).map_err(Failure::from)?;
    if !pending.is_empty() {
        profiled_store::migrate(settings).map_err(Failure::from)?;
    }
    Ok(counts)
}

/// Sees to it that the database has the schema that the rows are of.
fn prepare(settings: &DatabaseSettings, wanted: &str) -> Result<(), Failure> {
    let all = profiled_store::status(settings)?;
    schema::known(settings, wanted)?;
    let mut applied = all
        .iter()
        .filter(|one| one.state != MigrationState::Pending);
    match applied.next_back() {
        None => profiled_store::migrate_up_to(settings, Some(wanted), &mut |_name| {}).map(drop)?,
        Some(newest) if newest.name == wanted => {}
        Some(newest) => {
            return Err(Failure::failed(format!(
                "the rows are of the schema {wanted}, the database has {}: take a database without tables",
                newest.name
            )));
        }
    }
    Ok(())
}
