//! Text of SQL with values that are bound, put together piece by piece.

use std::marker::PhantomData;

use chrono::NaiveDateTime;
use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, TypedExpressionType, ValidGrouping,
    is_aggregate,
};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text, Timestamp};

/// The two ways to write what the databases do not share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

/// A value that is bound.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Integer(i64),
    Text(String),
    Instant(NaiveDateTime),
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Value(Value),
}

/// A piece of a statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sql {
    parts: Vec<Part>,
}

impl Sql {
    pub(super) fn push(&mut self, text: &str) -> &mut Self {
        if let Some(Part::Text(last)) = self.parts.last_mut() {
            last.push_str(text);
        } else {
            self.parts.push(Part::Text(text.to_owned()));
        }
        self
    }

    pub(super) fn bind(&mut self, value: Value) -> &mut Self {
        self.parts.push(Part::Value(value));
        self
    }

    pub(super) fn text(&mut self, value: &str) -> &mut Self {
        self.bind(Value::Text(value.to_owned()))
    }

    /// The text, with a mark for each value: statements that differ in values only have the same.
    pub(super) fn shape(&self) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Value(_) => "?",
        });
        parts.collect()
    }

    fn walk<'b, DB>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<BigInt> + HasSqlType<Text> + HasSqlType<Timestamp>,
        i64: ToSql<BigInt, DB>,
        String: ToSql<Text, DB>,
        NaiveDateTime: ToSql<Timestamp, DB>,
    {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_sql(text),
                Part::Value(Value::Integer(value)) => out.push_bind_param::<BigInt, _>(value)?,
                Part::Value(Value::Text(value)) => out.push_bind_param::<Text, _>(value)?,
                Part::Value(Value::Instant(value)) => {
                    out.push_bind_param::<Timestamp, _>(value)?;
                }
            }
        }
        Ok(())
    }
}

/// SQL that takes the place of an expression, or is a whole statement with one column, of a type.
#[derive(Clone, Debug)]
pub(crate) struct Typed<ST> {
    sql: Sql,
    /// Whether the prepared statement is kept.
    is_kept: bool,
    sql_type: PhantomData<ST>,
}

impl<ST> Typed<ST> {
    pub(super) fn new(sql: Sql, is_kept: bool) -> Self {
        Self {
            sql,
            is_kept,
            sql_type: PhantomData,
        }
    }
}

impl<DB, ST> QueryFragment<DB> for Typed<ST>
where
    DB: Backend + HasSqlType<BigInt> + HasSqlType<Text> + HasSqlType<Timestamp>,
    i64: ToSql<BigInt, DB>,
    String: ToSql<Text, DB>,
    NaiveDateTime: ToSql<Timestamp, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !self.is_kept {
            out.unsafe_to_cache_prepared();
        }
        self.sql.walk(out)
    }
}

impl<ST> QueryId for Typed<ST> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST: diesel::sql_types::SqlType + TypedExpressionType> Expression for Typed<ST> {
    type SqlType = ST;
}

impl<ST, GB> ValidGrouping<GB> for Typed<ST> {
    type IsAggregate = is_aggregate::Never;
}

impl<ST, QS> AppearsOnTable<QS> for Typed<ST> where Self: Expression {}

impl<ST, QS> SelectableExpression<QS> for Typed<ST> where Self: Expression {}

/// A statement with one column.
pub(super) struct Statement<ST>(pub(super) Typed<ST>);

impl<ST: diesel::sql_types::SqlType + diesel::sql_types::SingleValue> Query for Statement<ST> {
    type SqlType = ST;
}

impl<ST> QueryId for Statement<ST> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB: Backend, ST> QueryFragment<DB> for Statement<ST>
where
    Typed<ST>: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

impl<ST, C> RunQueryDsl<C> for Statement<ST> {}
