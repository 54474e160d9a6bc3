//! The views of single objects.

use std::marker::PhantomData;

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use profiled_rest::error::ApiError;
use profiled_rest::{PageForms, RequestContext, Spec, View, ViewResponse};

use crate::tower::kind::{ObjectKind, WritableKind};
use crate::tower::object::{check_selected, load_readable};
use crate::tower::options;

/// An object that clients only read.
pub(super) struct ReadOnlyDetail<K> {
    spec: Spec,
    kind: PhantomData<K>,
}

/// An object that clients read, change and delete.
pub(super) struct WritableDetail<K>(ReadOnlyDetail<K>);

impl<K: ObjectKind> ReadOnlyDetail<K> {
    pub(super) fn new(name: &'static str, description: &'static str) -> Self {
        Self {
            spec: Spec {
                name,
                description,
                allow: "GET, HEAD, OPTIONS",
                ..Spec::VIEW
            },
            kind: PhantomData,
        }
    }

    async fn respond(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let id = context.parameters.id(0);
        match *context.method {
            Method::GET => {
                let object = load_readable::<K>(context, id).await?;
                check_selected::<K>(context, id).await?;
                Ok(context.ok(&K::body(&object, context.mount)))
            }
            Method::OPTIONS => {
                load_readable::<K>(context, id).await?;
                Ok(context.ok(&options::detail(&self.spec, context, K::SCHEMA)))
            }
            _ => context.unknown_method(),
        }
    }
}

impl<K: WritableKind> WritableDetail<K> {
    pub(super) fn new(name: &'static str, description: &'static str) -> Self {
        let mut detail = ReadOnlyDetail::new(name, description);
        detail.spec.allow = "GET, PUT, PATCH, DELETE, HEAD, OPTIONS";
        Self(detail)
    }
}

impl<K: ObjectKind> View for ReadOnlyDetail<K> {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        self.respond(context).boxed_local()
    }
}

impl<K: WritableKind> View for WritableDetail<K> {
    fn spec(&self) -> &Spec {
        &self.0.spec
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        let id = context.parameters.id(0);
        match *context.method {
            Method::PUT | Method::PATCH => K::update(context, id).boxed_local(),
            Method::DELETE => K::delete(context, id).boxed_local(),
            _ => self.0.respond(context).boxed_local(),
        }
    }

    fn forms<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<PageForms, ApiError>> {
        K::forms(context, context.parameters.id(0)).boxed_local()
    }
}
