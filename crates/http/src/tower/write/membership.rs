//! What POST to lists that objects can be added to has in common (contract `tower.md`, section 8.3).

use actix_web::http::StatusCode;
use profiled_domain::{Model, ObjectState, Repository, RepositoryError, Right, Viewer};
use profiled_rest::error::{ApiError, ErrorDetail};
use profiled_rest::wire::body::Value;
use profiled_rest::wire::number;
use profiled_rest::{FieldSchema, RequestContext, ViewResponse};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, Type};

use crate::tower::caller::Caller;
use crate::tower::fields::value_of;

/// What a body asks for.
pub(super) enum MembershipRequest {
    Create(Value),
    Attach(SentId),
    Detach(SentId),
    /// Nothing at all: the answer.
    Refused(ViewResponse),
}

/// An identifier as it was sent; `None` for what is none.
pub(super) type SentId = Option<i64>;

/// Why a body adds and removes nothing.
#[derive(Serialize, ToSchema)]
#[schema(as = tower::Refused)]
#[serde(untagged)]
pub(in crate::tower) enum Refused {
    Whole(&'static str),
    Message { msg: &'static str },
}

/// The fields of a body that adds an object, or removes one.
pub(super) fn fields() -> [FieldSchema; 2] {
    let field = |name, kind| FieldSchema {
        name,
        label: None,
        help: None,
        choices: Vec::new(),
        sent: Some(Object::with_type(kind)),
        takes_null: false,
        is_required: false,
        is_file: false,
    };
    let id = FieldSchema {
        is_required: true,
        help: Some("The object that is added, or removed."),
        ..field("id", Type::Integer)
    };
    let disassociate = FieldSchema {
        help: Some("Whatever its value is, the object is removed."),
        ..field("disassociate", Type::Boolean)
    };
    [id, disassociate]
}

impl MembershipRequest {
    pub(super) async fn read(context: &RequestContext<'_>) -> Result<Self, ApiError> {
        let body = value_of(context.data().await?);
        if !matches!(body, Value::Object(_)) {
            let text = Refused::Whole("invalid type for post data");
            let answer = context.answer(StatusCode::BAD_REQUEST, &text);
            return Ok(Self::Refused(answer));
        }
        let id = match body.get("id") {
            None | Some(Value::Null) => None,
            Some(Value::Text(text)) if text.text.is_empty() => None,
            Some(Value::Text(text)) => Some(number::integer(&text.text)),
            Some(Value::Number(digits)) => Some(digits.parse().ok()).filter(|id| *id != Some(0)),
            Some(Value::Bool(_) | Value::List(_) | Value::Object(_)) => Some(None),
        };
        let detaches = body.get("disassociate").is_some();
        Ok(match id {
            Some(id) if detaches => Self::Detach(id),
            Some(id) => Self::Attach(id),
            None if detaches => {
                let msg = "\"id\" is required to disassociate";
                Self::Refused(context.answer(StatusCode::BAD_REQUEST, &Refused::Message { msg }))
            }
            None => Self::Create(body),
        })
    }
}

/// An identifier that some object of the model has or had.
///
/// # Errors
/// 400 for any other.
pub(super) async fn known_id(
    context: &RequestContext<'_>,
    model: Model,
    id: SentId,
) -> Result<i64, ApiError> {
    let unknown = || {
        let name = match model {
            Model::Team => "Team",
            _ => "User",
        };
        let text = format!("{name} matching query does not exist.");
        ApiError::BadRequest(ErrorDetail::Text(text))
    };
    let id = id.ok_or_else(unknown)?;
    let look_up = move |repository: &dyn Repository| repository.object_state(model, id);
    match context.services.lanes.read(look_up).await?? {
        ObjectState::Missing => Err(unknown()),
        ObjectState::Present | ObjectState::Gone => Ok(id),
    }
}

/// The caller's right to an object that exists.
///
/// # Errors
/// 403 for a caller without it.
pub(super) async fn permit(
    context: &RequestContext<'_>,
    model: Model,
    id: i64,
    right: fn(&Viewer, Model, i64) -> Right,
) -> Result<(Viewer, Right), ApiError> {
    let caller = Caller::of(context)?;
    let look_up = move |repository: &dyn Repository| {
        let viewer = caller.viewer(repository)?;
        let right = right(&viewer, model, id);
        let is_permitted = if viewer.is_superuser {
            repository.object_state(model, id)? == ObjectState::Present
        } else {
            let condition = std::slice::from_ref(&right.condition);
            repository.holds(right.model, right.id, condition)? == [true]
        };
        Ok::<_, RepositoryError>((viewer, right, is_permitted))
    };
    let (viewer, right, is_permitted) = context.services.lanes.read(look_up).await??;
    if is_permitted {
        Ok((viewer, right))
    } else {
        Err(ApiError::PermissionDenied)
    }
}
