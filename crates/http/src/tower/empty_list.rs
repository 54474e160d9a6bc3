//! Lists that Tower has and that are always empty here. There is nothing that filters could be about, so
//! they are ignored.
//!
//! Clients of `/api/v2/` look at some more, whatever they are about to do, and want no more of OPTIONS than
//! an object (contract `tower.md`, section 15.3).

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_domain::Model;
use profiled_rest::error::ApiError;
use profiled_rest::{RequestContext, Spec, View, ViewResponse};
use serde::Serialize;

use crate::tower::fields::ObjectSchema;
use crate::tower::mount::{MountedView, view};
use crate::tower::paging::Envelope;
use crate::tower::{options, parent};

/// The view.
pub(super) struct EmptyList {
    spec: Spec,
    /// `None`: OPTIONS tells nothing.
    schema: Option<&'static ObjectSchema>,
    parent: Option<Model>,
}

/// What OPTIONS says of something without a description.
#[derive(Serialize)]
struct Undescribed {}

const UNDESCRIBED: Spec = Spec {
    name: "Empty List",
    description: "This service has nothing of this kind.",
    allow: "GET, HEAD, OPTIONS",
    ..Spec::VIEW
};

impl EmptyList {
    pub(super) fn new(name: &'static str, schema: &'static ObjectSchema) -> Self {
        Self {
            spec: Spec {
                name,
                description: "Always empty.",
                allow: "GET, HEAD, OPTIONS",
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

    fn respond(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        match (context.method, self.schema) {
            (&Method::OPTIONS, Some(schema)) => {
                Ok(context.ok(&options::list(&self.spec, context, schema, false)))
            }
            (&Method::OPTIONS, None) => Ok(context.ok(&Undescribed {})),
            _ => Ok(context.ok(&Envelope::empty(context)?)),
        }
    }
}

/// An object that would be in such a list.
struct MissingObject;

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
    lists.chain(objects.map(|path| view(path, MissingObject)))
}

impl View for EmptyList {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn permit<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<(), ApiError>> {
        match self.parent {
            Some(model) => parent::permit(context, model, context.parameters.id(0)).boxed_local(),
            None => future::ready(Ok(())).boxed_local(),
        }
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        future::ready(self.respond(context)).boxed_local()
    }
}

impl View for MissingObject {
    fn spec(&self) -> &Spec {
        &UNDESCRIBED
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        future::ready(match *context.method {
            Method::OPTIONS => Ok(context.ok(&Undescribed {})),
            _ => Err(ApiError::NotFound),
        })
        .boxed_local()
    }
}
