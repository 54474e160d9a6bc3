//! From the name of a parameter to what is compared: relations, a field, a look-up.

use profiled_domain::{Field, Model, Relation};
use profiled_rest::error::ApiError;

use crate::tower::filter::bad_request::bad_request;
use crate::tower::filter::lookup;
use crate::tower::filter::names::{self, Named};

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::tower) struct Path<'a> {
    pub(in crate::tower) relations: Vec<Relation>,
    pub(in crate::tower) end: End,
    /// What follows, which is a look-up or nothing.
    pub(in crate::tower) lookup: Option<&'a str>,
}

/// Where the relations of a path end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tower) enum End {
    /// At a field of the last object.
    Field(Field),
    /// At the last object itself.
    Object,
}

/// Why a path leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::tower) enum PathError<'a> {
    /// The model, as errors call it, has nothing of this name.
    Unknown(&'static str, &'a str),
    /// What must not be guessed at.
    Sensitive(&'a str),
    /// A relation that is on the path already.
    Loop(&'a str),
}

impl<'a> Path<'a> {
    /// Reads `relation__relation__field__lookup`.
    pub(in crate::tower) fn read(model: Model, text: &'a str) -> Result<Self, PathError<'a>> {
        let (mut model, mut relations) = (model, Vec::new());
        let mut segments = text.split("__").peekable();
        while let Some(segment) = segments.next() {
            let field = match names::find(model, segment) {
                Named::Field(field) => field,
                Named::Profile => profile_field(segment, segments.next())?,
                Named::Sensitive => return Err(PathError::Sensitive(segment)),
                Named::Unknown => return Err(PathError::Unknown(names::title(model), segment)),
                Named::Relation(relation) => {
                    if relations.contains(&relation) {
                        return Err(PathError::Loop(segment));
                    }
                    relations.push(relation);
                    model = relation.target();
                    let next = segments.peek().copied();
                    if next.is_none_or(lookup::is_name) {
                        segments.next();
                        let end = End::Object;
                        return finished(relations, end, next, segments.next(), model);
                    }
                    continue;
                }
            };
            let (lookup, rest) = (segments.next(), segments.next());
            return finished(relations, End::Field(field), lookup, rest, model);
        }
        Err(PathError::Unknown(names::title(model), ""))
    }
}

/// The path with its look-up, behind which there must be nothing.
fn finished<'a>(
    relations: Vec<Relation>,
    end: End,
    lookup: Option<&'a str>,
    rest: Option<&'a str>,
    model: Model,
) -> Result<Path<'a>, PathError<'a>> {
    match lookup {
        Some(name) if rest.is_some() || !lookup::is_name(name) => {
            Err(PathError::Unknown(names::title(model), name))
        }
        lookup => Ok(Path {
            relations,
            end,
            lookup,
        }),
    }
}

fn profile_field<'a>(segment: &'a str, next: Option<&'a str>) -> Result<Field, PathError<'a>> {
    match next {
        Some("ldap_dn") => Ok(Field::LdapDn),
        Some(other) => Err(PathError::Unknown("Profile", other)),
        None => Err(PathError::Unknown(names::title(Model::User), segment)),
    }
}

impl PathError<'_> {
    /// What a filter with such a path is answered with.
    pub(in crate::tower) fn into_error(self) -> ApiError {
        match self {
            Self::Unknown(model, segment) => {
                bad_request(format!("{model} has no field named '{segment}'"))
            }
            Self::Sensitive(segment) => {
                ApiError::Forbidden(format!("Filtering on {segment} is not allowed."))
            }
            Self::Loop(segment) => bad_request(format!(
                "Loops not allowed in filters, detected on field {segment}."
            )),
        }
    }
}
