//! `/api/v1/authtoken/`: a token for username and password, and its end (contract `tower.md`, section 2.4).

use actix_web::http::header::{self, HeaderValue};
use profiled_auth::audit::{Action, Actor, AuditOutcome, Object};
use profiled_auth::{LoginOutcome, TokenKey, TokenVerifier};
use profiled_domain::{ProfileDepth, TokenWithProfile};
use profiled_rest::error::ApiError;
use profiled_rest::wire::headers::joined;
use profiled_rest::wire::timestamp::Millis;
use profiled_rest::{Access, RequestContext, Resource, Spec, ViewResponse};
use serde::Serialize;

use crate::flows::login::login;
use crate::flows::login_input::{LoginInput, whole};
use crate::flows::sessions::end_session;
use crate::flows::token_issue;
use crate::settings::TowerSettings;
use crate::tower::dialect::{AUTH_TOKEN_TIMEOUT, token_verifier};
use crate::tower::mount::Mount;
use crate::tower::site;
use crate::tower::{dialect, options};

const SPEC: Spec = Spec {
    name: "Auth Token",
    description: "POST a username and a password for a token, which lives on with its use. DELETE ends the \
                  token or the log-in by cookie that the request is sent with.",
    access: Access::Open,
    depth: ProfileDepth::Account,
    ..Spec::VIEW
};

/// The view.
pub(super) fn view(settings: &TowerSettings, mount: Mount) -> Resource<AuthToken> {
    let state = AuthToken {
        tokens: token_verifier(settings, mount),
        lifetime: settings.token_lifetime,
        takes_cookies: mount == Mount::V2,
    };
    let view = Resource::new(SPEC, state).post(AuthToken::log_in);
    view.delete(AuthToken::log_out).options(describe)
}

async fn describe(_: &AuthToken, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    Ok(context.ok(&options::open(&SPEC, context, "1.2")))
}

/// What its handlers are given.
pub(super) struct AuthToken {
    tokens: TokenVerifier,
    lifetime: u32,
    /// Whether the cookie of a log-in is a credential here.
    takes_cookies: bool,
}

#[derive(Serialize)]
struct Body<'a> {
    token: &'a str,
    expires: Option<Millis>,
}

impl AuthToken {
    async fn log_in(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let LoginInput { username, password } = LoginInput::of(&context.data().await?)?;
        let user = match login(context, username, password).await? {
            LoginOutcome::Accepted(user) => user,
            LoginOutcome::WrongCredentials => return Err(refused()),
            LoginOutcome::Inactive(_) => return Err(whole("User account is disabled.")),
        };
        let issued = token_issue::issue_sliding_token(
            context,
            site::settings(context)?,
            &user,
            "",
            TokenKey::digest,
        );
        let (token, key) = issued.await?.ok_or_else(refused)?;
        let body = Body {
            token: key.as_str(),
            expires: token.state.expires_at.map(Millis),
        };
        let seconds = HeaderValue::from(self.lifetime);
        let answer = context.ok(&body).with_header(AUTH_TOKEN_TIMEOUT, seconds);
        Ok(answer.not_stored())
    }

    /// Ends the token that `Authorization` names, or without any credentials in headers the log-in by cookie
    /// (`decisions.md` 25). Whoever has its key may, from wherever: the token is of no use to anybody then.
    async fn log_out(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let headers = context.request.headers();
        if self.takes_cookies && dialect::credentials(headers).is_none() {
            let mut answer = ViewResponse::no_content();
            answer.headers.extend(end_session(context, None).await?);
            return Ok(answer);
        }
        let sent = joined(headers, header::AUTHORIZATION);
        let key = sent.and_then(|sent| self.tokens.key(&sent).map(str::to_owned));
        if let Some(key) = key {
            let holder = TokenKey::holder(&key, ProfileDepth::Account);
            if let Some(holder) = context.services.resolve(holder).await? {
                revoke(context, &holder).await?;
            }
        }
        Ok(ViewResponse::no_content())
    }
}

async fn revoke(context: &RequestContext<'_>, holder: &TokenWithProfile) -> Result<(), ApiError> {
    let (id, user) = (holder.token.id, holder.profile.user.id);
    let token = Object::Token(id);
    let actor = Actor::User {
        id: user,
        credential: token.to_string(),
    };
    let record = context.record_of(Action::TokenRevoke, actor);
    let record = record.on(token).for_user(user);
    let revoked = context
        .services
        .lanes
        .write(move |r| record.log(r.revoke_token(id), AuditOutcome::of_change));
    // Another request may have revoked it meanwhile.
    let _was_there: bool = revoked.await??;
    Ok(())
}

/// The same for an unknown name and a wrong password.
fn refused() -> ApiError {
    whole("Unable to login with provided credentials.")
}
