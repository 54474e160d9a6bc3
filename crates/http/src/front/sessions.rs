//! `/login/` and `/logout/`: one way in and out for the pages of all dialects.

use actix_web::http::{Method, StatusCode};
use profiled_rest::doors::HOME;
use profiled_rest::error::ApiError;
use profiled_rest::{
    Metadata, Operation, PageForms, RequestContext, Resource, Spec, View, ViewResponse, metadata,
};

use crate::flows::sessions::{self, LogIn};
use crate::parts::Parts;

const LOG_IN: Spec = Spec {
    description: "POST a username and a password as a form for a cookie, which is a credential for pages.",
    ..sessions::LOG_IN
};

const LOG_OUT: Spec = Spec {
    description: "POST ends the log-in whose cookie is sent along, and takes the cookie away. The cookie \
                  csrftoken is repeated as csrfmiddlewaretoken in the form, or in the header X-CSRFToken.",
    ..sessions::LOG_OUT
};

pub(super) fn login(parts: &Parts) -> Box<dyn View> {
    let state = LogIn::new(parts.services.username_field, &parts.dialects.tower);
    let view = Resource::new(LOG_IN, state).get(show_login).post(log_in);
    let view = view.fields("POST", |view| &view.fields).forms(forms);
    Box::new(view.operations(|view| vec![show(), view.operation()]))
}

pub(super) fn logout() -> Box<dyn View> {
    let view = Resource::new(LOG_OUT, ()).get(show_logout).post(log_out);
    let view = view.forms(offer);
    Box::new(view.operations(|()| vec![show(), sessions::log_out_operation()]))
}

/// GET has nothing to show but what the view is.
fn show() -> Operation {
    Operation::new(Method::GET).answers::<Metadata>(StatusCode::OK)
}

async fn show_login(view: &LogIn, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    Ok(context.ok(&metadata(&LOG_IN, context, Some(("POST", &view.fields)))))
}

/// Leads to the page of one's own profile.
async fn log_in(view: &LogIn, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let own_pages = &context.services.own_pages;
    view.log_in(context, |user| own_pages.of(user)).await
}

async fn show_logout((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    Ok(context.ok(&metadata(&LOG_OUT, context, None)))
}

async fn log_out((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    sessions::log_out(context, HOME).await
}

async fn forms(view: &LogIn, context: &RequestContext<'_>) -> Result<PageForms, ApiError> {
    Ok(view.forms(context))
}

async fn offer((): &(), context: &RequestContext<'_>) -> Result<PageForms, ApiError> {
    Ok(sessions::log_out_forms(context))
}
