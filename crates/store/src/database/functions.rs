//! Functions that SQLite calls: what its own ones do differently from the service.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel::{QueryResult, define_sql_function};
use regex::Regex;

/// Compiled patterns that a thread keeps: a statement has few.
const KEPT: usize = 8;

/// What a selection that takes too long ends with.
pub(crate) const TOO_LATE: &str = "the selection takes too long";

thread_local! {
    static COMPILED: RefCell<Vec<(String, Regex)>> = const { RefCell::new(Vec::new()) };
    /// Since when the selection of this thread runs.
    static STARTED: Cell<Option<Instant>> = const { Cell::new(None) };
}

define_sql_function! {
    /// `str::to_lowercase`
    fn profiled_lower(text: Nullable<Text>) -> Nullable<Text>;
}

define_sql_function! {
    /// Whether a pattern matches somewhere.
    fn profiled_matches(pattern: Text, text: Nullable<Text>) -> Bool;
}

define_sql_function! {
    /// True, or an error once the selection has taken too long. The argument makes it a question about a row.
    fn profiled_in_time(id: BigInt) -> Bool;
}

/// Makes the functions known to a connection.
pub(crate) fn register(connection: &mut SqliteConnection, limit: Duration) -> QueryResult<()> {
    profiled_lower_utils::register_impl(connection, |text: Option<String>| {
        text.map(|text| text.to_lowercase())
    })?;
    profiled_matches_utils::register_impl(connection, |pattern: String, text: Option<String>| {
        text.is_some_and(|text| matches(&pattern, &text))
    })?;
    profiled_in_time_utils::register_nondeterministic_impl(connection, move |_: i64| {
        let started = STARTED.get();
        InTime(limit.is_zero() || started.is_none_or(|started| started.elapsed() < limit))
    })
}

/// The time of a selection on this thread begins.
pub(crate) fn start() {
    STARTED.set(Some(Instant::now()));
}

#[derive(Debug)]
struct InTime(bool);

impl ToSql<Bool, Sqlite> for InTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        if !self.0 {
            return Err(TOO_LATE.into());
        }
        out.set_value(1);
        Ok(IsNull::No)
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    COMPILED.with_borrow_mut(|compiled| {
        let known = compiled.iter().position(|(known, _)| known == pattern);
        let at = known.unwrap_or_else(|| {
            if compiled.len() >= KEPT {
                compiled.remove(0);
            }
            // Only patterns that were compiled before come here.
            compiled.extend(Regex::new(pattern).map(|regex| (pattern.to_owned(), regex)));
            compiled.len().saturating_sub(1)
        });
        let known = compiled.get(at).filter(|(known, _)| known == pattern);
        known.is_some_and(|(_, regex)| regex.is_match(text))
    })
}
