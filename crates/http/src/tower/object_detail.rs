//! The views of single objects.

use actix_web::http::{Method, StatusCode};
use profiled_rest::error::ApiError;
use profiled_rest::{Operation, PageForms, RequestContext, Resource, Spec, View, ViewResponse};

use crate::tower::kind::{ObjectKind, WritableKind};
use crate::tower::object::{check_selected, load_readable};
use crate::tower::options;

/// What the handlers of one object are given.
struct ObjectDetail {
    spec: Spec,
    has_put: bool,
}

/// An object that clients only read.
pub(super) fn read_only<K: ObjectKind>(
    name: &'static str,
    description: &'static str,
) -> Box<dyn View> {
    resource::<K>(name, description, false).into()
}

/// An object that clients read, change and delete.
pub(super) fn writable<K: WritableKind>(
    name: &'static str,
    description: &'static str,
) -> Box<dyn View> {
    let view = resource::<K>(name, description, true).forms(forms::<K>);
    let view = view.put(update::<K>).patch(update::<K>);
    let view = view.delete(delete::<K>);
    view.operations(writes::<K>).into()
}

fn resource<K: ObjectKind>(
    name: &'static str,
    description: &'static str,
    has_put: bool,
) -> Resource<ObjectDetail> {
    let spec = Spec {
        name,
        description,
        ..Spec::VIEW
    };
    let view = Resource::new(spec, ObjectDetail { spec, has_put }).get(retrieve::<K>);
    view.options(describe::<K>).operations(reads::<K>)
}

fn reads<K: ObjectKind>(_: &ObjectDetail) -> Vec<Operation> {
    let show = Operation::new(Method::GET).answers::<K::Body<'_>>(StatusCode::OK);
    let show = show.describes::<K::Body<'_>, _>(K::SCHEMA.shown());
    let all = [show, options::object_operation()];
    let all = all.into_iter();
    all.map(|one| one.refuses(StatusCode::FORBIDDEN)).collect()
}

fn writes<K: WritableKind>(detail: &ObjectDetail) -> Vec<Operation> {
    let change = |method| {
        let change = Operation::new(method).takes(K::SCHEMA.written());
        change.answers::<K::Body<'_>>(StatusCode::OK)
    };
    let delete = Operation::new(Method::DELETE).answers_nothing(StatusCode::NO_CONTENT);
    let writes = [change(Method::PUT), change(Method::PATCH), delete];
    let writes = writes
        .into_iter()
        .map(|one| one.refuses(StatusCode::FORBIDDEN));
    reads::<K>(detail).into_iter().chain(writes).collect()
}

async fn retrieve<K: ObjectKind>(
    _: &ObjectDetail,
    context: &RequestContext<'_>,
) -> Result<ViewResponse, ApiError> {
    let id = context.parameters.id(0);
    let object = load_readable::<K>(context, id).await?;
    check_selected::<K>(context, id).await?;
    Ok(context.ok(&object.body(context.mount)))
}

async fn update<K: WritableKind>(
    _: &ObjectDetail,
    context: &RequestContext<'_>,
) -> Result<ViewResponse, ApiError> {
    K::update(context, context.parameters.id(0)).await
}

async fn delete<K: WritableKind>(
    _: &ObjectDetail,
    context: &RequestContext<'_>,
) -> Result<ViewResponse, ApiError> {
    K::delete(context, context.parameters.id(0)).await
}

async fn describe<K: ObjectKind>(
    detail: &ObjectDetail,
    context: &RequestContext<'_>,
) -> Result<ViewResponse, ApiError> {
    load_readable::<K>(context, context.parameters.id(0)).await?;
    let document = options::detail(&detail.spec, context, K::SCHEMA, detail.has_put);
    Ok(context.ok(&document))
}

async fn forms<K: WritableKind>(
    _: &ObjectDetail,
    context: &RequestContext<'_>,
) -> Result<PageForms, ApiError> {
    K::forms(context, context.parameters.id(0)).await
}
