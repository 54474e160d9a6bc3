//! Which users a query selects (contract `tower.md`, section 10), on the user's own fields.
//!
//! Every parameter that is not reserved is a term. All plain terms must hold, and one of the `or__`
//! terms, if there are any. Relations are refused rather than ignored.

pub(super) mod field;
mod lookup;

use profiled_domain::User;

use crate::failure::{ApiError, Detail};
use crate::query::Query;
use crate::tower::filter::field::{Field, Named, name};
use crate::tower::filter::lookup::Test;
use crate::tower::list::RESERVED;

/// Whether the query selects this user.
///
/// # Errors
/// 400 for a term that makes no sense, 403 for one that would tell a secret.
pub(super) fn selects(user: &User, query: &Query) -> Result<bool, ApiError> {
    let mut holds = is_of_type(query) && is_found(user, query);
    let (mut has_or, mut one_holds) = (false, false);
    for (name, value) in query.pairs() {
        if RESERVED.contains(&name.as_str()) {
            continue;
        }
        let term = Term::parse(name, value)?;
        let outcome = term.test.holds(&term.field.of(user)) != term.is_negated;
        if term.is_or {
            has_or = true;
            one_holds |= outcome;
        } else {
            holds &= outcome;
        }
    }
    Ok(holds && (!has_or || one_holds))
}

/// `type`: a list of kinds; without `user` in it there is nothing.
fn is_of_type(query: &Query) -> bool {
    query
        .get("type")
        .is_none_or(|kinds| kinds.split(',').any(|kind| kind == "user"))
}

/// `search`: every word occurs somewhere, without case.
fn is_found(user: &User, query: &Query) -> bool {
    let fields = [
        &user.username,
        &user.first_name,
        &user.last_name,
        &user.email,
    ];
    let texts = fields.map(|text| text.as_deref().unwrap_or_default().to_lowercase());
    let words = query.get("search").unwrap_or_default().split([' ', ',']);
    words
        .filter(|word| !word.is_empty())
        .all(|word| texts.iter().any(|text| text.contains(&word.to_lowercase())))
}

/// One parameter.
struct Term {
    field: Field,
    test: Test,
    is_or: bool,
    is_negated: bool,
}

impl Term {
    /// Reads `[or__|chain__][not__]field[__lookup][__int]=value`.
    fn parse(parameter: &str, value: &str) -> Result<Self, ApiError> {
        let (is_or, rest) = match parameter.strip_prefix("or__") {
            Some(rest) => (true, rest),
            None => (
                false,
                parameter.strip_prefix("chain__").unwrap_or(parameter),
            ),
        };
        let (is_negated, rest) = match rest.strip_prefix("not__") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let (path, reads_integer) = match rest.strip_suffix("__int") {
            Some(path) => (path, true),
            None => (rest, false),
        };
        let (field, lookup) = resolve(path)?;
        let value = if reads_integer {
            lookup::integer(value)?.to_string()
        } else {
            value.into()
        };
        let test = Test::new(field.kind(), lookup, &value)?;
        Ok(Self {
            field,
            test,
            is_or,
            is_negated,
        })
    }
}

/// The field of a path, and the name of the look-up behind it.
fn resolve(path: &str) -> Result<(Field, &str), ApiError> {
    let mut segments = path.split("__");
    let first = segments.next().unwrap_or_default();
    let field = match name(first) {
        Named::Field(field) => field,
        Named::Profile => match segments.next() {
            Some("ldap_dn") => Field::LdapDn,
            other => return Err(unknown(other.unwrap_or("profile"))),
        },
        Named::Sensitive => {
            return Err(ApiError::Forbidden(format!(
                "Filtering on {first} is not allowed."
            )));
        }
        Named::Relation => {
            return Err(bad(format!(
                "Filtering by {first} is not supported on this list."
            )));
        }
        Named::Unknown => return Err(unknown(first)),
    };
    match (segments.next(), segments.next()) {
        (None, _) => Ok((field, "exact")),
        (Some(lookup), None) if lookup::NAMES.contains(&lookup) => Ok((field, lookup)),
        (Some(segment), _) => Err(unknown(segment)),
    }
}

fn unknown(segment: &str) -> ApiError {
    bad(format!("User has no field named '{segment}'"))
}

fn bad(text: String) -> ApiError {
    ApiError::BadRequest(Detail::Text(text))
}

#[cfg(test)]
mod tests;
