//! `/api/v1/authtoken/`: a token for username and password, and its end (contract `tower.md`, section 2.4).

use std::net::IpAddr;

use actix_web::http::header::{self, HeaderValue};
use profiled_auth::audit::{Action, Actor, Object, Outcome, Record};
use profiled_auth::{LoginOutcome, TokenKey, TokenVerifier};
use profiled_domain::{Detail, Repository, RepositoryError, TokenDigest};
use profiled_rest::error::{ApiError, FieldErrors, NON_FIELD_ERRORS};
use profiled_rest::wire::body::{Data, Part, Value};
use profiled_rest::wire::headers::joined;
use profiled_rest::wire::timestamp::Millis;
use profiled_rest::{Access, RequestContext, Resource, Spec, ViewResponse};
use serde::Serialize;

use crate::flows::login::login;
use crate::flows::token_issue;
use crate::settings::TowerSettings;
use crate::tower::dialect::{AUTH_TOKEN_TIMEOUT, token_verifier};
use crate::tower::logout::end_log_in;
use crate::tower::mount::Mount;
use crate::tower::{dialect, options};

const SPEC: Spec = Spec {
    name: "Auth Token",
    description: "POST a username and a password for a token, which lives on with its use. DELETE ends the \
                  token or the log-in by cookie that the request is sent with.",
    access: Access::Open,
    detail: Detail::Account,
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

/// A username and a password that were sent. It has no `Debug`: it holds credentials.
pub(super) struct LoginInput {
    pub(super) username: String,
    pub(super) password: String,
}

impl AuthToken {
    async fn log_in(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let LoginInput { username, password } = LoginInput::of(&context.data().await?)?;
        let user = match login(context, username, password).await? {
            LoginOutcome::Accepted(user) => user,
            LoginOutcome::WrongCredentials => return Err(refused()),
            LoginOutcome::Inactive(_) => return Err(whole("User account is disabled.")),
        };
        let issued = token_issue::issue_sliding_token(context, &user, "", TokenKey::digest);
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
            answer.headers.extend(end_log_in(context, None).await?);
            return Ok(answer);
        }
        let sent = joined(headers, &header::AUTHORIZATION);
        if let Some(digest) = sent.and_then(|sent| self.tokens.digest(&sent)) {
            let address = context.services.hosts.counted_address(context.request);
            let revoked = context
                .services
                .blocking(move |r| revoke(r, &digest, address));
            revoked.await??;
        }
        Ok(ViewResponse::no_content())
    }
}

fn revoke(
    repository: &dyn Repository,
    digest: &TokenDigest,
    address: IpAddr,
) -> Result<(), RepositoryError> {
    if let Some(holder) = repository.find_token(digest, Detail::Account)? {
        let (token, user) = (Object::Token(holder.token.id), holder.profile.user.id);
        let credential = token.to_string();
        let actor = Actor::User {
            id: user,
            credential,
        };
        let record = Record::new(Action::TokenRevoke, actor).address(address);
        let revoked = repository.revoke_token(holder.token.id);
        let record = record.on(token).for_user(user);
        record.log(revoked, Outcome::of_change)?;
    }
    Ok(())
}

impl LoginInput {
    /// Both, as they were written.
    ///
    /// # Errors
    /// 400 that names what is missing or no text.
    pub(super) fn of(data: &Data) -> Result<Self, ApiError> {
        match data {
            Data::Json(Value::Null) => return Err(whole("No input provided")),
            Data::Json(Value::Object(_)) | Data::Form(_) => {}
            Data::Json(_) => return Err(whole("Invalid data")),
        }
        let mut errors = FieldErrors::default();
        let mut field = |name| {
            text(data, name).unwrap_or_else(|message| {
                errors.push(name, message);
                String::new()
            })
        };
        let (username, password) = (field("username"), field("password"));
        errors.into_result()?;
        Ok(Self { username, password })
    }
}

/// A field that must be there; numbers are taken as their text.
fn text(data: &Data, name: &str) -> Result<String, &'static str> {
    const REQUIRED: &str = "This field is required.";
    let found = match data {
        Data::Form(form) => match form.get(name) {
            Some(Part::Text(text)) => text.clone(),
            Some(Part::File(_)) | None => String::new(),
        },
        Data::Json(object) => match object.get(name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::Text(text)) => text.text.clone(),
            Some(number @ Value::Number(_)) => number.to_python_str(),
            Some(Value::List(items)) if items.is_empty() => String::new(),
            Some(Value::Object(members)) if members.is_empty() => String::new(),
            Some(Value::Bool(_) | Value::List(_) | Value::Object(_)) => {
                return Err("This field must be text.");
            }
        },
    };
    if found.is_empty() {
        return Err(REQUIRED);
    }
    Ok(found)
}

fn whole(text: &str) -> ApiError {
    ApiError::Invalid(FieldErrors::of(NON_FIELD_ERRORS, text))
}

/// The same for an unknown name and a wrong password.
fn refused() -> ApiError {
    whole("Unable to login with provided credentials.")
}
