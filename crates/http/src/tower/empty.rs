//! Lists that Tower has and that are always empty here. There is nothing that filters could be about, so
//! they are ignored.

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_domain::Model;

use crate::failure::ApiError;
use crate::tower::list::Envelope;
use crate::tower::{fields, options, parent};
use crate::view::{Answer, Exchange, Spec, View};

/// The view.
pub(super) struct Empty {
    spec: Spec,
    fields: &'static fields::Resource,
    owner: Option<Model>,
}

impl Empty {
    pub(super) fn new(name: &'static str, fields: &'static fields::Resource) -> Self {
        Self {
            spec: Spec {
                name,
                description: "Always empty.",
                allow: "GET, HEAD, OPTIONS",
                ..Spec::VIEW
            },
            fields,
            owner: None,
        }
    }

    /// Belongs to the object that the path names.
    pub(super) fn of(mut self, model: Model) -> Self {
        self.owner = Some(model);
        self
    }

    fn respond(&self, exchange: &Exchange<'_>) -> Result<Answer, ApiError> {
        if *exchange.method == Method::OPTIONS {
            return Ok(exchange.ok(&options::list(&self.spec, exchange, self.fields, false)));
        }
        Ok(exchange.ok(&Envelope::empty(exchange)?))
    }
}

impl View for Empty {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn permit<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<(), ApiError>> {
        match self.owner {
            Some(model) => parent::permit(exchange, model, exchange.parameters.id(0)).boxed_local(),
            None => future::ready(Ok(())).boxed_local(),
        }
    }

    fn answer<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<Answer, ApiError>> {
        future::ready(self.respond(exchange)).boxed_local()
    }
}
