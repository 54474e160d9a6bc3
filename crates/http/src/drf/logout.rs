//! `/api/auth/logout/` and `/api/auth/logoutall/`: the end of one's own credentials, for every user
//! (`decisions.md` 11).

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use profiled_auth::audit::{Action, Object, Outcome};
use profiled_domain::Keep;
use profiled_rest::error::{ApiError, Detail};
use profiled_rest::{RequestContext, Spec, View, ViewResponse};

use crate::flows::options::metadata;

const ONE: Spec = Spec {
    name: "Logout",
    description: "Revoke the token of this request.",
    allow: "POST, OPTIONS",
    buttons: &["POST"],
    ..Spec::VIEW
};

const ALL: Spec = Spec {
    name: "Logout All",
    description: "Revoke all tokens of the authenticated user, those of other dialects too.",
    ..ONE
};

/// Ends the token that is used. It reads no body.
pub(super) struct Logout;

impl View for Logout {
    fn spec(&self) -> &Spec {
        &ONE
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        async move {
            match *context.method {
                Method::POST => end_token(context).await,
                Method::OPTIONS => Ok(context.ok(&metadata(&ONE, context, None))),
                _ => context.unknown_method(),
            }
        }
        .boxed_local()
    }
}

async fn end_token(context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let Some(token) = &context.caller()?.token else {
        let text = "Only a token of the Token scheme can be revoked alone. Others end by themselves, \
                    or with all of them: /api/auth/logoutall/.";
        return Err(ApiError::BadRequest(Detail::Text(text.to_owned())));
    };
    let id = token.id;
    let record = context.record(Action::TokenRevoke).on(Object::Token(id));
    let record = record.for_user(context.caller()?.profile.user.id);
    let revoked = context
        .services
        .blocking(move |r| record.tell(r.revoke_token(id), Outcome::of_change));
    // Whoever was faster has done what was asked.
    let _was_there: bool = revoked.await??;
    Ok(ViewResponse::no_content())
}

/// Ends all credentials of the caller, on every server and in every dialect. It reads no body.
pub(super) struct LogoutAll;

impl View for LogoutAll {
    fn spec(&self) -> &Spec {
        &ALL
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        async move {
            match *context.method {
                Method::POST => {
                    let (id, now) = (context.caller()?.profile.user.id, context.services.now());
                    let record = context.record(Action::CredentialsRevoke);
                    let record = record.on(Object::User(id));
                    let ended = context.write(Vec::new(), move |r, by| {
                        let ended = r.revoke_credentials(id, &Keep::Nothing, by, now);
                        record.tell(ended, Outcome::of_change)
                    });
                    let _was_there: bool = ended.await??;
                    Ok(ViewResponse::no_content())
                }
                Method::OPTIONS => Ok(context.ok(&metadata(&ALL, context, None))),
                _ => context.unknown_method(),
            }
        }
        .boxed_local()
    }
}
