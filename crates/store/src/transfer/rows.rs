//! Rows of any table, as JSON. The databases make and read it themselves, so that no table has code of its own.

use chrono::NaiveDateTime;
use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::sql_types::Text;
use diesel::{QueryResult, RunQueryDsl};
use serde_json::Value;

use super::tables::{Column, Kind, Table};
use super::{Halt, TransferError};
use crate::database::{DbConnection, on_each};

/// Rows that PostgreSQL hands over at a time.
const PAGE: u32 = 1000;

/// A row as the text of a JSON array.
#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Takes rows one after the other, of which a few at most are in memory: `selected` columns of a table, in the order of
/// its key, as far as they fulfil a condition.
pub(super) fn each_row(
    connection: &mut DbConnection,
    table: &Table,
    selected: &[Column],
    condition: &str,
    mut take: impl FnMut(Vec<Value>) -> Result<(), Halt>,
) -> Result<(), Halt> {
    let array = match connection {
        DbConnection::Sqlite(_) => list(selected, "json_array", |(name, kind)| match kind {
            Kind::Bytes => format!("CASE WHEN \"{name}\" IS NOT NULL THEN hex(\"{name}\") END"),
            _ => format!("\"{name}\""),
        }),
        DbConnection::Postgres(_) => {
            let array = list(selected, "json_build_array", |(name, kind)| match kind {
                Kind::Bytes => format!("encode(\"{name}\", 'hex')"),
                _ => format!("\"{name}\""),
            });
            format!("{array}::text")
        }
    };
    let query = format!(
        "SELECT {array} AS line FROM \"{}\" WHERE {condition} ORDER BY {}",
        table.name, table.order
    );
    let mut take = |line: &str| {
        let stored = serde_json::from_str(line);
        let stored: Vec<Value> = stored.map_err(|error| odd(table, &error.to_string()))?;
        let values = selected.iter().zip(stored);
        let values = values.map(|((name, kind), value)| {
            let value = told(*kind, value);
            value.map_err(|reason| odd(table, &format!("{name} {reason}")))
        });
        take(values.collect::<Result<_, _>>()?)
    };
    match connection {
        DbConnection::Sqlite(c) => {
            let lines = diesel::sql_query(query).load_iter::<Line, DefaultLoadingMode>(c)?;
            for line in lines {
                take(&line?.line)?;
            }
        }
        DbConnection::Postgres(c) => {
            c.batch_execute(&format!("DECLARE stored NO SCROLL CURSOR FOR {query}"))?;
            loop {
                let page = diesel::sql_query(format!("FETCH {PAGE} FROM stored"));
                let page: Vec<Line> = page.load(c)?;
                for line in &page {
                    take(&line.line)?;
                }
                if page.is_empty() {
                    break;
                }
            }
            c.batch_execute("CLOSE stored")?;
        }
    }
    Ok(())
}

/// Inserts rows, which are a JSON array of arrays of the values of the columns.
pub(super) fn insert(
    connection: &mut DbConnection,
    table: &Table,
    columns: &[Column],
    rows: &str,
) -> QueryResult<usize> {
    let names: Vec<String> = columns
        .iter()
        .map(|(name, _)| format!("\"{name}\""))
        .collect();
    let names = names.join(", ");
    let places = columns.iter().enumerate();
    let name = table.name;
    match connection {
        DbConnection::Sqlite(c) => {
            let values = places.map(|(place, (_, kind))| match kind {
                Kind::Bytes => format!("unhex(json_extract(value, '$[{place}]'))"),
                _ => format!("json_extract(value, '$[{place}]')"),
            });
            let values = values.collect::<Vec<_>>().join(", ");
            let insert =
                format!("INSERT INTO \"{name}\" ({names}) SELECT {values} FROM json_each(?)");
            diesel::sql_query(insert).bind::<Text, _>(rows).execute(c)
        }
        DbConnection::Postgres(c) => {
            let values = places.map(|(place, (_, kind))| match kind {
                Kind::Integer => format!("(value ->> {place})::bigint"),
                Kind::Flag => format!("(value ->> {place})::boolean"),
                Kind::Text => format!("value ->> {place}"),
                Kind::Instant => format!("(value ->> {place})::timestamp"),
                Kind::Bytes => format!("decode(value ->> {place}, 'hex')"),
            });
            let values = values.collect::<Vec<_>>().join(", ");
            let insert = format!(
                "INSERT INTO \"{name}\" ({names}) SELECT {values} FROM json_array_elements($1::json)"
            );
            diesel::sql_query(insert).bind::<Text, _>(rows).execute(c)
        }
    }
}

/// The highest identifier that a table has given, and 0 before the first.
pub(super) fn last_id(connection: &mut DbConnection, table: &Table) -> QueryResult<i64> {
    let name = table.name;
    let query = match connection {
        DbConnection::Sqlite(_) => format!(
            "SELECT CAST(coalesce(max(seq), 0) AS TEXT) AS line FROM sqlite_sequence WHERE name = '{name}'"
        ),
        DbConnection::Postgres(_) => format!(
            "SELECT (CASE WHEN is_called THEN last_value ELSE last_value - 1 END)::text AS line FROM {name}_id_seq"
        ),
    };
    let found: Line = on_each!(connection, |c| diesel::sql_query(query).get_result(c))?;
    Ok(found.line.parse().unwrap_or_default())
}

/// Has a table go on behind an identifier.
pub(super) fn go_on_behind(
    connection: &mut DbConnection,
    table: &Table,
    last: i64,
) -> QueryResult<()> {
    let name = table.name;
    match connection {
        DbConnection::Sqlite(c) => {
            c.batch_execute(&format!(
                "DELETE FROM sqlite_sequence WHERE name = '{name}'"
            ))?;
            if last > 0 {
                c.batch_execute(&format!(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES ('{name}', {last})"
                ))?;
            }
            Ok(())
        }
        DbConnection::Postgres(c) => {
            let (value, is_called) = (last.max(1), last > 0);
            c.batch_execute(&format!(
                "SELECT setval('{name}_id_seq', {value}, {is_called})"
            ))
        }
    }
}

/// Whether a table has rows.
pub(super) fn has_rows(connection: &mut DbConnection, table: &Table) -> QueryResult<bool> {
    let exists = format!("SELECT 1 FROM \"{}\"", table.name);
    let query = format!("SELECT CASE WHEN EXISTS ({exists}) THEN 'yes' ELSE 'no' END AS line");
    let found: Line = on_each!(connection, |c| diesel::sql_query(query).get_result(c))?;
    Ok(found.line == "yes")
}

/// Texts that a query gives as `line`.
pub(super) fn lines(connection: &mut DbConnection, query: &str) -> QueryResult<Vec<String>> {
    let found: Vec<Line> = on_each!(connection, |c| diesel::sql_query(query).load(c))?;
    Ok(found.into_iter().map(|found| found.line).collect())
}

fn list(columns: &[Column], function: &str, value: impl Fn(&Column) -> String) -> String {
    let values: Vec<String> = columns.iter().map(value).collect();
    format!("{function}({})", values.join(", "))
}

fn odd(table: &Table, reason: &str) -> TransferError {
    TransferError::Row(format!("a row of {}: {reason}", table.name))
}

/// A value of a column as both databases tell it.
fn told(kind: Kind, value: Value) -> Result<Value, String> {
    Ok(match (kind, value) {
        (_, Value::Null) => Value::Null,
        (Kind::Integer, Value::Number(number)) if number.is_i64() => number.into(),
        (Kind::Text, Value::String(text)) => text.into(),
        (Kind::Flag, Value::Bool(flag)) => flag.into(),
        (Kind::Flag, Value::Number(number)) if number.as_i64().is_some_and(|n| n < 2) => {
            (number.as_i64() == Some(1)).into()
        }
        (Kind::Bytes, Value::String(text)) => text.to_ascii_lowercase().into(),
        (Kind::Instant, Value::String(text)) => instant(&text)?
            .format("%Y-%m-%dT%H:%M:%S%.6fZ")
            .to_string()
            .into(),
        (_, value) => return Err(format!("is {value}")),
    })
}

/// A value of a line as its column takes it: instants in the form that the library stores on SQLite.
pub(super) fn stored(kind: Kind, value: Value) -> Result<Value, String> {
    match (kind, value) {
        (_, Value::Null) => Ok(Value::Null),
        (Kind::Integer, Value::Number(number)) if number.is_i64() => Ok(number.into()),
        (Kind::Flag, Value::Bool(flag)) => Ok(flag.into()),
        (Kind::Text, Value::String(text)) => Ok(text.into()),
        (Kind::Instant, Value::String(text)) => {
            Ok(instant(&text)?.format("%F %T%.f").to_string().into())
        }
        (Kind::Bytes, Value::String(text)) if is_hex(&text) => Ok(text.into()),
        (kind, _) => Err(match kind {
            Kind::Integer => "is no whole number".to_owned(),
            Kind::Flag => "is neither true nor false".to_owned(),
            Kind::Text => "is no text".to_owned(),
            Kind::Instant => "is no instant".to_owned(),
            Kind::Bytes => "is no hexadecimal text".to_owned(),
        }),
    }
}

fn is_hex(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Reads an instant in any of the forms that occur.
fn instant(text: &str) -> Result<NaiveDateTime, String> {
    let plain = text.strip_suffix('Z').unwrap_or(text);
    let plain = plain.replacen('T', " ", 1);
    let read = NaiveDateTime::parse_from_str(&plain, "%F %T%.f");
    read.map_err(|_error| format!("is no instant: {text:?}"))
}
