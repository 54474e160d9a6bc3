//! What a method of a view takes and answers, as the OpenAPI document tells it.

use actix_web::http::{Method, StatusCode};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, SchemaType, Type};
use utoipa::openapi::security::SecurityScheme;
use utoipa::openapi::{Ref, RefOr, Schema};

use crate::framework::fields::Field;

/// A method of a view.
pub struct Operation {
    pub(crate) method: Method,
    /// What the body may be, one of them; none without a body.
    pub(crate) bodies: Vec<Vec<FieldSchema>>,
    pub(crate) parameters: Vec<QueryParameter>,
    pub(crate) answers: Vec<Answer>,
    /// Refusals that do not follow from what the view says of itself.
    pub(crate) refusals: Vec<StatusCode>,
    /// Whether an entity tag comes with the answer.
    pub(crate) is_tagged: bool,
    /// Whether a version that the client names is compared: `If-Match` of a change, `If-None-Match` of a read.
    pub(crate) compares: Option<Compared>,
    pub(crate) credentials: Credentials,
    /// Schemas by their names, for what has told nothing but its type.
    pub(crate) described: Vec<(String, Vec<FieldSchema>)>,
}

/// What the version of a client decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// Whether anything is shown.
    Shown,
    /// Whether anything is changed.
    Changed,
}

/// Which credentials an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// Those that the view asks for.
    OfView,
    /// Those of the dialect, also where the view asks for none.
    Taken,
    /// The same, and none at all will do.
    Optional,
}

/// An answer that is no refusal.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Option<NamedSchema>,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
}

/// A schema with those that it refers to.
#[derive(Clone)]
pub struct NamedSchema {
    pub(crate) schema: RefOr<Schema>,
    pub(crate) components: Vec<(String, RefOr<Schema>)>,
}

/// A parameter of a query.
#[derive(Clone)]
pub struct QueryParameter {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) schema: Object,
}

/// A field of a body, as schemas describe it.
#[derive(Clone)]
pub struct FieldSchema {
    /// Its name in bodies.
    pub name: &'static str,
    /// Its name for people.
    pub label: Option<&'static str>,
    /// What there is to know of it.
    pub help: Option<&'static str>,
    /// All values that it has, if there are few.
    pub choices: Vec<&'static str>,
    /// What is sent; `None` for a field that is never written.
    pub sent: Option<Object>,
    /// Whether null is sent, too.
    pub takes_null: bool,
    /// Must be sent.
    pub is_required: bool,
    /// A file, which only comes in a multipart body.
    pub is_file: bool,
}

/// How clients of a dialect show who they are.
#[derive(Clone)]
pub struct Credential {
    /// Its name in the document.
    pub name: &'static str,
    /// How it is sent.
    pub scheme: SecurityScheme,
    /// What a write sends beside it.
    pub proof: Option<(&'static str, SecurityScheme)>,
}

impl Operation {
    /// A method that has told nothing yet.
    #[must_use]
    pub fn new(method: Method) -> Self {
        Self {
            method,
            bodies: Vec::new(),
            parameters: Vec::new(),
            answers: Vec::new(),
            refusals: Vec::new(),
            is_tagged: false,
            compares: None,
            credentials: Credentials::OfView,
            described: Vec::new(),
        }
    }

    /// Reads a body with these fields. Called once more: or with those.
    #[must_use]
    pub fn takes<F: Into<FieldSchema>>(mut self, fields: impl IntoIterator<Item = F>) -> Self {
        let fields = fields.into_iter().map(Into::into);
        let written = fields.filter(|field: &FieldSchema| field.sent.is_some());
        self.bodies.push(written.collect());
        self
    }

    /// Answers with a body.
    #[must_use]
    pub fn answers<T: ToSchema>(mut self, status: StatusCode) -> Self {
        self.answers.push(Answer {
            status,
            body: Some(NamedSchema::of::<T>()),
            headers: Vec::new(),
        });
        self
    }

    /// Answers with a page `P` of a list of `T`.
    #[must_use]
    pub fn answers_page<P: ToSchema, T: ToSchema>(mut self) -> Self {
        self.answers.push(Answer {
            status: StatusCode::OK,
            body: Some(NamedSchema::page::<P, T>()),
            headers: Vec::new(),
        });
        self
    }

    /// Answers without a body.
    #[must_use]
    pub fn answers_nothing(mut self, status: StatusCode) -> Self {
        self.answers.push(Answer {
            status,
            body: None,
            headers: Vec::new(),
        });
        self
    }

    /// The last answer has a header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, description: &'static str) -> Self {
        if let Some(answer) = self.answers.last_mut() {
            answer.headers.push((name, description));
        }
        self
    }

    /// What is known of the fields of `T`, wherever it is shown.
    #[must_use]
    pub fn describes<T: ToSchema, F: Into<FieldSchema>>(
        mut self,
        fields: impl IntoIterator<Item = F>,
    ) -> Self {
        let fields = fields.into_iter().map(Into::into).collect();
        self.described.push((T::name().into_owned(), fields));
        self
    }

    /// Reads parameters of the query.
    #[must_use]
    pub fn reads(mut self, parameters: impl IntoIterator<Item = QueryParameter>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// Refuses with this status, too.
    #[must_use]
    pub fn refuses(mut self, status: StatusCode) -> Self {
        self.refusals.push(status);
        self
    }

    /// Answers with an entity tag. A read compares it with `If-None-Match`, a write with `If-Match`.
    #[must_use]
    pub fn tagged(mut self) -> Self {
        self.is_tagged = true;
        if self.method.is_safe() {
            self.compares = Some(Compared::Shown);
            self
        } else {
            self.compares_version()
        }
    }

    /// The same for a read, whatever its method is called.
    #[must_use]
    pub fn reads_version(mut self) -> Self {
        self.is_tagged = true;
        self.compares = Some(Compared::Shown);
        self
    }

    /// Changes what `If-Match` names, and nothing else.
    #[must_use]
    pub fn compares_version(mut self) -> Self {
        self.compares = Some(Compared::Changed);
        self
    }

    /// Takes the credentials of the dialect, though the pipeline looks at none.
    #[must_use]
    pub fn takes_credentials(mut self) -> Self {
        self.credentials = Credentials::Taken;
        self
    }

    /// The same, and goes on without any.
    #[must_use]
    pub fn may_take_credentials(mut self) -> Self {
        self.credentials = Credentials::Optional;
        self
    }
}

impl NamedSchema {
    /// That of a body.
    #[must_use]
    pub fn of<T: ToSchema>() -> Self {
        Self::named::<T>(T::name().into_owned())
    }

    /// A page of a list: `P` is called after what is on it.
    fn page<P: ToSchema, T: ToSchema>() -> Self {
        let mut page = Self::named::<P>(format!("{}Page", T::name()));
        page.components.extend(Self::of::<T>().components);
        page
    }

    fn named<T: ToSchema>(name: String) -> Self {
        let mut components = vec![(name.clone(), T::schema())];
        T::schemas(&mut components);
        Self {
            schema: RefOr::Ref(Ref::from_schema_name(name)),
            components,
        }
    }

    /// Either of two.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        let either = utoipa::openapi::schema::AnyOfBuilder::new();
        let either = either.item(self.schema).item(other.schema);
        self.components.extend(other.components);
        Self {
            schema: RefOr::T(Schema::AnyOf(either.build())),
            components: self.components,
        }
    }
}

impl QueryParameter {
    /// A parameter of any text.
    #[must_use]
    pub fn text(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            schema: Object::with_type(Type::String),
        }
    }

    /// A parameter that is one of these.
    #[must_use]
    pub fn one_of(name: &'static str, description: &'static str, values: &[&'static str]) -> Self {
        let mut parameter = Self::text(name, description);
        parameter.schema.enum_values =
            Some(values.iter().map(|value| Value::from(*value)).collect());
        parameter
    }

    /// A whole number from 1 on.
    #[must_use]
    pub fn count(name: &'static str, description: &'static str) -> Self {
        let mut schema = Object::with_type(Type::Integer);
        schema.minimum = Some(1.into());
        Self {
            name,
            description,
            schema,
        }
    }

    /// All others: each name is a parameter, with text.
    #[must_use]
    pub fn others(name: &'static str, description: &'static str) -> Self {
        let mut schema = Object::with_type(Type::Object);
        let text = RefOr::T(Schema::Object(Object::with_type(Type::String)));
        let others = utoipa::openapi::schema::AdditionalProperties::RefOr(text);
        schema.additional_properties = Some(Box::new(others));
        Self {
            name,
            description,
            schema,
        }
    }
}

impl From<&Field> for FieldSchema {
    fn from(field: &Field) -> Self {
        field.described()
    }
}

/// A type, or null.
pub(crate) fn nullable(of: &SchemaType) -> SchemaType {
    match of {
        SchemaType::Type(one) => SchemaType::Array(vec![one.clone(), Type::Null]),
        other => other.clone(),
    }
}
