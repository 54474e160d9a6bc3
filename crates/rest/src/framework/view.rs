//! A view: one resource of a dialect, as Django REST framework has it.

use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};

use crate::error::ApiError;
use crate::framework::context::RequestContext;
use crate::framework::forms::PageForms;
use crate::framework::spec::Spec;
use crate::framework::view_response::ViewResponse;

/// One resource.
pub trait View: Send + Sync {
    /// What it says about itself.
    fn spec(&self) -> &Spec;

    /// Whether the caller may use the view at all; asked in dialects that negotiate later than that.
    fn permit<'a>(
        &'a self,
        _context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<(), ApiError>> {
        future::ready(Ok(())).boxed_local()
    }

    /// Answers a method of [`Spec::allow`]; HEAD comes as GET.
    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>>;

    /// What a page lets this caller do: asked for pages only, behind the answer, whatever the method.
    /// Shows nothing that GET would refuse the caller. An error means that there is nothing to do.
    fn forms<'a>(
        &'a self,
        _context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<PageForms, ApiError>> {
        future::ready(Ok(PageForms::buttons(self.spec().buttons))).boxed_local()
    }
}
