//! A view as a table of handlers: its methods are said once.

use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, StatusCode};
use futures_util::FutureExt;
use futures_util::future;

use crate::error::ApiError;
use crate::framework::context::RequestContext;
use crate::framework::fields::Field;
use crate::framework::forms::PageForms;
use crate::framework::metadata::{Metadata, metadata};
use crate::framework::operation::Operation;
use crate::framework::spec::Spec;
use crate::framework::view::{View, ViewFuture};
use crate::framework::view_response::ViewResponse;

/// A view whose handlers are given `S`: `async fn(&S, &RequestContext) -> Result<ViewResponse, ApiError>`.
///
/// `Allow`, the 405 of all other methods, HEAD and OPTIONS follow from the handlers that it has.
pub struct Resource<S> {
    spec: Spec,
    state: S,
    allow: HeaderValue,
    handlers: Vec<(Method, Box<dyn Handler<S, ViewResponse>>)>,
    permit: Option<Box<dyn Handler<S, ()>>>,
    forms: Option<Box<dyn Handler<S, PageForms>>>,
    fields: Option<(&'static str, FieldsOf<S>)>,
    operations: fn(&S) -> Vec<Operation>,
}

/// Where a view has the fields of its bodies.
type FieldsOf<S> = fn(&S) -> &[Field];

/// An `async fn` of a view's state and a request.
trait Handler<S, T>: Send + Sync {
    fn call<'a>(&'a self, state: &'a S, context: &'a RequestContext<'a>) -> ViewFuture<'a, T>;
}

impl<S, T, F> Handler<S, T> for F
where
    F: AsyncFn(&S, &RequestContext<'_>) -> Result<T, ApiError> + Send + Sync,
{
    fn call<'a>(&'a self, state: &'a S, context: &'a RequestContext<'a>) -> ViewFuture<'a, T> {
        self(state, context).boxed_local()
    }
}

/// Methods in the order of `Allow`.
const ORDER: [Method; 7] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::HEAD,
    Method::OPTIONS,
];

macro_rules! methods {
    ($($name:ident $method:ident $doc:literal),*) => {$(
        #[doc = $doc]
        #[must_use]
        pub fn $name(
            self,
            handler: impl AsyncFn(&S, &RequestContext<'_>) -> Result<ViewResponse, ApiError>
            + Send + Sync + 'static,
        ) -> Self {
            self.on(Method::$method, Box::new(handler))
        }
    )*};
}

impl<S: Send + Sync + 'static> Resource<S> {
    /// A view that takes OPTIONS only.
    pub fn new(spec: Spec, state: S) -> Self {
        Self {
            spec,
            state,
            allow: HeaderValue::from_static("OPTIONS"),
            handlers: Vec::new(),
            permit: None,
            forms: None,
            fields: None,
            operations: |_| Vec::new(),
        }
        .with_allow()
    }

    methods! {
        get GET "Answers GET, and HEAD.",
        post POST "Answers POST.",
        put PUT "Answers PUT.",
        patch PATCH "Answers PATCH.",
        delete DELETE "Answers DELETE.",
        options OPTIONS "Answers OPTIONS, in place of the framework's document."
    }

    /// Judges whether the caller may use the view at all.
    #[must_use]
    pub fn permit(
        mut self,
        handler: impl AsyncFn(&S, &RequestContext<'_>) -> Result<(), ApiError> + Send + Sync + 'static,
    ) -> Self {
        self.permit = Some(Box::new(handler));
        self
    }

    /// Tells what a page lets the caller do, in place of the buttons of the [`Spec`] and a form for POST.
    #[must_use]
    pub fn forms(
        mut self,
        handler: impl AsyncFn(&S, &RequestContext<'_>) -> Result<PageForms, ApiError>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.forms = Some(Box::new(handler));
        self
    }

    /// The fields that OPTIONS describes, under the method that writes them.
    #[must_use]
    pub fn fields(mut self, method: &'static str, fields: FieldsOf<S>) -> Self {
        self.fields = Some((method, fields));
        self
    }

    /// What its methods take and answer. OPTIONS follows from the view, unless it has a handler of its own.
    #[must_use]
    pub fn operations(mut self, operations: fn(&S) -> Vec<Operation>) -> Self {
        self.operations = operations;
        self
    }

    fn on(mut self, method: Method, handler: Box<dyn Handler<S, ViewResponse>>) -> Self {
        self.handlers.push((method, handler));
        self.with_allow()
    }

    fn with_allow(mut self) -> Self {
        let has = |wanted: &Method| self.handlers.iter().any(|(method, _)| method == wanted);
        let allowed = ORDER.iter().filter(|method| match **method {
            Method::HEAD => has(&Method::GET),
            Method::OPTIONS => self.spec.has_options || has(&Method::OPTIONS),
            ref other => has(other),
        });
        let allow: Vec<&str> = allowed.map(Method::as_str).collect();
        // Names of methods are a header.
        if let Ok(value) = HeaderValue::try_from(allow.join(", ")) {
            self.allow = value;
        }
        self
    }

    fn written(&self) -> Option<(&'static str, &[Field])> {
        let (method, fields) = self.fields?;
        Some((method, fields(&self.state)))
    }
}

impl<S: Send + Sync + 'static> From<Resource<S>> for Box<dyn View> {
    fn from(resource: Resource<S>) -> Self {
        Box::new(resource)
    }
}

impl<S: Send + Sync + 'static> View for Resource<S> {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn allow(&self) -> &HeaderValue {
        &self.allow
    }

    fn permit<'a>(&'a self, context: &'a RequestContext<'a>) -> Option<ViewFuture<'a, ()>> {
        let permit = self.permit.as_ref()?;
        Some(permit.call(&self.state, context))
    }

    fn answer<'a>(&'a self, context: &'a RequestContext<'a>) -> ViewFuture<'a, ViewResponse> {
        let mut all = self.handlers.iter();
        if let Some((_, handler)) = all.find(|(method, _)| method == context.method) {
            return handler.call(&self.state, context);
        }
        let document = metadata(&self.spec, context, self.written());
        future::ready(Ok(context.ok(&document))).boxed_local()
    }

    fn operations(&self) -> Vec<Operation> {
        let mut all = (self.operations)(&self.state);
        let has = |method: &Method| all.iter().any(|one| one.method == method);
        if self.allows(&Method::OPTIONS) && !has(&Method::OPTIONS) {
            all.push(Operation::new(Method::OPTIONS).answers::<Metadata>(StatusCode::OK));
        }
        all
    }

    fn forms<'a>(&'a self, context: &'a RequestContext<'a>) -> ViewFuture<'a, PageForms> {
        if let Some(forms) = &self.forms {
            return forms.call(&self.state, context);
        }
        let buttons = PageForms::buttons(self.spec.buttons);
        let forms = match self.written() {
            Some(("POST", fields)) => buttons.form(&["POST"], fields, &()),
            _ => buttons,
        };
        future::ready(Ok(forms)).boxed_local()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn nothing((): &(), _: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        Ok(ViewResponse::no_content())
    }

    #[test]
    fn allow_lists_the_methods_of_the_table_in_the_order_of_the_framework() {
        let all = Resource::new(Spec::VIEW, ())
            .delete(nothing)
            .patch(nothing)
            .get(nothing)
            .put(nothing)
            .post(nothing);
        let closed = Spec {
            has_options: false,
            ..Spec::VIEW
        };

        assert_eq!(all.allow(), "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS");
        assert!(all.allows(&Method::HEAD) && !all.allows(&Method::TRACE));
        assert_eq!(Resource::new(closed, ()).post(nothing).allow(), "POST");
        assert_eq!(Resource::new(Spec::VIEW, ()).allow(), "OPTIONS");
    }
}
