//! `order_by` (contract `tower.md`, section 10). A list of one has one order: what is asked for is only
//! checked.

use crate::failure::{ApiError, Detail};
use crate::query::Query;
use crate::tower::filter::field::{Named, name};

/// # Errors
/// 400 for an order that makes no sense.
pub(super) fn check(query: &Query) -> Result<(), ApiError> {
    let asked = |pair: &&(String, String)| matches!(pair.0.as_str(), "order" | "order_by");
    let Some((_, text)) = query.pairs().iter().rev().find(asked) else {
        return Ok(());
    };
    text.split(',')
        .filter(|part| *part != "type" && *part != "-type")
        .try_for_each(check_part)
}

fn check_part(part: &str) -> Result<(), ApiError> {
    let path = part.strip_prefix('-').unwrap_or(part);
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if path.is_empty() || !path.bytes().all(is_name) {
        return Err(bad(format!("Invalid order_by arguments: ['{part}']")));
    }
    let (first, rest) = path
        .split_once("__")
        .map_or((path, None), |(a, b)| (a, Some(b)));
    match (name(first), rest) {
        (Named::Field(_), None) | (Named::Profile, Some("ldap_dn")) => Ok(()),
        (Named::Sensitive, _) => Err(bad(format!("cannot order by field {first}"))),
        (Named::Relation, _) => Err(bad(format!(
            "Ordering by {first} is not supported on this list."
        ))),
        (Named::Field(_) | Named::Profile, Some(rest)) => Err(unresolved(rest)),
        (Named::Profile | Named::Unknown, _) => Err(unresolved(first)),
    }
}

fn unresolved(keyword: &str) -> ApiError {
    bad(format!("Cannot resolve keyword '{keyword}' into field."))
}

fn bad(text: String) -> ApiError {
    ApiError::BadRequest(Detail::Text(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(query: &str) -> Option<String> {
        match check(&Query::parse(query.as_bytes())) {
            Ok(()) => None,
            Err(ApiError::BadRequest(Detail::Text(text))) => Some(text),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn known_fields_order_and_the_last_repetition_wins() {
        for query in [
            "",
            "order_by=-username,id",
            "order=created",
            "order_by=x&order_by=type",
        ] {
            assert_eq!(text(query), None, "{query}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let cases = [
            ("order_by=", "Invalid order_by arguments: ['']"),
            ("order_by=--x", "Invalid order_by arguments: ['--x']"),
            (
                "order_by=username%20",
                "Invalid order_by arguments: ['username ']",
            ),
            ("order_by=?", "Invalid order_by arguments: ['?']"),
            ("order_by=-password", "cannot order by field password"),
            (
                "order_by=bogus",
                "Cannot resolve keyword 'bogus' into field.",
            ),
            (
                "order_by=username__bogus",
                "Cannot resolve keyword 'bogus' into field.",
            ),
        ];

        for (query, expected) in cases {
            assert_eq!(text(query).as_deref(), Some(expected), "{query}");
        }
    }
}
