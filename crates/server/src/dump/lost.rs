//! Values that stand for nothing here.

use std::collections::BTreeMap;

/// Such values that are listed one by one.
const MOST: usize = 100;

/// Counts a value of a field.
pub(crate) fn lose_value(lost: &mut BTreeMap<String, u64>, model: &str, field: &str, value: &str) {
    let name = format!("{model}.{field} {value:?}");
    if lost.len() < MOST || lost.contains_key(&name) {
        *lost.entry(name).or_default() += 1;
    }
}

/// Counts texts of a record that had null characters.
pub(crate) fn lose_nulls(lost: &mut BTreeMap<String, u64>, model: &str, fields: &[String]) {
    for field in fields {
        let name = format!("{model}.{field} null characters");
        *lost.entry(name).or_default() += 1;
    }
}

/// What is lost, for people.
pub(crate) fn loss(name: &str, count: u64) -> String {
    format!("lost: {name}, {count} values")
}
