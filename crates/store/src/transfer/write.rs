//! Writes the rows of all tables.

use std::io::Write;

use diesel::QueryResult;
use profiled_domain::RepositoryError;
use serde::Serialize;

use super::lines::{EndLine, Line, RowCounts, StoreHeader, TableLine};
use super::rows;
use super::tables::TABLES;
use super::{Halt, TransferError};
use crate::database::StoreError;
use crate::export::ExportSession;

impl ExportSession<'_> {
    /// Writes all rows of a store, as of the moment of the session's first read. `wrote` hears of each row.
    ///
    /// # Errors
    /// [`TransferError`]
    pub fn write_store(
        &mut self,
        header: &StoreHeader,
        out: &mut dyn Write,
        wrote: &mut dyn FnMut(),
    ) -> Result<RowCounts, TransferError> {
        let written = self.write_tables(header, out, wrote);
        written.map_err(TransferError::from)
    }

    fn write_tables(
        &mut self,
        header: &StoreHeader,
        out: &mut dyn Write,
        wrote: &mut dyn FnMut(),
    ) -> Result<RowCounts, Halt> {
        let mut counts = RowCounts::new();
        write_line(out, header)?;
        for table in &TABLES {
            let last_id = table
                .gives_ids
                .then(|| rows::last_id(self.connection, table));
            let last_id = last_id.transpose()?;
            let columns = table.columns.iter().map(|(name, _)| (*name).to_owned());
            let head = TableLine {
                table: table.name.to_owned(),
                columns: columns.collect(),
                last_id,
            };
            write_line(out, &Line::Table(head))?;
            let count = counts.entry(table.name).or_default();
            rows::each_row(self.connection, table, table.columns, "TRUE", |row| {
                *count += 1;
                wrote();
                Ok(write_line(out, &Line::Row(row))?)
            })?;
        }
        let rows = counts.values().sum();
        write_line(out, &Line::End(EndLine { rows }))?;
        Ok(counts)
    }

    /// The keys of the media files that users have, each once.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn media_keys(&mut self) -> Result<Vec<String>, RepositoryError> {
        let keys: QueryResult<_> = rows::lines(
            self.connection,
            "SELECT DISTINCT avatar AS line FROM users WHERE avatar <> '' ORDER BY avatar",
        );
        keys.map_err(|error| StoreError::from(error).into())
    }
}

fn write_line(out: &mut dyn Write, line: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}
