//! Conditions as SQL.
//!
//! SQL knows a third truth value, which counts as false here as it does in `WHERE`: only negation has
//! to tell the two apart. Related objects are looked up in uncorrelated subselects, so that both
//! databases can begin with either side.

use profiled_domain::{Condition, Field, Model, Relation};

use super::sql::{Database, Sql};
use super::tables::{Link, link, table, value};

/// Subselects that PostgreSQL may turn into joins: each makes planning harder, and the query of a
/// client may have hundreds.
const JOINS: usize = 6;

/// Branches of a union: SQLite takes 500 at most.
const BRANCHES: usize = 100;

/// A row that a condition is about.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) model: Model,
    pub(super) alias: String,
}

impl Row {
    pub(super) fn new(model: Model, alias: &str) -> Self {
        Self {
            model,
            alias: alias.to_owned(),
        }
    }

    pub(super) fn field(&self, field: Field) -> String {
        value(&self.alias, field)
    }

    pub(super) fn column(&self, name: &str) -> String {
        format!("{}.{name}", self.alias)
    }
}

/// Writes conditions and orders.
pub(super) struct Writer {
    pub(super) database: Database,
    pub(super) sql: Sql,
    aliases: usize,
    joins: usize,
}

impl Writer {
    pub(super) fn new(database: Database) -> Self {
        Self {
            database,
            sql: Sql::default(),
            aliases: 0,
            joins: 0,
        }
    }

    pub(super) fn push(&mut self, text: &str) -> &mut Sql {
        self.sql.push(text)
    }

    pub(super) fn constant(&mut self, truth: bool) {
        self.push(if truth { "TRUE" } else { "FALSE" });
    }

    /// A row with a name that no other one has.
    pub(super) fn fresh(&mut self, model: Model) -> Row {
        self.aliases += 1;
        Row::new(model, &format!("t{}", self.aliases))
    }

    /// `FROM` a table by the alias of a row, with what live objects and a condition need.
    pub(super) fn objects(&mut self, row: &Row, condition: &Condition) {
        let from = format!(" FROM {} AS {} WHERE ", table(row.model), row.alias);
        self.push(&from);
        self.live_and(row, condition);
    }

    /// What holds of live objects that fulfil a condition.
    fn live_and(&mut self, row: &Row, condition: &Condition) {
        if !is_everything(condition) {
            self.in_time_and(row);
        }
        if row.model == Model::User {
            self.push(&row.column("is_active"));
            if is_everything(condition) {
                return;
            }
            self.push(" AND ");
        }
        self.condition(row, condition);
    }

    /// SQLite has no limit of time of its own, and asks for each row that it looks at.
    pub(super) fn in_time_and(&mut self, row: &Row) {
        if self.database == Database::Sqlite {
            let in_time = format!("profiled_in_time({}) AND ", row.column("id"));
            self.push(&in_time);
        }
    }

    pub(super) fn condition(&mut self, row: &Row, condition: &Condition) {
        match condition {
            Condition::All(all) => self.all(row, all),
            Condition::Any(any) => self.any(row, any),
            Condition::Not(inner) => {
                self.push("(");
                self.condition(row, inner);
                self.push(") IS NOT TRUE");
            }
            Condition::Field(field, test) => self.field(row, *field, test),
            Condition::Related(relation, inner) => self.related(row, *relation, inner),
        }
    }

    fn all(&mut self, row: &Row, all: &[Condition]) {
        let mut parts = Vec::new();
        flatten(all, &mut parts, |condition| match condition {
            Condition::All(inner) => Some(inner),
            _ => None,
        });
        if parts.is_empty() {
            return self.constant(true);
        }
        self.balanced(&parts, " AND ", &mut |writer, part| {
            writer.condition(row, part);
        });
    }

    /// Related objects make a set of identifiers, and so do all branches then: for a list of
    /// alternatives of which one is a subselect, PostgreSQL would look at every row.
    fn any(&mut self, row: &Row, any: &[Condition]) {
        let mut parts = Vec::new();
        flatten(any, &mut parts, |condition| match condition {
            Condition::Any(inner) => Some(inner),
            _ => None,
        });
        let is_related = |part: &&Condition| matches!(part, Condition::Related(..));
        if parts.len() < 2 || !parts.iter().any(is_related) {
            if parts.is_empty() {
                return self.constant(false);
            }
            return self.balanced(&parts, " OR ", &mut |writer, part| {
                writer.condition(row, part);
            });
        }
        let (related, rest): (Vec<_>, Vec<_>) = parts.into_iter().partition(is_related);
        let mut branches: Vec<Branch<'_>> = related.into_iter().map(Branch::Related).collect();
        if !rest.is_empty() {
            branches.push(Branch::Rest(rest));
        }
        let unions: Vec<_> = branches.chunks(BRANCHES).collect();
        self.balanced(&unions, " OR ", &mut |writer, union| {
            writer.union(row, union);
        });
    }

    fn union(&mut self, row: &Row, branches: &[Branch<'_>]) {
        self.in_subselect(&row.column("id"), |writer| {
            for (number, branch) in branches.iter().enumerate() {
                if number > 0 {
                    writer.push(" UNION ");
                }
                writer.branch(row.model, branch);
            }
        });
    }

    fn branch(&mut self, model: Model, branch: &Branch<'_>) {
        match branch {
            Branch::Related(Condition::Related(relation, inner)) => {
                self.related_ids(model, *relation, inner);
            }
            Branch::Related(other) => self.ids(model, other),
            Branch::Rest(rest) => {
                let row = self.fresh(model);
                let start = format!(
                    "SELECT {}.id FROM {} AS {0} WHERE ",
                    row.alias,
                    table(model)
                );
                self.push(&start);
                self.in_time_and(&row);
                self.balanced(rest, " OR ", &mut |writer, part| {
                    writer.condition(&row, part);
                });
            }
        }
    }

    /// Parts in pairs of pairs: neither database bears a long chain of them.
    fn balanced<T>(&mut self, parts: &[T], operator: &str, write: &mut dyn FnMut(&mut Self, &T)) {
        if let [part] = parts {
            write(self, part);
            return;
        }
        let (left, right) = parts.split_at(parts.len() / 2);
        self.push("(");
        self.balanced(left, operator, write);
        self.push(operator);
        self.balanced(right, operator, write);
        self.push(")");
    }

    fn related(&mut self, row: &Row, relation: Relation, inner: &Condition) {
        if !row.model.relations().contains(&relation) {
            self.constant(false);
            return;
        }
        match link(relation) {
            Link::Own(column) => self.in_subselect(&row.column(column), |writer| {
                writer.ids(relation.target(), inner);
            }),
            Link::Pairs(..) | Link::Theirs(_) => self.in_subselect(&row.column("id"), |writer| {
                writer.related_ids(row.model, relation, inner);
            }),
        }
    }

    /// Selects the identifiers of live objects that fulfil a condition.
    fn ids(&mut self, model: Model, condition: &Condition) {
        let row = self.fresh(model);
        let start = format!("SELECT {}.id", row.alias);
        self.push(&start);
        self.objects(&row, condition);
    }

    /// Selects the identifiers of those objects of a model whose relation leads to an object that
    /// fulfils a condition.
    fn related_ids(&mut self, model: Model, relation: Relation, inner: &Condition) {
        match link(relation) {
            Link::Pairs(name, own, theirs) => {
                let pair = self.fresh(model);
                let start = format!("SELECT {}.{own} FROM {name} AS {0} WHERE ", pair.alias);
                self.push(&start);
                self.in_subselect(&pair.column(theirs), |writer| {
                    writer.ids(relation.target(), inner);
                });
            }
            Link::Own(column) => {
                let row = self.fresh(model);
                let start = format!(
                    "SELECT {}.id FROM {} AS {0} WHERE ",
                    row.alias,
                    table(model)
                );
                self.push(&start);
                self.in_subselect(&row.column(column), |writer| {
                    writer.ids(relation.target(), inner);
                });
            }
            Link::Theirs(column) => {
                let row = self.fresh(relation.target());
                let start = format!("SELECT {}.{column}", row.alias);
                self.push(&start);
                self.objects(&row, inner);
            }
        }
    }

    fn in_subselect(&mut self, value: &str, write: impl FnOnce(&mut Self)) {
        self.joins += 1;
        // Not a join any more, but a set that is made once.
        let is_set = self.database == Database::Postgres && self.joins > JOINS;
        self.push(if is_set { "(" } else { "" });
        self.push(value);
        self.push(" IN (");
        write(self);
        self.push(if is_set { ")) IS TRUE" } else { ")" });
    }
}

enum Branch<'a> {
    Related(&'a Condition),
    Rest(Vec<&'a Condition>),
}

/// The parts of parts of the same kind. What holds of everything adds nothing to a conjunction, and what holds
/// of nothing adds nothing to an alternative: both have no parts.
fn flatten<'a>(
    all: &'a [Condition],
    parts: &mut Vec<&'a Condition>,
    inner: fn(&'a Condition) -> Option<&'a Vec<Condition>>,
) {
    for part in all {
        match inner(part) {
            Some(inside) => flatten(inside, parts, inner),
            None => parts.push(part),
        }
    }
}

/// Whether a condition holds of every object, as far as its form shows.
pub(super) fn is_everything(condition: &Condition) -> bool {
    match condition {
        Condition::All(all) => all.iter().all(is_everything),
        Condition::Any(any) => any.iter().any(is_everything),
        _ => false,
    }
}
