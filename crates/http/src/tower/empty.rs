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

use crate::tower::list::Envelope;
use crate::tower::{Place, fields, options, parent};

/// The view.
pub(super) struct Empty {
    spec: Spec,
    /// `None`: OPTIONS tells nothing.
    fields: Option<&'static fields::Resource>,
    owner: Option<Model>,
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

impl Empty {
    pub(super) fn new(name: &'static str, fields: &'static fields::Resource) -> Self {
        Self {
            spec: Spec {
                name,
                description: "Always empty.",
                allow: "GET, HEAD, OPTIONS",
                ..Spec::VIEW
            },
            fields: Some(fields),
            owner: None,
        }
    }

    /// Belongs to the object that the path names.
    pub(super) fn of(mut self, model: Model) -> Self {
        self.owner = Some(model);
        self
    }

    fn respond(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        match (context.method, self.fields) {
            (&Method::OPTIONS, Some(fields)) => {
                Ok(context.ok(&options::list(&self.spec, context, fields, false)))
            }
            (&Method::OPTIONS, None) => Ok(context.ok(&Undescribed {})),
            _ => Ok(context.ok(&Envelope::empty(context)?)),
        }
    }
}

/// An object that would be in such a list.
struct Nothing;

/// The lists that only clients of `/api/v2/` look at, and the objects that would be in them.
pub(super) fn undescribed() -> Vec<Place> {
    let lists = [
        "/api/v2/inventories/",
        "/api/v2/job_templates/",
        "/api/v2/workflow_job_templates/",
        "/api/v2/instance_groups/",
    ];
    let objects = [
        "/api/v2/projects/{id}/",
        "/api/v2/credentials/{id}/",
        "/api/v2/inventories/{id}/",
        "/api/v2/job_templates/{id}/",
        "/api/v2/workflow_job_templates/{id}/",
        "/api/v2/instance_groups/{id}/",
    ];
    let list = || Empty {
        spec: UNDESCRIBED,
        fields: None,
        owner: None,
    };
    let lists = lists.map(|pattern| (pattern, Box::new(list()) as Box<dyn View>));
    let objects = objects.map(|pattern| (pattern, Box::new(Nothing) as Box<dyn View>));
    lists.into_iter().chain(objects).collect()
}

impl View for Empty {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn permit<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<(), ApiError>> {
        match self.owner {
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

impl View for Nothing {
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
