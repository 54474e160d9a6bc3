//! The statements of a selection: one counts, one lists.
//!
//! A page is counted off from the end of the list that is nearer. Its identifiers come first, from a narrow index
//! where there is one; whole rows are read of those only. A page of all users far from both ends begins at the block of
//! identifiers that it lies in: how many users a block has is kept.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, SqlType};
use profiled_domain::{Condition, Field, Model, OrderBy, ProfileFilter, Selection, Slice};

use super::condition::{Row, Writer, is_everything};
use super::sql::{Database, Sql, Statement, Typed, Value};
use super::tables::table;
use crate::database::functions;
use crate::database::{DbConnection, PreparedStatements, on_each};

/// Rows that are rather sorted than found by walking along identifiers until there are enough.
const FEW: i64 = 10_000;

/// Identifiers of a block whose active users are counted, as the triggers of `active_users_count` have it.
const BLOCK: i64 = 1 << 12;

/// Conditions that one number can tell the truth of.
const BITS: usize = 62;

/// What a selection is translated with.
pub(crate) struct Plan<'a> {
    model: Model,
    database: Database,
    shapes: &'a PreparedStatements,
}

/// Which rows of a table are on a page, and their order.
pub(crate) struct Listed {
    pub(crate) is_on_page: Typed<Bool>,
    pub(crate) order: Typed<BigInt>,
}

impl Listed {
    /// The row of one object.
    pub(crate) fn one(model: Model, id: i64) -> Self {
        let (mut is_on_page, mut order) = (Sql::default(), Sql::default());
        order.push(table(model)).push(".id");
        is_on_page
            .push(table(model))
            .push(".id = ")
            .bind(Value::Integer(id));
        Self {
            is_on_page: Typed::new(is_on_page, true),
            order: Typed::new(order, true),
        }
    }
}

/// Selects the identifiers of a page of all users by identifier, from the block on that it begins in.
fn page_after(sql: &mut Sql, skip: i64, take: i64) {
    sql.push(
        "WITH starts AS (SELECT block, CAST(sum(sum(change)) OVER (ORDER BY block) - sum(change) AS BIGINT) \
         AS before FROM active_users_count GROUP BY block) \
         SELECT id FROM users WHERE is_active AND id >= (SELECT max(block) * ",
    );
    sql.bind(Value::Integer(BLOCK));
    sql.push(" FROM starts WHERE before <= ")
        .bind(Value::Integer(skip));
    sql.push(") ORDER BY id LIMIT ").bind(Value::Integer(take));
    sql.push(" OFFSET ").bind(Value::Integer(skip));
    sql.push(" - (SELECT max(before) FROM starts WHERE before <= ");
    sql.bind(Value::Integer(skip)).push(")");
}

/// `FROM` the users who are not deleted and whom a filter finds.
fn found_profiles(writer: &mut Writer, row: &Row, filter: &ProfileFilter) {
    writer
        .push(" FROM users AS ")
        .push(&row.alias)
        .push(" WHERE ");
    writer.in_time_and(row);
    writer.push(&row.column("deleted_at")).push(" IS NULL AND ");
    if let Some(is_active) = filter.is_active {
        let test = if is_active { "" } else { "NOT " };
        writer
            .push(test)
            .push(&row.column("is_active"))
            .push(" AND ");
    }
    writer.condition(row, &filter.condition());
}

impl<'a> Plan<'a> {
    pub(crate) fn new(
        model: Model,
        connection: &DbConnection,
        shapes: &'a PreparedStatements,
    ) -> Self {
        functions::start();
        let database = match connection {
            DbConnection::Sqlite(_) => Database::Sqlite,
            DbConnection::Postgres(_) => Database::Postgres,
        };
        Self {
            model,
            database,
            shapes,
        }
    }

    /// How many objects fulfil a condition.
    pub(crate) fn count(
        &self,
        connection: &mut DbConnection,
        condition: &Condition,
    ) -> QueryResult<i64> {
        let mut writer = Writer::new(self.database);
        if self.model == Model::User && is_everything(condition) {
            writer.push("SELECT CAST(coalesce(sum(change), 0) AS BIGINT) FROM active_users_count");
        } else {
            writer.push("SELECT count(*)");
            let row = writer.fresh(self.model);
            writer.objects(&row, condition);
        }
        let count = Statement(self.typed::<BigInt>(writer.sql));
        on_each!(connection, |c| count.get_result(c))
    }

    /// The rows of a slice. `total` is how many there are without it.
    pub(crate) fn listed(&self, selection: &Selection, slice: Slice, total: i64) -> Listed {
        let name = table(self.model);
        let mut writer = Writer::new(self.database);
        writer.push(name).push(".id IN (");
        match self.skipped(selection, slice, total) {
            Some(skip) => page_after(&mut writer.sql, skip, slice.take),
            None => self.page(&mut writer, selection, slice, total),
        }
        writer.push(")");
        let mut order = Writer::new(self.database);
        let row = Row::new(self.model, name);
        order.order(&row, &selection.order, false, false);
        Listed {
            is_on_page: self.typed(writer.sql),
            order: self.typed(order.sql),
        }
    }

    /// Selects the identifiers of a page.
    fn page(&self, writer: &mut Writer, selection: &Selection, slice: Slice, total: i64) {
        let is_sorted = total <= FEW && !is_everything(&selection.condition);
        let row = writer.fresh(self.model);
        let start = format!("SELECT {}.id", row.alias);
        writer.push(&start);
        writer.objects(&row, &selection.condition);
        writer.push(" ORDER BY ");
        writer.order(&row, &selection.order, slice.is_from_end, is_sorted);
        writer.push(" LIMIT ").bind(Value::Integer(slice.take));
        writer.push(" OFFSET ").bind(Value::Integer(slice.skip));
    }

    /// How many users of lower identifiers a page of all users leaves out, if they are too many to be
    /// counted off.
    fn skipped(&self, selection: &Selection, slice: Slice, total: i64) -> Option<i64> {
        let is_by_id = |key: &OrderBy| key.path.is_empty() && key.field == Field::Id;
        let first = selection.order.first();
        let is_counted = self.model == Model::User && is_everything(&selection.condition);
        if !is_counted || !first.is_none_or(is_by_id) || slice.skip < BLOCK {
            return None;
        }
        let is_descending = first.is_some_and(|key| key.is_descending);
        Some(if is_descending == slice.is_from_end {
            slice.skip
        } else {
            total - slice.skip - slice.take
        })
    }

    /// How many users who are not deleted a filter finds.
    pub(crate) fn count_profiles(
        &self,
        connection: &mut DbConnection,
        filter: &ProfileFilter,
    ) -> QueryResult<i64> {
        let mut writer = Writer::new(self.database);
        writer.push("SELECT count(*)");
        let row = writer.fresh(Model::User);
        found_profiles(&mut writer, &row, filter);
        let count = Statement(self.typed::<BigInt>(writer.sql));
        on_each!(connection, |c| count.get_result(c))
    }

    /// The rows of a slice of them, by ascending identifier.
    pub(crate) fn listed_profiles(&self, filter: &ProfileFilter, slice: Slice) -> Listed {
        let mut writer = Writer::new(self.database);
        writer.push("users.id IN (SELECT ");
        let row = writer.fresh(Model::User);
        let id = row.column("id");
        writer.push(&id);
        found_profiles(&mut writer, &row, filter);
        let end = if slice.is_from_end { " DESC" } else { "" };
        writer.push(" ORDER BY ").push(&id).push(end);
        writer.push(" LIMIT ").bind(Value::Integer(slice.take));
        writer.push(" OFFSET ").bind(Value::Integer(slice.skip));
        writer.push(")");
        let mut order = Sql::default();
        order.push("users.id");
        Listed {
            is_on_page: self.typed(writer.sql),
            order: self.typed(order),
        }
    }

    /// Which conditions hold of an object; `None` if there is none.
    pub(crate) fn holds(
        &self,
        connection: &mut DbConnection,
        id: i64,
        conditions: &[Condition],
    ) -> QueryResult<Option<Vec<bool>>> {
        let mut all = Vec::with_capacity(conditions.len());
        for conditions in conditions.chunks(BITS) {
            let mut writer = Writer::new(self.database);
            let row = writer.fresh(self.model);
            writer.push("SELECT CAST(0 AS BIGINT)");
            for (bit, condition) in conditions.iter().enumerate() {
                writer.push(" + CASE WHEN ");
                writer.condition(&row, condition);
                let then = format!(" THEN {} ELSE 0 END", 1_i64 << bit);
                writer.push(&then);
            }
            writer.objects(&row, &Condition::has_id(id));
            let statement = Statement(self.typed::<BigInt>(writer.sql));
            let bits: Option<i64> = on_each!(connection, |c| statement.get_result(c).optional())?;
            let Some(bits) = bits else {
                return Ok(None);
            };
            all.extend((0..conditions.len()).map(|bit| bits & (1 << bit) != 0));
        }
        Ok(Some(all))
    }

    fn typed<ST: SqlType>(&self, sql: Sql) -> Typed<ST> {
        let is_kept = self.shapes.keeps(&sql.shape());
        Typed::new(sql, is_kept)
    }
}
