//! Which objects a query selects (contract `tower.md`, section 10).
//!
//! Every parameter that is not reserved is a term. Plain terms and the one group of or-terms are given
//! together, as Django's `filter()` has it: they share their joins. A negated term speaks of all objects
//! at the end of a relation, and a chained one of any, so both stand for themselves.

mod bad_request;
mod instant;
mod joins;
mod lookup;
pub(super) mod names;
pub(super) mod path;

use profiled_domain::{Case, Condition, Lookup, Model, Relation, TextLookup};
use profiled_rest::error::ApiError;
use profiled_rest::wire::query::Query;

use crate::tower::filter::joins::Joins;
use crate::tower::filter::lookup::Leaf;
use crate::tower::filter::path::{End, Path, PathError};
use crate::tower::paging::RESERVED;

pub(super) use bad_request::bad_request;
pub(super) use joins::{all, any};

/// Terms and words that a query may have: each may cost the database a scan.
const MAX_TERMS: usize = 100;
/// Relations that the terms of a query may follow, one after the other: each is a join, of what may be many objects.
const MAX_RELATIONS: usize = 100;
/// Regular expressions that a query may have: each takes its time, and up to a megabyte, to be compiled.
const MAX_PATTERNS: usize = 10;

/// What the query demands of an object.
///
/// # Errors
/// 400 for an invalid term, 403 for one that would reveal a secret.
pub(super) fn condition(model: Model, query: &Query) -> Result<Condition, ApiError> {
    let is_term = |pair: &&(String, String)| !RESERVED.contains(&pair.0.as_str());
    let (mut terms, mut patterns) = (Vec::new(), 0);
    for (name, value) in query.pairs().iter().filter(is_term) {
        check_count(terms.len() + 1)?;
        let term = Term::read(model, name, value)?;
        patterns += usize::from(term.leaf.is_pattern());
        if patterns > MAX_PATTERNS {
            let text = format!("At most {MAX_PATTERNS} regular expressions can be given.");
            return Err(bad_request(text));
        }
        terms.push(term);
    }
    let mut conditions = vec![kind(model, query), together(terms)?];
    conditions.extend(searched(model, query)?);
    let condition = all(conditions);
    if condition.relations() > MAX_RELATIONS {
        let text = format!("At most {MAX_RELATIONS} relations can be followed.");
        return Err(bad_request(text));
    }
    Ok(condition)
}

/// `type`: a list of kinds, which keeps or empties the list.
fn kind(model: Model, query: &Query) -> Condition {
    let own = names::type_name(model);
    match query.get("type") {
        Some(kinds) if kinds.split(',').all(|kind| kind != own) => Condition::nothing(),
        _ => Condition::everything(),
    }
}

/// `search`: every word occurs somewhere, without case.
fn searched(model: Model, query: &Query) -> Result<Vec<Condition>, ApiError> {
    let fields = names::search_fields(model);
    let search = query.get("search").unwrap_or_default();
    let is_between = |letter: char| letter == ',' || letter.is_whitespace();
    let words = search.split(is_between).filter(|word| !word.is_empty());
    if fields.is_empty() {
        return Ok(Vec::new());
    }
    let conditions: Vec<Condition> = words
        .map(|wanted| {
            let test = || Lookup::Text(TextLookup::Contains, wanted.to_owned(), Case::Ignored);
            let found = fields.iter().map(|field| Condition::Field(*field, test()));
            Condition::Any(found.collect())
        })
        .collect();
    check_count(conditions.len())?;
    Ok(conditions)
}

fn check_count(count: usize) -> Result<(), ApiError> {
    if count > MAX_TERMS {
        return Err(bad_request(format!(
            "At most {MAX_TERMS} filters can be given."
        )));
    }
    Ok(())
}

/// Some joined object has to fulfil the plain terms and one of the or-terms. That there is one for "this
/// or that" means that there is one for this or one for that: so each or-term gets the plain terms that
/// share a join with any of them.
fn together(terms: Vec<Term>) -> Result<Condition, ApiError> {
    let (chained, terms): (Vec<Term>, Vec<Term>) = terms
        .into_iter()
        .partition(|term| term.group == Group::Chain);
    let (either, plain): (Vec<Term>, Vec<Term>) =
        terms.into_iter().partition(|term| term.group == Group::Or);
    let shared: Vec<Relation> = either.iter().filter_map(Term::root).collect();
    let is_shared = |term: &Term| term.root().is_some_and(|root| shared.contains(&root));
    let (together, apart): (Vec<Term>, Vec<Term>) = plain.into_iter().partition(is_shared);
    check_count(either.len() * (together.len() + 1))?;
    let mut conditions = vec![joined(apart)];
    if !either.is_empty() {
        let one = |term| joined(together.iter().cloned().chain([term]));
        conditions.push(any(either.into_iter().map(one).collect()));
    }
    conditions.extend(chained.into_iter().map(|term| joined([term])));
    Ok(all(conditions))
}

fn joined(terms: impl IntoIterator<Item = Term>) -> Condition {
    let mut joins = Joins::default();
    for term in terms {
        if term.is_negated {
            let mut own = Joins::default();
            own.add(&term.path, term.leaf);
            joins.require(Condition::Not(Box::new(own.into_condition())));
        } else {
            joins.add(&term.path, term.leaf);
        }
    }
    joins.into_condition()
}

/// How a term stands to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Plain,
    Or,
    Chain,
}

/// One parameter.
#[derive(Clone, Debug)]
struct Term {
    group: Group,
    is_negated: bool,
    path: Vec<Relation>,
    leaf: Leaf,
}

impl Term {
    /// Reads `[or__|chain__][not__]path[__lookup][__int]=value`.
    fn read(model: Model, parameter: &str, value: &str) -> Result<Self, ApiError> {
        let (text, is_integer) = match parameter.strip_suffix("__int") {
            Some(text) => (text, true),
            None => (parameter, false),
        };
        let (group, text) = match (text.strip_prefix("or__"), text.strip_prefix("chain__")) {
            (Some(text), _) => (Group::Or, text),
            (_, Some(text)) => (Group::Chain, text),
            _ => (Group::Plain, text),
        };
        let (is_negated, text) = match text.strip_prefix("not__") {
            Some(text) => (true, text),
            None => (false, text),
        };
        let path = Path::read(model, text).map_err(PathError::into_error)?;
        let leaf = if is_integer {
            leaf(&path, &lookup::integer(value)?.to_string())?
        } else {
            leaf(&path, value)?
        };
        Ok(Self {
            group,
            is_negated,
            path: path.relations,
            leaf,
        })
    }

    /// The relation that it shares with other terms; a negated one shares nothing.
    fn root(&self) -> Option<Relation> {
        let first = self.path.first().copied();
        first.filter(|_| !self.is_negated)
    }
}

fn leaf(path: &Path<'_>, value: &str) -> Result<Leaf, ApiError> {
    let lookup = path.lookup.unwrap_or("exact");
    match path.end {
        End::Field(field) => Leaf::of_field(field, lookup, value),
        End::Object => Leaf::of_object(lookup, value)?.ok_or_else(|| {
            let target = path.relations.last().map(|relation| relation.target());
            let model = target.map_or("", names::title);
            PathError::Unknown(model, lookup).into_error()
        }),
    }
}

#[cfg(test)]
mod tests;
