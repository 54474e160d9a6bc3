//! `/api/login/` and `/api/logout/`: the log-in and log-out of browsers, and of clients that act as one (contract
//! `tower.md`, section 15.3, and `decisions.md` 25).

use actix_web::http::header::{HeaderName, HeaderValue};
use profiled_rest::error::ApiError;
use profiled_rest::session::SESSION_COOKIE;
use profiled_rest::{PageForms, RequestContext, Resource, Spec, ViewResponse};

use crate::flows::sessions::{self, LogIn, with_csrf_cookie};
use crate::parts::Parts;
use crate::tower::options;

const SESSION_COOKIE_NAME: HeaderName = HeaderName::from_static("x-api-session-cookie-name");

/// Where a log-in leads unless it says otherwise, and a log-out.
const HOME: &str = "/api/";

const LOG_IN: Spec = Spec {
    description: "POST a username and a password as a form for a cookie, which is a credential for pages, and below \
                  /api/v2/. A write with it repeats the cookie csrftoken in the header X-CSRFToken.",
    ..sessions::LOG_IN
};

const LOG_OUT: Spec = Spec {
    description: "POST ends the log-in whose cookie is sent along, and takes the cookie away. The cookie \
                  csrftoken is repeated in the header X-CSRFToken, or as csrfmiddlewaretoken in a form.",
    ..sessions::LOG_OUT
};

/// The view of the log-in.
pub(super) fn login(parts: &Parts) -> Resource<LogIn> {
    let state = LogIn::new(parts.services.username_field, &parts.dialects.tower);
    let view = Resource::new(LOG_IN, state).get(show_login).post(log_in);
    let view = view.options(describe_login).forms(forms);
    view.operations(|view| {
        let described = [options::read_operation(), options::operation()];
        described.into_iter().chain([view.operation()]).collect()
    })
}

/// The view of the log-out.
pub(super) fn logout() -> Resource<()> {
    let view = Resource::new(LOG_OUT, ()).get(show_logout).post(log_out);
    let view = view.options(describe_logout).forms(offer);
    view.operations(|()| {
        let described = [options::read_operation(), options::operation()];
        let log_out = sessions::log_out_operation();
        described.into_iter().chain([log_out]).collect()
    })
}

async fn show_login(_: &LogIn, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let described = context.ok(&options::open(&LOG_IN, context, "3.2.0"));
    Ok(with_csrf_cookie(context, described))
}

async fn describe_login(_: &LogIn, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    Ok(context.ok(&options::open(&LOG_IN, context, "3.2.0")))
}

async fn log_in(view: &LogIn, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let answer = view.log_in(context, |_| HOME).await?;
    let name = HeaderValue::from_static(SESSION_COOKIE);
    Ok(answer.with_header(SESSION_COOKIE_NAME, name))
}

async fn show_logout((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let described = context.ok(&options::open(&LOG_OUT, context, "3.2.0"));
    Ok(with_csrf_cookie(context, described).not_stored())
}

async fn describe_logout((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    Ok(context.ok(&options::open(&LOG_OUT, context, "3.2.0")))
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
