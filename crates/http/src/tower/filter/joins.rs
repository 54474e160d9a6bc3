//! Terms of one query that share their joins.
//!
//! Django joins a relation once for all terms that are given together: they speak of one and the same
//! object at its end. Here that is a tree of relations with the terms at its nodes.

use profiled_domain::{Condition, Relation};

use crate::tower::filter::lookup::Leaf;

/// What has to hold of one object.
#[derive(Debug)]
pub(super) struct Joins {
    conditions: Vec<Condition>,
    related: Vec<(Relation, Self)>,
    holds_of_none: bool,
}

impl Default for Joins {
    fn default() -> Self {
        Self {
            conditions: Vec::new(),
            related: Vec::new(),
            holds_of_none: true,
        }
    }
}

impl Joins {
    /// Adds a condition on the object itself.
    pub(super) fn require(&mut self, condition: Condition) {
        self.conditions.push(condition);
        self.holds_of_none = false;
    }

    /// Adds a term at the end of a path.
    pub(super) fn add(&mut self, path: &[Relation], leaf: Leaf) {
        self.holds_of_none &= leaf.holds_of_none;
        let Some((first, rest)) = path.split_first() else {
            self.conditions.push(leaf.condition);
            return;
        };
        let known = self.related.iter_mut().find(|(one, _)| one == first);
        if let Some((_, joins)) = known {
            joins.add(rest, leaf);
            return;
        }
        let mut joins = Self::default();
        joins.add(rest, leaf);
        self.related.push((*first, joins));
    }

    pub(super) fn into_condition(self) -> Condition {
        let mut all = self.conditions;
        all.extend(self.related.into_iter().map(|(relation, joins)| {
            let holds_of_none = joins.holds_of_none;
            let inner = joins.into_condition();
            let mut either = Vec::new();
            if inner != Condition::nothing() {
                either.push(Condition::related(relation, inner));
            }
            if holds_of_none {
                let some = Condition::related(relation, Condition::everything());
                either.push(Condition::Not(Box::new(some)));
            }
            any(either)
        }));
        self::all(all)
    }
}

/// All of these, as plainly as can be.
pub(in crate::tower) fn all(conditions: Vec<Condition>) -> Condition {
    if conditions.contains(&Condition::nothing()) {
        return Condition::nothing();
    }
    let is_needed = |one: &Condition| *one != Condition::everything();
    let mut needed: Vec<Condition> = conditions.into_iter().filter(is_needed).collect();
    match needed.pop() {
        Some(only) if needed.is_empty() => only,
        Some(last) => {
            needed.push(last);
            Condition::All(needed)
        }
        None => Condition::everything(),
    }
}

/// One of these, as plainly as can be.
pub(in crate::tower) fn any(mut conditions: Vec<Condition>) -> Condition {
    match conditions.pop() {
        Some(only) if conditions.is_empty() => only,
        Some(last) => {
            conditions.push(last);
            Condition::Any(conditions)
        }
        None => Condition::nothing(),
    }
}
