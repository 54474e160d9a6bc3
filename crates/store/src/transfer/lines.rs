//! The lines of an export: a header, each table with its columns and then its rows, and in the end how many rows
//! there were.

use std::io::{BufRead, Read};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::TransferError;

/// The name of the form.
const FORMAT: &str = "profiled store";

/// The number of the form. Another one has other lines.
const VERSION: u32 = 1;

/// Longest line that is read, in bytes. No row of ours comes near it.
const LONGEST: u64 = 64 * 1024 * 1024;

/// What the first line says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct StoreHeader {
    format: String,
    version: u32,
    /// The newest migration of the database whose rows follow.
    pub schema: String,
}

/// How many rows of which tables.
pub type RowCounts = std::collections::BTreeMap<&'static str, u64>;

impl StoreHeader {
    /// That of rows of a schema.
    #[must_use]
    pub fn of(schema: String) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            schema,
        }
    }

    /// Reads the first line.
    ///
    /// # Errors
    /// [`TransferError`]: it is none, or of another version.
    pub fn read(input: &mut dyn BufRead) -> Result<Self, TransferError> {
        let refused = |reason: String| TransferError::Line { line: 1, reason };
        let line = next(input, 1)?.unwrap_or_default();
        let header = serde_json::from_slice::<Self>(&line);
        let header = header
            .ok()
            .filter(|header| header.format == FORMAT)
            .ok_or_else(|| refused("is not that of an export of profiled".to_owned()))?;
        if header.version != VERSION {
            return Err(refused(format!(
                "says version {} of exports, this build knows {VERSION}",
                header.version
            )));
        }
        Ok(header)
    }
}

/// A line behind the first.
#[derive(Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Line {
    Row(Vec<Value>),
    Table(TableLine),
    End(EndLine),
}

/// Here begin the rows of a table.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableLine {
    pub(super) table: String,
    pub(super) columns: Vec<String>,
    /// The highest identifier that was ever given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_id: Option<i64>,
}

/// Here the export ends.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndLine {
    /// Of all tables together.
    pub(super) rows: u64,
}

/// A line without its end; `None` at the end of the file.
pub(super) fn next(input: &mut dyn BufRead, number: u64) -> Result<Option<Vec<u8>>, TransferError> {
    let refused = |reason: &str| TransferError::Line {
        line: number,
        reason: reason.to_owned(),
    };
    let mut line = Vec::new();
    let read = input.take(LONGEST).read_until(b'\n', &mut line)?;
    if read == 0 {
        return Ok(None);
    }
    if line.pop() != Some(b'\n') {
        let is_long = u64::try_from(read).is_ok_and(|read| read >= LONGEST);
        return Err(refused(if is_long { "is too long" } else { "is cut off" }));
    }
    Ok(Some(line))
}
