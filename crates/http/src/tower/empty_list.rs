//! Lists that Tower has and that are always empty here. There is nothing that filters could be about, so
//! they are ignored.
//!
//! Clients of `/api/v2/` look at some more, whatever they are about to do, and want no more of OPTIONS than
//! an object (contract `tower.md`, section 15.3).

use actix_web::http::{Method, StatusCode};
use profiled_domain::Model;
use profiled_rest::error::ApiError;
use profiled_rest::{Operation, RequestContext, Resource, Spec, View, ViewResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::tower::fields::ObjectSchema;
use crate::tower::mount::{MountedView, view};
use crate::tower::paging::{Envelope, page_parameters};
use crate::tower::{options, parent};

/// The view.
pub(super) struct EmptyList {
    spec: Spec,
    /// `None`: the OPTIONS document is empty.
    schema: Option<&'static ObjectSchema>,
    parent: Option<Model>,
}

/// What OPTIONS says of something without a description.
#[derive(Serialize, ToSchema)]
#[schema(as = tower::Undescribed)]
struct Undescribed {}

const UNDESCRIBED: Spec = Spec {
    name: "Empty List",
    description: "This service has nothing of this kind.",
    ..Spec::VIEW
};

impl EmptyList {
    pub(super) fn new(name: &'static str, schema: &'static ObjectSchema) -> Self {
        Self {
            spec: Spec {
                name,
                description: "Always empty.",
                ..Spec::VIEW
            },
            schema: Some(schema),
            parent: None,
        }
    }

    /// Belongs to the object that the path names.
    pub(super) fn of(mut self, model: Model) -> Self {
        self.parent = Some(model);
        self
    }

    async fn permit(&self, context: &RequestContext<'_>) -> Result<(), ApiError> {
        match self.parent {
            Some(model) => parent::permit(context, model, context.parameters.id(0)).await,
            None => Ok(()),
        }
    }
}

impl From<EmptyList> for Box<dyn View> {
    fn from(list: EmptyList) -> Self {
        let view = Resource::new(list.spec, list).permit(EmptyList::permit);
        let view = view.get(read).options(describe);
        view.operations(operations).into()
    }
}

fn operations(list: &EmptyList) -> Vec<Operation> {
    let show = Operation::new(Method::GET).reads(page_parameters());
    let show = show.answers_page::<Envelope<Undescribed>, Undescribed>();
    let describe = match list.schema {
        Some(_) => options::object_operation(),
        None => undescribed_operation(),
    };
    let all = [show, describe].into_iter();
    match list.parent {
        Some(_) => all.map(|one| one.refuses(StatusCode::FORBIDDEN)).collect(),
        None => all.collect(),
    }
}

fn undescribed_operation() -> Operation {
    Operation::new(Method::OPTIONS).answers::<Undescribed>(StatusCode::OK)
}

async fn read(_: &EmptyList, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    Ok(context.ok(&Envelope::empty(context)?))
}

async fn describe(
    list: &EmptyList,
    context: &RequestContext<'_>,
) -> Result<ViewResponse, ApiError> {
    Ok(match list.schema {
        Some(schema) => context.ok(&options::list(&list.spec, context, schema, false)),
        None => context.ok(&Undescribed {}),
    })
}

/// An object that would be in such a list.
fn missing_object() -> Resource<()> {
    Resource::new(UNDESCRIBED, ())
        .get(not_found)
        .options(undescribed_object)
        .operations(|()| vec![Operation::new(Method::GET), undescribed_operation()])
}

async fn not_found((): &(), _: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    Err(ApiError::NotFound)
}

async fn undescribed_object(
    (): &(),
    context: &RequestContext<'_>,
) -> Result<ViewResponse, ApiError> {
    Ok(context.ok(&Undescribed {}))
}

/// The lists that only clients of `/api/v2/` look at, and the objects that would be in them.
pub(super) fn undescribed() -> impl Iterator<Item = MountedView> {
    let lists = [
        "inventories/",
        "job_templates/",
        "workflow_job_templates/",
        "instance_groups/",
    ];
    let objects = [
        "projects/{id}/",
        "credentials/{id}/",
        "inventories/{id}/",
        "job_templates/{id}/",
        "workflow_job_templates/{id}/",
        "instance_groups/{id}/",
    ];
    let list = || EmptyList {
        spec: UNDESCRIBED,
        schema: None,
        parent: None,
    };
    let lists = lists.into_iter().map(move |path| view(path, list()));
    lists.chain(objects.map(|path| view(path, missing_object())))
}
