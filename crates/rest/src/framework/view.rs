//! A view, as the pipeline sees it.

use actix_web::http::Method;
use actix_web::http::header::HeaderValue;
use futures_util::future::LocalBoxFuture;

use crate::error::ApiError;
use crate::framework::context::RequestContext;
use crate::framework::forms::PageForms;
use crate::framework::operation::Operation;
use crate::framework::spec::Spec;
use crate::framework::view_response::ViewResponse;

/// What a view does with a request, sooner or later.
pub type ViewFuture<'a, T> = LocalBoxFuture<'a, Result<T, ApiError>>;

/// One resource under one path. [`Resource`](crate::Resource) is what dialects make it of.
pub trait View: Send + Sync {
    /// What it says about itself.
    fn spec(&self) -> &Spec;

    /// The header `Allow`: its methods in the order of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, each after
    /// `", "`.
    fn allow(&self) -> &HeaderValue;

    /// Whether the caller may use the view at all, where that is judged: in dialects that negotiate after
    /// permissions.
    fn permit<'a>(&'a self, context: &'a RequestContext<'a>) -> Option<ViewFuture<'a, ()>>;

    /// Answers a method that it allows; HEAD comes as GET.
    fn answer<'a>(&'a self, context: &'a RequestContext<'a>) -> ViewFuture<'a, ViewResponse>;

    /// What a page lets this caller do: called for pages only, after the answer, whatever the method.
    /// Shows nothing that GET would refuse the caller. An error means that there is nothing to do.
    fn forms<'a>(&'a self, context: &'a RequestContext<'a>) -> ViewFuture<'a, PageForms>;

    /// What its methods take and answer, HEAD apart, for the OpenAPI document: asked once, at the start.
    fn operations(&self) -> Vec<Operation>;

    /// Whether it takes a method.
    fn allows(&self, method: &Method) -> bool {
        let mut all = self.allow().as_bytes().split(|byte| *byte == b',');
        all.any(|allowed| allowed.trim_ascii() == method.as_str().as_bytes())
    }
}
