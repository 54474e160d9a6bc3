//! Look-ups: how a value is compared, and how it is read for that.

use profiled_domain::{
    Case, Comparison, Condition, Field, FieldKind, FieldValue, Lookup, Pattern, TextLookup,
};
use profiled_rest::error::ApiError;
use profiled_rest::wire::number;

use crate::tower::filter::bad_request::{bad_request, bad_request_list};
use crate::tower::filter::instant;

/// Names of look-ups, compared with case.
const NAMES: [&str; 16] = [
    "exact",
    "iexact",
    "contains",
    "icontains",
    "startswith",
    "istartswith",
    "endswith",
    "iendswith",
    "regex",
    "iregex",
    "gt",
    "gte",
    "lt",
    "lte",
    "in",
    "isnull",
];

/// Values that one `in` may have: a statement has room for so many parameters only.
const MAX_VALUES: usize = 500;

pub(super) fn is_name(segment: &str) -> bool {
    NAMES.contains(&segment)
}

/// What has to hold of the object at the end of a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Leaf {
    pub(super) condition: Condition,
    /// Whether it holds as well where a relation on the path leads to nothing: an outer join gives a row
    /// of absent values there.
    pub(super) holds_of_none: bool,
}

impl Leaf {
    fn test(field: Field, test: Lookup) -> Self {
        Self {
            condition: Condition::Field(field, test),
            holds_of_none: false,
        }
    }

    pub(super) fn is_pattern(&self) -> bool {
        matches!(self.condition, Condition::Field(_, Lookup::Matches(_)))
    }

    /// The last log-in is the only value that an object may lack.
    fn is_null(field: Field, wanted: bool) -> Self {
        let condition = match field {
            Field::LastLogin => Condition::Field(field, Lookup::IsNull(wanted)),
            _ if wanted => Condition::nothing(),
            _ => Condition::everything(),
        };
        Self {
            condition,
            holds_of_none: wanted,
        }
    }

    /// A comparison of a field.
    ///
    /// # Errors
    /// 400 for a value that the field cannot have.
    pub(super) fn of_field(field: Field, lookup: &str, text: &str) -> Result<Self, ApiError> {
        let (plain, case) = match lookup.strip_prefix('i') {
            Some(plain) if !matches!(lookup, "in" | "isnull") => (plain, Case::Ignored),
            _ => (lookup, Case::Sensitive),
        };
        let text_test = match plain {
            "isnull" => return Ok(Self::is_null(field, boolean(text)?)),
            "regex" => {
                let pattern =
                    Pattern::new(text, case).map_err(|error| bad_request(error.to_string()))?;
                return Ok(Self::test(field, Lookup::Matches(pattern)));
            }
            "in" => return Ok(Self::test(field, Lookup::In(values(field, text)?))),
            "contains" => TextLookup::Contains,
            "startswith" => TextLookup::StartsWith,
            "endswith" => TextLookup::EndsWith,
            "exact" if case == Case::Ignored && field.kind() == FieldKind::Text => {
                TextLookup::Exact
            }
            other => {
                let wanted = value(field, text)?;
                return Ok(Self::test(
                    field,
                    Lookup::Compare(comparison(other), wanted),
                ));
            }
        };
        let wanted = value(field, text)?.to_text();
        Ok(Self::test(field, Lookup::Text(text_test, wanted, case)))
    }

    /// A comparison of the object at the end of a relation, which is one of its identifier; `None` for a
    /// look-up that only text has.
    ///
    /// # Errors
    /// As for [`Self::of_field`].
    pub(super) fn of_object(lookup: &str, text: &str) -> Result<Option<Self>, ApiError> {
        Ok(Some(match lookup {
            "exact" if is_none(text) => Self::is_null(Field::Id, true),
            "in" if !text.is_empty() => {
                // Nothing equals an absent value.
                let parts = text.split(',').filter(|part| !is_none(part));
                let ids = parts.map(|part| value(Field::Id, part));
                Self::test(
                    Field::Id,
                    Lookup::In(checked(ids.collect::<Result<_, _>>()?)?),
                )
            }
            "exact" | "gt" | "gte" | "lt" | "lte" | "in" | "isnull" => {
                Self::of_field(Field::Id, lookup, text)?
            }
            _ => return Ok(None),
        }))
    }
}

fn comparison(lookup: &str) -> Comparison {
    match lookup {
        "gt" => Comparison::Greater,
        "gte" => Comparison::GreaterOrEqual,
        "lt" => Comparison::Less,
        "lte" => Comparison::LessOrEqual,
        _ => Comparison::Equal,
    }
}

fn values(field: Field, text: &str) -> Result<Vec<FieldValue>, ApiError> {
    if text.is_empty() {
        return Err(bad_request(
            "cannot provide empty value for __in".to_owned(),
        ));
    }
    let values = text.split(',').map(|part| value(field, part));
    checked(values.collect::<Result<_, _>>()?)
}

fn checked(values: Vec<FieldValue>) -> Result<Vec<FieldValue>, ApiError> {
    if values.len() > MAX_VALUES {
        return Err(bad_request(format!(
            "At most {MAX_VALUES} values can be given."
        )));
    }
    Ok(values)
}

/// A value in the kind of the field, whatever the look-up does with it.
fn value(field: Field, text: &str) -> Result<FieldValue, ApiError> {
    Ok(match field.kind() {
        FieldKind::Integer => FieldValue::Integer(integer(text)?),
        FieldKind::Text => FieldValue::Text(text.to_owned()),
        FieldKind::Boolean => FieldValue::Boolean(boolean(text)?),
        FieldKind::Instant => FieldValue::Instant(instant::read(text)?),
    })
}

/// No object.
fn is_none(text: &str) -> bool {
    text.eq_ignore_ascii_case("none") || text.eq_ignore_ascii_case("null")
}

/// # Errors
/// 400, as a list.
pub(super) fn integer(text: &str) -> Result<i64, ApiError> {
    let wrong = || bad_request_list(format!("'{text}' value must be an integer."));
    number::integer(text).ok_or_else(wrong)
}

fn boolean(text: &str) -> Result<bool, ApiError> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" => Ok(true),
        "false" | "f" | "0" => Ok(false),
        _ => Err(bad_request(format!(
            "Unable to convert \"{text}\" to boolean"
        ))),
    }
}
