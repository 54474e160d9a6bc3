//! `/api/token/` and the paths below it: tokens by password, and what becomes of them (contract `drf.md`,
//! section 5). Credentials in headers are not looked at.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::http::{Method, StatusCode};
use profiled_auth::audit::{self, Actor, AuditOutcome, Record};
use profiled_auth::{
    JwtFault, JwtService, LoginOutcome, Progress, RefreshError, Refreshed, RefusalBody, TokenType,
    UsernameField, VerifyError,
};
use profiled_domain::{Patch, User};
use profiled_rest::error::{ApiError, FieldErrors, NON_FIELD_ERRORS};
use profiled_rest::fields::{Field, body_of};
use profiled_rest::{Access, Operation, RequestContext, Resource, Spec, View, ViewResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::flows::login::login;
use crate::jwt::fields;

/// What is done with the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Obtain,
    Refresh,
    Verify,
    Blacklist,
    ObtainSliding,
    Slide,
}

/// One of the views.
struct Tokens {
    fields: Vec<Field>,
    action: Action,
    jwt: Arc<JwtService>,
}

/// Body of a log-in's answer.
#[derive(Serialize, ToSchema)]
#[schema(as = jwt::Pair)]
struct PairBody {
    refresh: String,
    access: String,
}

/// Body of a refresh's answer.
#[derive(Serialize, ToSchema)]
#[schema(as = jwt::Refreshed)]
struct RefreshedBody {
    access: String,
    /// Where refresh tokens rotate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refresh: Option<String>,
}

/// Body of a sliding token.
#[derive(Serialize, ToSchema)]
#[schema(as = jwt::Sliding)]
struct SlidingBody {
    token: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = jwt::Empty)]
struct Empty {}

const OBTAIN: Spec = Spec {
    name: "Token Obtain Pair",
    description: "Exchange a username and a password for an access and a refresh token.",
    access: Access::Open,
    ..Spec::VIEW
};
const REFRESH: Spec = Spec {
    name: "Token Refresh",
    description: "Exchange a refresh token for a new access token.",
    ..OBTAIN
};
const VERIFY: Spec = Spec {
    name: "Token Verify",
    description: "Check whether a token is valid.",
    ..OBTAIN
};
const BLACKLIST: Spec = Spec {
    name: "Token Blacklist",
    description: "Blacklist a refresh token.",
    ..OBTAIN
};

const OBTAIN_BY_EMAIL: &str =
    "Exchange an e-mail address and a password for an access and a refresh token.";
const OBTAIN_SLIDING: Spec = Spec {
    name: "Token Obtain Sliding",
    description: "Exchange a username and a password for a sliding token.",
    ..OBTAIN
};
const OBTAIN_SLIDING_BY_EMAIL: &str =
    "Exchange an e-mail address and a password for a sliding token.";
const SLIDE: Spec = Spec {
    name: "Token Refresh Sliding",
    description: "Exchange a sliding token for one that lives longer.",
    ..OBTAIN
};

/// The views with their patterns.
pub(super) fn views(
    jwt: &Arc<JwtService>,
    username_field: UsernameField,
) -> Vec<(&'static str, Box<dyn View>)> {
    let view = |spec, fields, action| -> Box<dyn View> {
        let tokens = Tokens {
            fields,
            action,
            jwt: Arc::clone(jwt),
        };
        let view = Resource::new(spec, tokens).post(Tokens::post);
        let view = view.fields("POST", |tokens| &tokens.fields);
        Box::new(view.operations(|tokens| vec![tokens.operation()]))
    };
    let credentials = || fields::credentials(username_field);
    let verify = view(VERIFY, fields::token(), Action::Verify);
    let mut all = vec![("/api/token/verify/", verify)];
    if jwt.mints() && jwt.takes(TokenType::Access) {
        let spec = named_by(OBTAIN, username_field, OBTAIN_BY_EMAIL);
        let obtain = view(spec, credentials(), Action::Obtain);
        let refresh = view(REFRESH, fields::refresh(), Action::Refresh);
        all.extend([("/api/token/", obtain), ("/api/token/refresh/", refresh)]);
        if jwt.has_blacklist() {
            let blacklist = view(BLACKLIST, fields::blacklist(), Action::Blacklist);
            all.push(("/api/token/blacklist/", blacklist));
        }
    }
    if jwt.mints() && jwt.takes(TokenType::Sliding) {
        let spec = named_by(OBTAIN_SLIDING, username_field, OBTAIN_SLIDING_BY_EMAIL);
        let obtain = view(spec, credentials(), Action::ObtainSliding);
        let refresh = view(SLIDE, fields::sliding(), Action::Slide);
        all.extend([
            ("/api/token/sliding/", obtain),
            ("/api/token/sliding/refresh/", refresh),
        ]);
    }
    all
}

/// What a view says of itself, with another description for log-ins by address.
fn named_by(spec: Spec, field: UsernameField, by_email: &'static str) -> Spec {
    match field {
        UsernameField::Username => spec,
        UsernameField::Email => Spec {
            description: by_email,
            ..spec
        },
    }
}

impl Tokens {
    fn operation(&self) -> Operation {
        let post = Operation::new(Method::POST).takes(&self.fields);
        let post = post.refuses(StatusCode::UNAUTHORIZED);
        match self.action {
            Action::Obtain => post.answers::<PairBody>(StatusCode::OK),
            Action::Refresh => post.answers::<RefreshedBody>(StatusCode::OK),
            Action::Verify | Action::Blacklist => post.answers::<Empty>(StatusCode::OK),
            Action::ObtainSliding | Action::Slide => post.answers::<SlidingBody>(StatusCode::OK),
        }
    }

    async fn post(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let mut texts = self.texts(context).await?.into_iter();
        let mut next = || texts.next().unwrap_or_default();
        match self.action {
            Action::Obtain => self.log_in(context, next(), next()).await,
            Action::Refresh => self.refresh(context, next()).await,
            Action::Verify => {
                let verified = self.jwt.verify_any(&next(), context.services.now());
                let verified = context.services.resolve(verified).await?;
                verified.map_err(unverified)?;
                Ok(context.ok(&Empty {}))
            }
            Action::Blacklist => self.blacklist(context, next()).await,
            Action::ObtainSliding => self.log_in_sliding(context, next(), next()).await,
            Action::Slide => self.slide(context, next()).await,
        }
    }

    async fn refresh(
        &self,
        context: &RequestContext<'_>,
        token: String,
    ) -> Result<ViewResponse, ApiError> {
        let (jwt, now) = (Arc::clone(&self.jwt), context.services.now());
        let record = self.record(context, audit::Action::TokenRefresh, &token);
        let record = record.await.pending();
        let refreshed = self.jwt.refresh(&token, now).then(move |refreshed| {
            let refreshed = record.end().log_created(refreshed, |record, new| {
                let next = new.refresh.as_deref().and_then(|next| jwt.name(next, now));
                record
                    .with_token(jwt.name(&new.access, now))
                    .with_token(next)
            });
            Progress::Done(refreshed)
        });
        let new = context.services.resolve(refreshed).await?;
        let Refreshed { access, refresh } = new.map_err(refused)?;
        Ok(context.ok(&RefreshedBody { access, refresh }).not_stored())
    }

    async fn blacklist(
        &self,
        context: &RequestContext<'_>,
        token: String,
    ) -> Result<ViewResponse, ApiError> {
        let record = self.record(context, audit::Action::TokenRevoke, &token);
        let record = record.await.pending();
        let blacklisted = self.jwt.blacklist(&token, context.services.now());
        let blacklisted = blacklisted.then(|blacklisted| {
            let log = record.end().log(blacklisted, |()| AuditOutcome::Done);
            Progress::Done(log)
        });
        let blacklisted = context.services.resolve(blacklisted).await?;
        blacklisted.map_err(refused)?;
        Ok(context.ok(&Empty {}))
    }

    /// A record of what is done with a token. Its user is looked up for it, unless that fails.
    async fn record(
        &self,
        context: &RequestContext<'_>,
        action: audit::Action,
        token: &str,
    ) -> Record {
        let named = self.jwt.identify(token, context.services.now());
        let named = context.services.resolve(named).await.ok().flatten();
        context.record(action).on_jwt(named)
    }

    async fn log_in(
        &self,
        context: &RequestContext<'_>,
        username: String,
        password: String,
    ) -> Result<ViewResponse, ApiError> {
        let user = accepted(context, username, password).await?;
        let now = context.services.now();
        let record = context.record_of(audit::Action::TokenCreate, Actor::by_password(user.id));
        let record = record.for_user(user.id).pending();
        let jwt = Arc::clone(&self.jwt);
        let pair = self.jwt.obtain(&user, now).then(move |pair| {
            let pair = record.end().log_created(pair, |record, pair| {
                let record = record.on_jwt(jwt.name(&pair.refresh, now));
                record.with_token(jwt.name(&pair.access, now))
            });
            Progress::Done(pair)
        });
        let pair = context.services.resolve(pair).await?;
        let pair = pair.map_err(not_obtained)?;
        let (refresh, access) = (pair.refresh, pair.access);
        Ok(context.ok(&PairBody { refresh, access }).not_stored())
    }

    async fn log_in_sliding(
        &self,
        context: &RequestContext<'_>,
        username: String,
        password: String,
    ) -> Result<ViewResponse, ApiError> {
        let user = accepted(context, username, password).await?;
        let now = context.services.now();
        let record = context.record_of(audit::Action::TokenCreate, Actor::by_password(user.id));
        let record = record.for_user(user.id).pending();
        let jwt = Arc::clone(&self.jwt);
        let token = self.jwt.obtain_sliding(&user, now).then(move |token| {
            let token = record
                .end()
                .log_created(token, |record, token| record.on_jwt(jwt.name(token, now)));
            Progress::Done(token)
        });
        let token = context.services.resolve(token).await?;
        let token = token.map_err(not_obtained)?;
        Ok(context.ok(&SlidingBody { token }).not_stored())
    }

    async fn slide(
        &self,
        context: &RequestContext<'_>,
        token: String,
    ) -> Result<ViewResponse, ApiError> {
        let now = context.services.now();
        let record = self.record(context, audit::Action::TokenRefresh, &token);
        let record = record.await.pending();
        let slid = self.jwt.slide(&token, now).then(move |slid| {
            let slid = record.end().log(slid, |_token| AuditOutcome::Done);
            Progress::Done(slid)
        });
        let token = context.services.resolve(slid).await?.map_err(refused)?;
        Ok(context.ok(&SlidingBody { token }).not_stored())
    }

    /// The texts of all fields that are written, which are all required.
    async fn texts(&self, context: &RequestContext<'_>) -> Result<Vec<String>, ApiError> {
        let data = context.data().await?;
        let data = body_of(&data)?;
        let (mut texts, mut errors) = (Vec::new(), FieldErrors::default());
        for field in self.fields.iter().filter(|field| !field.is_read_only) {
            if let Patch::Set(text) = field.text(data, &mut errors) {
                texts.push(text);
            }
        }
        errors.into_result()?;
        Ok(texts)
    }
}

/// The user of a name and a password.
async fn accepted(
    context: &RequestContext<'_>,
    username: String,
    password: String,
) -> Result<User, ApiError> {
    match login(context, username, password).await? {
        LoginOutcome::Accepted(user) => Ok(user),
        _ => Err(no_account()),
    }
}

fn no_account() -> ApiError {
    failed("No active account found with the given credentials", None)
}

/// Gone since the log-in, or tokens cannot name the user.
fn not_obtained(error: RefreshError) -> ApiError {
    match error {
        RefreshError::NoActiveAccount | RefreshError::NoName(_) => no_account(),
        other => refused(other),
    }
}

fn failed(detail: impl Into<Cow<'static, str>>, code: Option<&'static str>) -> ApiError {
    let detail = detail.into();
    ApiError::AuthenticationFailed {
        detail,
        code,
        fault: None,
    }
}

fn bad_token(fault: JwtFault) -> ApiError {
    ApiError::AuthenticationFailed {
        detail: fault.message(),
        code: Some(RefusalBody::NOT_VALID),
        fault: Some(fault),
    }
}

fn refused(error: RefreshError) -> ApiError {
    match error {
        RefreshError::Token(fault) => bad_token(fault),
        RefreshError::NoActiveAccount | RefreshError::NoName(_) => {
            failed("No active account found for the given token.", None)
        }
        RefreshError::PasswordChanged => failed("The user's password has been changed.", None),
        RefreshError::NoRefreshEnd(claim) => failed(
            format!("Token has no '{claim}' claim"),
            Some(RefusalBody::NOT_VALID),
        ),
        RefreshError::RefreshEnded(claim) => {
            let text = format!("Token '{claim}' claim has expired");
            failed(text, Some(RefusalBody::NOT_VALID))
        }
        RefreshError::NoSigningKey(error) => ApiError::Internal(Box::new(error)),
        RefreshError::Repository(error) => error.into(),
    }
}

fn unverified(error: VerifyError) -> ApiError {
    match error {
        VerifyError::Token(fault) => bad_token(fault),
        VerifyError::Blacklisted => {
            let message = JwtFault::Blacklisted.message();
            ApiError::Invalid(FieldErrors::of(NON_FIELD_ERRORS, message))
        }
    }
}
