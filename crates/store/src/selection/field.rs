//! Tests of fields as SQL.
//!
//! Columns stay bare wherever an index may help: with a text that is not empty, null and `""` are the
//! same to most tests. Text of a client never becomes a pattern.

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};
use profiled_domain::{
    Case, Comparison, Field, FieldKind, FieldValue, Lookup, Pattern, TextLookup,
};

use super::condition::{Row, Writer};
use super::regex;
use super::sql::{Database, Value};
use super::tables::is_nullable;

/// An expression of text.
struct Text {
    sql: String,
    /// A column, which an index may be on.
    is_column: bool,
    /// Null is `""`.
    is_null_empty: bool,
    /// Null is an absent value, which passes no test.
    is_null_absent: bool,
}

impl Text {
    fn or_empty(&self) -> String {
        if self.is_null_empty {
            format!("coalesce({}, '')", self.sql)
        } else {
            self.sql.clone()
        }
    }
}

impl Writer {
    pub(super) fn field(&mut self, row: &Row, field: Field, test: &Lookup) {
        if !row.model.fields().contains(&field) {
            return self.constant(test.passes(None));
        }
        let name = row.field(field);
        match (field.kind(), test) {
            (FieldKind::Boolean, _) => self.boolean(&name, test),
            (FieldKind::Instant, Lookup::IsNull(true)) if is_nullable(field) => {
                self.push(&name).push(" IS NULL");
            }
            (FieldKind::Instant, Lookup::IsNull(false)) if is_nullable(field) => {
                self.push(&name).push(" IS NOT NULL");
            }
            (_, Lookup::IsNull(wanted)) => self.constant(!wanted),
            (_, Lookup::Text(kind, wanted, case)) => {
                let value = self.as_text(row, field);
                self.text(&value, *kind, wanted, *case);
            }
            (_, Lookup::Matches(pattern)) => {
                let value = self.as_text(row, field);
                self.matches(&value, pattern);
            }
            (FieldKind::Text, Lookup::Compare(comparison, FieldValue::Text(wanted))) => {
                let value = self.as_text(row, field);
                self.compare_text(&value, *comparison, wanted);
            }
            (FieldKind::Integer, Lookup::Compare(comparison, FieldValue::Integer(wanted))) => {
                self.compare(&name, *comparison, Value::Integer(*wanted));
            }
            (FieldKind::Instant, Lookup::Compare(comparison, FieldValue::Instant(wanted))) => {
                self.compare_instant(&name, field, *comparison, *wanted);
            }
            (_, Lookup::Compare(..)) => self.constant(false),
            (_, Lookup::In(wanted)) => self.is_in(row, field, wanted),
        }
    }

    /// There are two values only, so that nothing is left to the database.
    fn boolean(&mut self, name: &str, test: &Lookup) {
        let passes = |value| test.passes(Some(&FieldValue::Boolean(value)));
        match (passes(false), passes(true)) {
            (false, true) => {
                self.push(name);
            }
            (true, false) => {
                self.push("NOT ").push(name);
            }
            (both, _) => self.constant(both),
        }
    }

    fn compare(&mut self, name: &str, comparison: Comparison, value: Value) {
        self.push(name).push(operator(comparison)).bind(value);
    }

    fn compare_text(&mut self, text: &Text, comparison: Comparison, wanted: &str) {
        // No stored text has a null character: what stands before it decides.
        let (wanted, comparison) = match wanted.split_once('\0') {
            None => (wanted, comparison),
            Some((before, _)) => match round_down(comparison) {
                Some(comparison) => (before, comparison),
                None => return self.constant(false),
            },
        };
        let name = match comparison {
            Comparison::Equal if wanted.is_empty() => text.or_empty(),
            Comparison::GreaterOrEqual if wanted.is_empty() => return self.constant(true),
            Comparison::Less if wanted.is_empty() => return self.constant(false),
            Comparison::Less | Comparison::LessOrEqual => text.or_empty(),
            Comparison::Equal | Comparison::Greater | Comparison::GreaterOrEqual => {
                text.sql.clone()
            }
        };
        self.compare(&name, comparison, Value::Text(wanted.to_owned()));
    }

    fn compare_instant(
        &mut self,
        name: &str,
        field: Field,
        comparison: Comparison,
        wanted: DateTime<Utc>,
    ) {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
        let is_before = wanted.year() < 1;
        match (storable(wanted), comparison) {
            (Some((wanted, true)), _) => self.compare(name, comparison, Value::Instant(wanted)),
            (Some((wanted, false)), _) => match round_down(comparison) {
                Some(comparison) => self.compare(name, comparison, Value::Instant(wanted)),
                None => self.constant(false),
            },
            (None, Greater | GreaterOrEqual) if is_before => self.present(name, field),
            (None, Less | LessOrEqual) if !is_before => self.present(name, field),
            (None, Equal | Greater | GreaterOrEqual | Less | LessOrEqual) => self.constant(false),
        }
    }

    fn present(&mut self, name: &str, field: Field) {
        if is_nullable(field) {
            self.push(name).push(" IS NOT NULL");
        } else {
            self.constant(true);
        }
    }

    /// A list is one value, however long it is.
    fn is_in(&mut self, row: &Row, field: Field, wanted: &[FieldValue]) {
        let kind = field.kind();
        let wanted = wanted.iter().filter_map(|value| listed(kind, value));
        let mut wanted: Vec<serde_json::Value> = wanted.collect();
        wanted.dedup();
        if wanted.is_empty() {
            return self.constant(false);
        }
        let has_empty = wanted.iter().any(|value| value.as_str() == Some(""));
        let name = if has_empty {
            self.as_text(row, field).or_empty()
        } else {
            row.field(field)
        };
        let list = serde_json::Value::Array(wanted).to_string();
        let (start, end) = match (self.database, kind) {
            (Database::Sqlite, _) => (" IN (SELECT value FROM json_each(", "))"),
            (Database::Postgres, FieldKind::Integer) => (
                " = ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST(",
                " AS json)) AS BIGINT)))",
            ),
            (Database::Postgres, FieldKind::Instant) => (
                " = ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST(",
                " AS json)) AS TIMESTAMP)))",
            ),
            (Database::Postgres, _) => (
                " = ANY (ARRAY(SELECT json_array_elements_text(CAST(",
                " AS json))))",
            ),
        };
        self.push(&name).push(start).text(&list).push(end);
    }

    /// A field as the text that tests of text compare.
    fn as_text(&self, row: &Row, field: Field) -> Text {
        let name = row.field(field);
        let is_text = field.kind() == FieldKind::Text;
        let sql = match (field.kind(), self.database) {
            (FieldKind::Instant, Database::Postgres) => {
                format!("(to_char({name}, 'YYYY-MM-DD HH24:MI:SS.US') || '+00:00')")
            }
            // Stored with the digits that are needed.
            (FieldKind::Instant, Database::Sqlite) => format!(
                "(substr({name} || CASE WHEN length({name}) = 19 THEN '.' ELSE '' END || '000000', 1, 26) || '+00:00')"
            ),
            (FieldKind::Integer, _) => format!("CAST({name} AS TEXT)"),
            (FieldKind::Text | FieldKind::Boolean, _) => name,
        };
        Text {
            sql,
            is_column: is_text,
            is_null_empty: is_text && is_nullable(field),
            is_null_absent: !is_text && is_nullable(field),
        }
    }

    fn text(&mut self, value: &Text, test: TextLookup, wanted: &str, case: Case) {
        if wanted.contains('\0') {
            return self.constant(false);
        }
        let (sql, empty, wanted) = match case {
            Case::Sensitive => (value.sql.clone(), value.or_empty(), wanted.to_owned()),
            Case::Ignored => {
                let lower = format!("profiled_lower({})", value.sql);
                (lower, value.or_empty(), wanted.to_lowercase())
            }
        };
        if wanted.is_empty() && test == TextLookup::Exact {
            self.push(&empty).push(" = ''");
            return;
        }
        if wanted.is_empty() {
            if value.is_null_absent {
                self.push(&value.sql).push(" IS NOT NULL");
            } else {
                self.constant(true);
            }
            return;
        }
        let is_prefix = test == TextLookup::StartsWith && case == Case::Sensitive;
        if is_prefix && value.is_column {
            self.prefix(&sql, &wanted);
            return;
        }
        let (before, middle, after) = match (test, self.database) {
            (TextLookup::Exact, _) => ("", " = ", ""),
            (TextLookup::Contains, Database::Sqlite) => ("instr(", ", ", ") > 0"),
            (TextLookup::Contains, Database::Postgres) => ("strpos(", ", ", ") > 0"),
            (TextLookup::StartsWith, Database::Postgres) => ("starts_with(", ", ", ")"),
            (TextLookup::StartsWith, Database::Sqlite) => ("substr(", ", 1, length(", ")) = "),
            (TextLookup::EndsWith, Database::Sqlite) => ("substr(", ", -length(", ")) = "),
            (TextLookup::EndsWith, Database::Postgres) => ("right(", ", length(", ")) = "),
        };
        self.push(before)
            .push(&sql)
            .push(middle)
            .text(&wanted)
            .push(after);
        if after.ends_with("= ") {
            self.sql.text(&wanted);
        }
    }

    /// A range of a column that is ordered by code points.
    fn prefix(&mut self, name: &str, prefix: &str) -> &mut super::sql::Sql {
        let end = prefix_upper_bound(prefix);
        self.push("(").push(name).push(" >= ").text(prefix);
        if let Some(end) = end {
            self.push(" AND ").push(name).push(" < ").text(&end);
        }
        self.push(")")
    }

    fn matches(&mut self, text: &Text, pattern: &Pattern) {
        let value = text.or_empty();
        match self.database {
            Database::Sqlite => {
                let pattern = regex::for_sqlite(pattern);
                self.push("profiled_matches(")
                    .text(&pattern)
                    .push(", ")
                    .push(&value)
                    .push(")");
            }
            Database::Postgres => {
                let pattern = regex::for_postgres(pattern);
                self.push(&value).push(" ~ ").text(&pattern);
            }
        }
    }
}

fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => " = ",
        Comparison::Greater => " > ",
        Comparison::GreaterOrEqual => " >= ",
        Comparison::Less => " < ",
        Comparison::LessOrEqual => " <= ",
    }
}

/// The comparison with the greatest storable value below the wanted one, which is not storable itself.
fn round_down(comparison: Comparison) -> Option<Comparison> {
    match comparison {
        Comparison::Equal => None,
        Comparison::Greater | Comparison::GreaterOrEqual => Some(Comparison::Greater),
        Comparison::Less | Comparison::LessOrEqual => Some(Comparison::LessOrEqual),
    }
}

/// An instant in microseconds, and whether that is all of it. `None` for years that neither database
/// writes in four digits.
fn storable(at: DateTime<Utc>) -> Option<(NaiveDateTime, bool)> {
    let at = at.naive_utc();
    if !(1..=9999).contains(&at.year()) {
        return None;
    }
    let rest = at.nanosecond() % 1000;
    let cut = at.with_nanosecond(at.nanosecond() - rest)?;
    Some((cut, rest == 0))
}

/// A value of a list, if a field of this kind can have it.
fn listed(kind: FieldKind, value: &FieldValue) -> Option<serde_json::Value> {
    match (kind, value) {
        (FieldKind::Integer, FieldValue::Integer(number)) => Some((*number).into()),
        (FieldKind::Text, FieldValue::Text(text)) if !text.contains('\0') => {
            Some(text.as_str().into())
        }
        (FieldKind::Instant, FieldValue::Instant(at)) => {
            let (at, is_whole) = storable(*at)?;
            is_whole.then(|| at.format("%F %T%.f").to_string().into())
        }
        _ => None,
    }
}

/// The least text that is greater than all that begin with a prefix.
fn prefix_upper_bound(prefix: &str) -> Option<String> {
    let mut start = prefix.to_owned();
    while let Some(last) = start.pop() {
        // The range of characters passes over surrogates.
        let next = (last..=char::MAX).nth(1);
        if let Some(next) = next {
            start.push(next);
            return Some(start);
        }
    }
    None
}
