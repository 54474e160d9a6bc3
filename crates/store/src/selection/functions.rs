//! Functions that SQLite calls: what its own ones do differently from the service.

use std::cell::RefCell;

use diesel::sql_types::{Nullable, Text};
use diesel::sqlite::SqliteConnection;
use diesel::{QueryResult, define_sql_function};
use regex::Regex;

/// Compiled patterns that a thread keeps: a statement has few.
const KEPT: usize = 8;

thread_local! {
    static COMPILED: RefCell<Vec<(String, Regex)>> = const { RefCell::new(Vec::new()) };
}

define_sql_function! {
    /// `str::to_lowercase`
    fn profiled_lower(text: Nullable<Text>) -> Nullable<Text>;
}

define_sql_function! {
    /// Whether a pattern matches somewhere.
    fn profiled_matches(pattern: Text, text: Nullable<Text>) -> Bool;
}

/// Makes the functions known to a connection.
pub(crate) fn register(connection: &mut SqliteConnection) -> QueryResult<()> {
    profiled_lower_utils::register_impl(connection, |text: Option<String>| {
        text.map(|text| text.to_lowercase())
    })?;
    profiled_matches_utils::register_impl(connection, |pattern: String, text: Option<String>| {
        text.is_some_and(|text| matches(&pattern, &text))
    })
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
