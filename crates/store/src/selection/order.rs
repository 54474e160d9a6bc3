//! Orders as SQL.

use profiled_domain::{Condition, Field, FieldKind, Model, OrderBy, Relation};

use super::condition::{Row, Writer, is_everything};
use super::tables::{Link, is_nullable, link, table};

impl Writer {
    /// Keys after `ORDER BY`. `is_reversed` turns all around; `is_sorted` keeps the database from
    /// walking along identifiers instead of looking for the few rows that are wanted.
    pub(super) fn order(
        &mut self,
        row: &Row,
        order: &[OrderBy],
        is_reversed: bool,
        is_sorted: bool,
    ) {
        let decides = |key: &OrderBy| key.path.is_empty() && key.field == Field::Id;
        let end = order.iter().position(decides);
        for key in order.iter().take(end.unwrap_or(order.len())) {
            self.key(row, key);
            let nulls = !key.path.is_empty()
                || key.field.kind() == FieldKind::Instant && is_nullable(key.field);
            self.direction(key.is_descending != is_reversed, nulls);
            self.push(", ");
        }
        let is_descending = end
            .and_then(|end| order.get(end))
            .is_some_and(|key| key.is_descending);
        let id = row.column("id");
        self.push(&id);
        if is_sorted {
            self.push(" + 0");
        }
        self.direction(is_descending != is_reversed, false);
    }

    fn direction(&mut self, is_descending: bool, has_nulls: bool) {
        self.push(match (is_descending, has_nulls) {
            (false, false) => " ASC",
            (true, false) => " DESC",
            (false, true) => " ASC NULLS LAST",
            (true, true) => " DESC NULLS FIRST",
        });
    }

    fn key(&mut self, row: &Row, key: &OrderBy) {
        let Some((first, rest)) = key.path.split_first() else {
            let value = if row.model.fields().contains(&key.field) {
                sortable(row, key.field)
            } else {
                // Not an expression that PostgreSQL takes for the number of a column.
                "CAST(NULL AS BIGINT)".to_owned()
            };
            self.push(&value);
            return;
        };
        let is_descending = key.is_descending;
        self.push(if is_descending {
            "(SELECT max("
        } else {
            "(SELECT min("
        });
        let mut joins = String::new();
        let mut conditions = Vec::new();
        let mut at = self.step(row, first.relation, &mut joins, &mut conditions);
        let mut only: Vec<(Row, &Condition)> = vec![(at.clone(), &first.only)];
        for step in rest {
            at = self.step(&at, step.relation, &mut joins, &mut conditions);
            only.push((at.clone(), &step.only));
        }
        let value = aggregable(&at, key.field);
        self.push(&value).push(") FROM ").push(&joins);
        self.push(" WHERE ");
        self.in_time_and(&at);
        self.push(&conditions.join(" AND "));
        only.retain(|(_, condition)| !is_everything(condition));
        for (row, condition) in only {
            self.push(" AND ");
            self.condition(&row, condition);
        }
        self.push(")");
    }

    /// Goes along a relation: what is joined, and by which conditions.
    fn step(
        &mut self,
        row: &Row,
        relation: Relation,
        joins: &mut String,
        conditions: &mut Vec<String>,
    ) -> Row {
        let target = self.fresh(relation.target());
        let mut join = |name: &str, alias: &str| {
            let comma = if joins.is_empty() { "" } else { ", " };
            for piece in [comma, name, " AS ", alias] {
                joins.push_str(piece);
            }
        };
        let (own, id) = (row.column("id"), target.column("id"));
        match link(relation) {
            Link::Pairs(name, from, to) => {
                let pair = self.fresh(row.model);
                join(name, &pair.alias);
                conditions.push(format!("{} = {own}", pair.column(from)));
                conditions.push(format!("{id} = {}", pair.column(to)));
            }
            Link::Own(from) => conditions.push(format!("{id} = {}", row.column(from))),
            Link::Theirs(to) => conditions.push(format!("{} = {own}", target.column(to))),
        }
        join(table(target.model), &target.alias);
        if target.model == Model::User {
            conditions.push(target.column("is_active"));
        }
        target
    }
}

fn sortable(row: &Row, field: Field) -> String {
    let name = row.field(field);
    if field.kind() == FieldKind::Text && is_nullable(field) {
        format!("coalesce({name}, '')")
    } else {
        name
    }
}

/// PostgreSQL has no least truth value.
fn aggregable(row: &Row, field: Field) -> String {
    let name = sortable(row, field);
    if field.kind() == FieldKind::Boolean {
        format!("CASE WHEN {name} THEN 1 ELSE 0 END")
    } else {
        name
    }
}
