//! `/api/logout/`: the end of a log-in by cookie (`decisions.md` 25).

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use profiled_auth::TokenKey;
use profiled_auth::audit::{Action, Actor, AuditOutcome, Object};
use profiled_domain::{Holder, HolderQuery, ProfileDepth};
use profiled_rest::error::ApiError;
use profiled_rest::wire::body::Data;
use profiled_rest::{Access, Operation, PageForms, RequestContext, Resource, Spec, ViewResponse};

use crate::tower::session::{HTTP_ONLY, SESSION_COOKIE, found, home, with_csrf_cookie};
use crate::tower::{csrf, options};

const SPEC: Spec = Spec {
    name: "Log Out",
    description: "POST ends the log-in whose cookie is sent along, and takes the cookie away. The cookie \
                  csrftoken is repeated in the header X-CSRFToken, or as csrfmiddlewaretoken in a form.",
    access: Access::Open,
    depth: ProfileDepth::Account,
    ..Spec::VIEW
};

/// The view.
pub(super) fn view() -> Resource<()> {
    let view = Resource::new(SPEC, ()).get(show).post(log_out);
    let view = view.options(describe).forms(forms);
    view.operations(|()| {
        let log_out = Operation::new(Method::POST).answers_nothing(StatusCode::FOUND);
        let log_out = log_out.with_header("Location", "Where a log-in leads to.");
        let log_out = log_out.with_header("Set-Cookie", "Takes the log-in away.");
        vec![
            options::read_operation(),
            log_out.refuses(StatusCode::FORBIDDEN),
            options::operation(),
        ]
    })
}

async fn show((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let described = context.ok(&options::open(&SPEC, context, "3.2.0"));
    Ok(with_csrf_cookie(context, described).not_stored())
}

async fn describe((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    Ok(context.ok(&options::open(&SPEC, context, "3.2.0")))
}

/// A button, for a reader whose cookie it can repeat.
async fn forms((): &(), context: &RequestContext<'_>) -> Result<PageForms, ApiError> {
    let proof = csrf::cookie(context.request.headers(), csrf::CSRF_COOKIE);
    let button = proof.map(|proof| PageForms::buttons(&["POST"]).with(csrf::FORM_FIELD, proof));
    Ok(button.unwrap_or_default())
}

/// Leads to where a log-in does, also where nothing was to be ended.
async fn log_out((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    // A page of elsewhere must not take the cookie away, which browsers do not send along from there.
    if context.origin.is_foreign(context.request.headers()) {
        return Err(ApiError::CrossOriginForm);
    }
    let data = context.data().await?;
    let proof = match &data {
        Data::Form(form) => form.text(csrf::FORM_FIELD),
        Data::Json(_) => None,
    };
    let ended = end_session(context, proof).await?;
    let mut answer = found(context, &home(context));
    answer.headers.extend(ended);
    Ok(answer)
}

/// Ends the log-in whose cookie is sent along, and returns the `Set-Cookie` that takes the cookie away; `None`
/// without one. Whoever has its key may, from wherever, as with a token. `proof` is [`csrf::FORM_FIELD`] of a
/// form.
///
/// # Errors
/// 403 if there is such a log-in, and nothing shows that a page of this server asks. A cookie that is good for
/// nothing any more is no credential, and needs no proof.
pub(super) async fn end_session(
    context: &RequestContext<'_>,
    proof: Option<&str>,
) -> Result<Option<(HeaderName, HeaderValue)>, ApiError> {
    let headers = context.request.headers();
    let Some(cookie) = csrf::cookie(headers, SESSION_COOKIE) else {
        return Ok(None);
    };
    if let Some(key) = TokenKey::parse(cookie) {
        let digest = key.session_digest();
        let find = context
            .services
            .lanes
            .find(HolderQuery::Token(digest), ProfileDepth::Account);
        if let Some(holder) = find.await?.and_then(Holder::into_token) {
            csrf::check_form(headers, proof, context.origin)?;
            let (id, user) = (holder.token.id, holder.profile.user.id);
            let actor = Actor::User {
                id: user,
                credential: format!("session:{id}"),
            };
            let record = context.record_of(Action::TokenRevoke, actor);
            let record = record.on(Object::Token(id)).for_user(user);
            let end = context.services.lanes.write(move |repository| {
                record.log(repository.revoke_token(id), AuditOutcome::of_change)
            });
            end.await??;
        }
    }
    let cleared = csrf::clear_cookie(SESSION_COOKIE, HTTP_ONLY, context.origin);
    Ok(cleared)
}
