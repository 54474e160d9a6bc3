//! `/api/auth/logout/` and `/api/auth/logoutall/`: the end of one's own credentials, for every user
//! (`decisions.md` 11).

use actix_web::http::{Method, StatusCode};
use profiled_auth::audit::{Action, AuditOutcome, Object};
use profiled_domain::CredentialRef;
use profiled_rest::error::{ApiError, ErrorDetail};
use profiled_rest::{Operation, RequestContext, Resource, Spec, View, ViewResponse};

const ONE: Spec = Spec {
    name: "Logout",
    description: "Revoke the token of this request.",
    buttons: &["POST"],
    ..Spec::VIEW
};

const ALL: Spec = Spec {
    name: "Logout All",
    description: "Revoke all tokens of the authenticated user, those of other dialects too.",
    ..ONE
};

/// Ends the token that is used. It reads no body.
pub(super) fn one() -> Box<dyn View> {
    Box::new(
        Resource::new(ONE, ())
            .post(end_token)
            .operations(|()| operations()),
    )
}

fn operations() -> Vec<Operation> {
    vec![Operation::new(Method::POST).answers_nothing(StatusCode::NO_CONTENT)]
}

async fn end_token((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let Some(token) = &context.caller()?.token else {
        let text = "Only a token of the Token scheme can be revoked alone. Others end by themselves, \
                    or with all of them: /api/auth/logoutall/.";
        return Err(ApiError::BadRequest(ErrorDetail::Text(text.to_owned())));
    };
    let id = token.id;
    let record = context.record(Action::TokenRevoke).on(Object::Token(id));
    let record = record.for_user(context.caller()?.profile.user.id);
    let revoked = context
        .services
        .lanes
        .write(move |r| record.log(r.revoke_token(id), AuditOutcome::of_change));
    // Another request has revoked the token already.
    let _was_there: bool = revoked.await??;
    Ok(ViewResponse::no_content())
}

/// Ends all credentials of the caller, on every server and in every dialect. It reads no body.
pub(super) fn all() -> Box<dyn View> {
    Box::new(
        Resource::new(ALL, ())
            .post(end_all)
            .operations(|()| operations()),
    )
}

async fn end_all((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let id = context.caller()?.profile.user.id;
    let record = context.record(Action::CredentialsRevoke);
    let record = record.on(Object::User(id));
    let ended = context.write(Vec::new(), move |r, by| {
        let ended = r.revoke_credentials(id, &CredentialRef::None, by);
        record.log(ended, AuditOutcome::of_change)
    });
    let _was_there: bool = ended.await??;
    Ok(ViewResponse::no_content())
}
