//! `order_by` (contract `tower.md`, section 10).

use profiled_domain::{Field, Model, OrderBy, Relation, Step};
use profiled_rest::error::ApiError;
use profiled_rest::wire::query::Query;

use crate::tower::filter::bad_request;
use crate::tower::filter::path::{End, Path, PathError};

/// Keys that a query may have: each may cost a join.
const MAX_KEYS: usize = 20;

/// The order that a query names, of the last repetition; `None` if it names none.
///
/// # Errors
/// 400 for an invalid order.
pub(super) fn requested(model: Model, query: &Query) -> Result<Option<Vec<OrderBy>>, ApiError> {
    let is_order = |pair: &&(String, String)| matches!(pair.0.as_str(), "order" | "order_by");
    let order = query.pairs().iter().rev().find(is_order);
    let text = order.map_or("type", |(_, text)| text.as_str());
    let parts = text
        .split(',')
        .filter(|part| !matches!(*part, "type" | "-type"));
    let parts: Vec<&str> = parts.collect();
    check_form(&parts)?;
    if parts.is_empty() {
        return Ok(None);
    }
    let keys = parts.into_iter().map(|part| keys(model, part));
    Ok(Some(keys.collect::<Result<Vec<_>, _>>()?.concat()))
}

/// Organizations by name, teams by that of their organization, which every team shows, then by their own; others
/// by identifier, which comes after every order anyway.
pub(super) fn default_order(model: Model) -> Vec<OrderBy> {
    let name = |path: &[Relation]| OrderBy {
        path: path.iter().copied().map(Step::from).collect(),
        field: Field::Name,
        is_descending: false,
    };
    match model {
        Model::Organization => vec![name(&[])],
        Model::Team => vec![name(&[Relation::TeamOrganization]), name(&[])],
        Model::User | Model::ActivityEvent => Vec::new(),
    }
}

fn check_form(parts: &[&str]) -> Result<(), ApiError> {
    if parts.len() > MAX_KEYS {
        return Err(bad_request(format!(
            "At most {MAX_KEYS} order_by arguments can be given."
        )));
    }
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_wrong = |part: &&&str| {
        let path = part.strip_prefix('-').unwrap_or(part);
        path.is_empty() || !path.bytes().all(is_name)
    };
    let wrong: Vec<String> = parts
        .iter()
        .filter(is_wrong)
        .map(|part| format!("'{part}'"))
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(bad_request(format!(
        "Invalid order_by arguments: [{}]",
        wrong.join(", ")
    )))
}

/// One argument. A relation stands for the order of what it leads to.
fn keys(model: Model, part: &str) -> Result<Vec<OrderBy>, ApiError> {
    let (text, is_descending) = match part.strip_prefix('-') {
        Some(text) => (text, true),
        None => (part, false),
    };
    let unresolved =
        |keyword: &str| bad_request(format!("Cannot resolve keyword '{keyword}' into field."));
    let path = Path::read(model, text).map_err(|error| match error {
        PathError::Unknown(_, segment) => unresolved(segment),
        PathError::Sensitive(segment) => bad_request(format!("cannot order by field {segment}")),
        PathError::Loop(_) => error.into_error(),
    })?;
    if let Some(lookup) = path.lookup {
        return Err(unresolved(lookup));
    }
    let path_to: Vec<Step> = path.relations.iter().copied().map(Step::from).collect();
    let key = |further: &[Step], field| OrderBy {
        path: [&path_to, further].concat(),
        field,
        is_descending,
    };
    let target = path.relations.last().map_or(model, |last| last.target());
    Ok(match path.end {
        End::Field(field) => vec![key(&[], field)],
        End::Object => match default_order(target) {
            own if own.is_empty() => vec![key(&[], Field::Id)],
            own => own.iter().map(|own| key(&own.path, own.field)).collect(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use profiled_rest::error::ErrorDetail;

    fn text(query: &str) -> Option<String> {
        match requested(Model::User, &Query::parse(query.as_bytes()).unwrap()) {
            Ok(_) => None,
            Err(ApiError::BadRequest(ErrorDetail::Text(text))) => Some(text),
            Err(other) => panic!("{other}"),
        }
    }

    fn order(model: Model, query: &str) -> Vec<String> {
        let keys = requested(model, &Query::parse(query.as_bytes()).unwrap()).unwrap();
        let keys = keys.unwrap_or_else(|| default_order(model));
        let written = keys.iter().map(|key| {
            let sign = if key.is_descending { "-" } else { "" };
            let path: Vec<Relation> = key.path.iter().map(|step| step.relation).collect();
            format!("{sign}{path:?}{:?}", key.field)
        });
        written.collect()
    }

    #[test]
    fn known_fields_order_and_the_last_repetition_wins() {
        let cases: [(Model, &str, &[&str]); 9] = [
            (Model::User, "", &[]),
            (
                Model::User,
                "order_by=-username,pk",
                &["-[]Username", "[]Id"],
            ),
            (Model::User, "order=created", &["[]DateJoined"]),
            (Model::User, "order_by=x&order_by=-type", &[]),
            (Model::User, "order_by=-teams__name", &["-[UserTeams]Name"]),
            (Model::Organization, "", &["[]Name"]),
            (
                Model::Organization,
                "order_by=-created_by",
                &["-[OrganizationCreatedBy]Id"],
            ),
            (
                Model::Team,
                "order_by=type",
                &["[TeamOrganization]Name", "[]Name"],
            ),
            (
                Model::ActivityEvent,
                "order_by=-team",
                &["-[EventTeams, TeamOrganization]Name", "-[EventTeams]Name"],
            ),
        ];

        for (model, query, expected) in cases {
            assert_eq!(order(model, query), expected, "{query}");
        }
    }

    #[test]
    fn order_by_unknown_or_forbidden_field_is_refused() {
        let cases = [
            ("order_by=", "Invalid order_by arguments: ['']"),
            (
                "order_by=--x,id,",
                "Invalid order_by arguments: ['--x', '']",
            ),
            (
                "order_by=username%20",
                "Invalid order_by arguments: ['username ']",
            ),
            ("order_by=?", "Invalid order_by arguments: ['?']"),
            ("order_by=-password", "cannot order by field password"),
            (
                "order_by=organizations__users__is_active",
                "cannot order by field is_active",
            ),
            (
                "order_by=bogus",
                "Cannot resolve keyword 'bogus' into field.",
            ),
            (
                "order_by=organizations__bogus",
                "Cannot resolve keyword 'bogus' into field.",
            ),
            (
                "order_by=username__bogus",
                "Cannot resolve keyword 'bogus' into field.",
            ),
            (
                "order_by=username__iexact",
                "Cannot resolve keyword 'iexact' into field.",
            ),
            (
                "order_by=teams__users__teams__id",
                "Loops not allowed in filters, detected on field teams.",
            ),
        ];

        for (query, expected) in cases {
            assert_eq!(text(query).as_deref(), Some(expected), "{query}");
        }
        assert!(text(&format!("order_by={}", "id,".repeat(21))).is_some());
    }
}
