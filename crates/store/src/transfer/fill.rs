//! Fills a store with the rows of an export, in one transaction.

use std::io::BufRead;

use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use serde_json::Value;

use super::lines::{self, Line, RowCounts, TableLine};
use super::rows::{self, has_rows};
use super::tables::{Column, TABLES, Table};
use super::{Halt, TransferError};
use crate::database::{
    DatabaseSettings, DatabaseUrl, DbConnection, OpenError, Store, StoreError, on_each,
};

/// Rows of a statement.
const BATCH_ROWS: usize = 1000;

/// Bytes of a statement after which no more rows are added.
const BATCH_BYTES: usize = 1024 * 1024;

/// What becomes of the rows that a store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// There must not be any.
    Refuse,
    /// They are deleted.
    Replace,
}

/// Whether a database that has its tables has rows in one of them, and in which. One that is not there, or has no
/// tables, has none.
///
/// # Errors
/// [`OpenError`]: a database that does not answer.
pub fn holds_rows(settings: &DatabaseSettings) -> Result<Option<&'static str>, OpenError> {
    let url: DatabaseUrl = settings.url.parse()?;
    if url.file().is_some_and(|file| !file.exists()) {
        return Ok(None);
    }
    let failed = |source: diesel::result::Error| OpenError::Migration {
        url: url.clone(),
        source: source.into(),
    };
    let mut connection = DbConnection::open(&url, settings).map_err(|source| {
        let url = url.clone();
        OpenError::Connect { url, source }
    })?;
    for table in &TABLES {
        let name = table.name;
        let query = match connection {
            DbConnection::Sqlite(_) => {
                format!("SELECT name AS line FROM sqlite_schema WHERE name = '{name}'")
            }
            DbConnection::Postgres(_) => {
                format!("SELECT 'there' AS line WHERE to_regclass('{name}') IS NOT NULL")
            }
        };
        let is_there = !rows::lines(&mut connection, &query)
            .map_err(failed)?
            .is_empty();
        if is_there && has_rows(&mut connection, table).map_err(failed)? {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

impl Store {
    /// Fills the store with the rows that come behind the header, which was read. It must have the schema of the header.
    /// Nothing is kept unless all lines are good and `finish` comes to a good end. `filled` hears of each row.
    ///
    /// # Errors
    /// What `finish` returns, and [`TransferError`].
    pub fn fill<E: From<TransferError>>(
        &self,
        input: &mut dyn BufRead,
        existing: Existing,
        filled: &mut dyn FnMut(),
        finish: impl FnOnce() -> Result<(), E>,
    ) -> Result<RowCounts, E> {
        let mut outcome = None;
        let kept = self.write_in_bulk(|connection| {
            let filling = fill(connection, input, existing, filled);
            let filled = filling.map_err(|halt| E::from(halt.into()));
            let result = filled.and_then(|(counts, last_ids)| {
                finish()?;
                // PostgreSQL does not take that back, so it comes last.
                for (table, last) in last_ids {
                    rows::go_on_behind(connection, table, last)
                        .map_err(|error| storage::<E>(error.into()))?;
                }
                Ok(counts)
            });
            let is_kept = result.is_ok();
            outcome = Some(result);
            if is_kept {
                Ok(())
            } else {
                Err(diesel::result::Error::RollbackTransaction.into())
            }
        });
        match (kept, outcome) {
            (_, Some(Err(error))) => Err(error),
            (Ok(()), Some(Ok(counts))) => Ok(counts),
            (Err(error), _) => Err(storage(error)),
            (Ok(()), None) => Err(TransferError::Row("nothing was filled in".to_owned()).into()),
        }
    }
}

fn storage<E: From<TransferError>>(error: StoreError) -> E {
    TransferError::Storage(error.into()).into()
}

fn fill(
    connection: &mut DbConnection,
    input: &mut dyn BufRead,
    existing: Existing,
    filled: &mut dyn FnMut(),
) -> Result<(RowCounts, Vec<LastId>), Halt> {
    let triggers = begin(connection)?;
    for table in TABLES.iter().rev() {
        match existing {
            Existing::Refuse if has_rows(connection, table)? => {
                return Err(TransferError::NotEmpty(table.name).into());
            }
            Existing::Refuse => {}
            Existing::Replace => {
                let delete = format!("DELETE FROM \"{}\"", table.name);
                on_each!(connection, |c| c.batch_execute(&delete))?;
            }
        }
    }
    let mut filling = Filling {
        connection,
        filled,
        line: 1,
        table: None,
        batch: String::new(),
        rows: 0,
        counts: RowCounts::new(),
        last_ids: Vec::new(),
    };
    filling.all(input)?;
    let (counts, last_ids) = (filling.counts, filling.last_ids);
    for trigger in triggers {
        on_each!(connection, |c| c.batch_execute(&trigger))?;
    }
    Ok((counts, last_ids))
}

/// Keeps triggers from counting again what the rows say, and others from writing. Returns what has to be made anew in the end.
fn begin(connection: &mut DbConnection) -> QueryResult<Vec<String>> {
    let memberships = "FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'user_groups'";
    match connection {
        DbConnection::Postgres(c) => {
            let names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
            c.batch_execute(&format!(
                "SET LOCAL statement_timeout = 0; SET LOCAL profiled.rows_are_exact = 'on'; \
                 LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE",
                names.join(", ")
            ))?;
            Ok(Vec::new())
        }
        DbConnection::Sqlite(_) => {
            let made = rows::lines(connection, &format!("SELECT sql AS line {memberships}"))?;
            let names = rows::lines(connection, &format!("SELECT name AS line {memberships}"))?;
            for name in names {
                let drop = format!("DROP TRIGGER \"{name}\"");
                on_each!(connection, |c| c.batch_execute(&drop))?;
            }
            Ok(made)
        }
    }
}

/// A table, and the highest identifier that it has given.
type LastId = (&'static Table, i64);

/// The table whose rows are being read.
struct Current {
    table: &'static Table,
    columns: Vec<Column>,
    last_id: Option<i64>,
}

struct Filling<'a> {
    connection: &'a mut DbConnection,
    filled: &'a mut dyn FnMut(),
    line: u64,
    table: Option<Current>,
    /// Rows of a statement, as JSON without the brackets around them.
    batch: String,
    rows: usize,
    counts: RowCounts,
    last_ids: Vec<LastId>,
}

impl Filling<'_> {
    fn all(&mut self, input: &mut dyn BufRead) -> Result<(), Halt> {
        loop {
            self.line += 1;
            let Some(text) = lines::next(input, self.line)? else {
                return Err(self.refused("is missing: the export is cut off"));
            };
            let line = serde_json::from_slice(&text);
            match line.map_err(|_error| self.refused("is none of an export"))? {
                Line::Row(row) => self.row(row)?,
                Line::Table(head) => {
                    self.end_of_table()?;
                    self.begin_table(&head)?;
                }
                Line::End(end) => {
                    self.end_of_table()?;
                    if end.rows != self.counts.values().sum::<u64>() {
                        return Err(self.refused("tells another number of rows"));
                    }
                    break;
                }
            }
        }
        self.line += 1;
        match lines::next(input, self.line)? {
            Some(_) => Err(self.refused("stands behind the end")),
            None => Ok(()),
        }
    }

    fn refused(&self, reason: impl Into<String>) -> Halt {
        let reason = reason.into();
        Halt::Transfer(TransferError::Line {
            line: self.line,
            reason,
        })
    }

    fn begin_table(&mut self, head: &TableLine) -> Result<(), Halt> {
        let table = Table::named(&head.table);
        let Some(table) = table.filter(|table| !self.counts.contains_key(table.name)) else {
            return Err(self.refused("begins a table that is unknown or was there"));
        };
        let mut columns = Vec::with_capacity(head.columns.len());
        for name in &head.columns {
            let column = table
                .column(name)
                .filter(|column| !columns.contains(column));
            columns.push(column.ok_or_else(|| self.refused("names an unknown column"))?);
        }
        self.counts.insert(table.name, 0);
        self.table = Some(Current {
            table,
            columns,
            last_id: head.last_id,
        });
        Ok(())
    }

    fn row(&mut self, row: Vec<Value>) -> Result<(), Halt> {
        let Some(current) = &self.table else {
            return Err(self.refused("is a row of no table"));
        };
        if row.len() != current.columns.len() {
            return Err(self.refused("has too few or too many values"));
        }
        let values = current
            .columns
            .iter()
            .zip(row)
            .map(|((name, kind), value)| {
                rows::stored(*kind, value).map_err(|reason| format!("has a {name} that {reason}"))
            });
        let values: Result<Value, String> = values.collect();
        let values = values.map_err(|reason| self.refused(reason))?;
        if self.rows > 0 {
            self.batch.push(',');
        }
        self.batch.push_str(&values.to_string());
        self.rows += 1;
        *self.counts.entry(current.table.name).or_default() += 1;
        (self.filled)();
        if self.rows >= BATCH_ROWS || self.batch.len() >= BATCH_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Halt> {
        if let Some(current) = self.table.as_ref().filter(|_| self.rows > 0) {
            let rows = format!("[{}]", self.batch);
            rows::insert(self.connection, current.table, &current.columns, &rows)?;
        }
        self.batch.clear();
        self.rows = 0;
        Ok(())
    }

    fn end_of_table(&mut self) -> Result<(), Halt> {
        self.flush()?;
        if let Some(current) = self.table.take()
            && let Some(last) = current.last_id.filter(|_| current.table.gives_ids)
        {
            self.last_ids.push((current.table, last));
        }
        Ok(())
    }
}
