//! Lists that clients of `/api/v2/` look at whatever they are about to do: nothing is in them (contract
//! `tower.md`, section 15.3).

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use serde::Serialize;

use crate::failure::ApiError;
use crate::tower::Place;
use crate::tower::list::Envelope;
use crate::view::{Answer, Exchange, Spec, View};

const SPEC: Spec = Spec {
    name: "Empty List",
    description: "This service has nothing of this kind.",
    allow: "GET, HEAD, OPTIONS",
    ..Spec::VIEW
};

/// A list without items.
struct List;

/// An object that is not there.
struct Nothing;

/// What OPTIONS says.
#[derive(Serialize)]
struct Undescribed {}

/// The lists, and the objects that would be in them.
pub(super) fn places() -> Vec<Place> {
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
    let lists = lists.map(|pattern| (pattern, Box::new(List) as Box<dyn View>));
    let objects = objects.map(|pattern| (pattern, Box::new(Nothing) as Box<dyn View>));
    lists.into_iter().chain(objects).collect()
}

fn options<'a>(
    exchange: &Exchange<'_>,
    read: impl FnOnce() -> Result<Answer, ApiError>,
) -> LocalBoxFuture<'a, Result<Answer, ApiError>> {
    let answer = match *exchange.method {
        Method::GET => read(),
        Method::OPTIONS => Ok(exchange.ok(&Undescribed {})),
        _ => exchange.unknown_method(),
    };
    future::ready(answer).boxed_local()
}

impl View for List {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn answer<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<Answer, ApiError>> {
        options(exchange, || {
            let page = Envelope::empty(exchange)?;
            Ok(exchange.ok(&page))
        })
    }
}

impl View for Nothing {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn answer<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<Answer, ApiError>> {
        options(exchange, || Err(ApiError::NotFound))
    }
}
