//! A column that has one of the values of a batch, on PostgreSQL.

use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Bool, SqlType};

/// `column = ANY(…)` with one bound array. `eq_any` says the same, with two differences that a read of every request
/// pays for: its text is put together for each call, and PostgreSQL makes a plan for each call, since it hopes for a
/// better one where it knows how many values there are.
#[derive(Debug, Clone, Copy, QueryId)]
pub(super) struct OneOf<C, V> {
    column: C,
    values: V,
}

pub(super) fn one_of<C, V>(column: C, values: V) -> OneOf<C, V> {
    OneOf { column, values }
}

/// The name of an array's type.
pub(super) trait ArrayType {
    const NAME: &'static str;
}

impl ArrayType for Array<Binary> {
    const NAME: &'static str = "bytea[]";
}

impl ArrayType for Array<BigInt> {
    const NAME: &'static str = "bigint[]";
}

impl<C, V> QueryFragment<Pg> for OneOf<C, V>
where
    C: QueryFragment<Pg>,
    V: QueryFragment<Pg> + Expression<SqlType: ArrayType>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        // What a sub-select gives has no length in the planner's eyes, so that one plan is as good as another.
        out.push_sql(" = ANY((SELECT ");
        self.values.walk_ast(out.reborrow())?;
        out.push_sql(")::");
        out.push_sql(V::SqlType::NAME);
        out.push_sql(")");
        Ok(())
    }
}

impl<C, V> Expression for OneOf<C, V>
where
    C: Expression<SqlType: SqlType>,
    V: Expression,
{
    type SqlType = Bool;
}

impl<C, V, GB> ValidGrouping<GB> for OneOf<C, V> {
    type IsAggregate = is_aggregate::Never;
}

impl<C, V, QS> AppearsOnTable<QS> for OneOf<C, V>
where
    C: AppearsOnTable<QS>,
    V: AppearsOnTable<QS>,
    Self: Expression,
{
}

impl<C, V, QS> SelectableExpression<QS> for OneOf<C, V>
where
    C: SelectableExpression<QS>,
    V: SelectableExpression<QS>,
    Self: AppearsOnTable<QS>,
{
}
