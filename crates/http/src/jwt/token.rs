//! `/api/token/` and the paths below it: tokens by password, and what becomes of them (contract `drf.md`,
//! section 5). Credentials in headers are not looked at.

use std::borrow::Cow;
use std::sync::Arc;

use profiled_auth::audit::{self, Actor, AuditOutcome, Record};
use profiled_auth::{
    JwtFault, JwtService, LoginOutcome, Progress, RefreshError, Refreshed, UsernameField,
    VerifyError,
};
use profiled_domain::Patch;
use profiled_rest::error::{ApiError, FieldErrors, NON_FIELD_ERRORS};
use profiled_rest::fields::{Field, body_of};
use profiled_rest::{Access, RequestContext, Resource, Spec, View, ViewResponse};
use serde::Serialize;

use crate::flows::login::login;
use crate::flows::rest_framework::NOT_VALID;
use crate::jwt::fields;

/// What is done with the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Obtain,
    Refresh,
    Verify,
    Blacklist,
}

/// One of the views.
struct Tokens {
    fields: Vec<Field>,
    action: Action,
    jwt: Arc<JwtService>,
}

/// Body of a log-in's answer.
#[derive(Serialize)]
struct PairBody {
    refresh: String,
    access: String,
}

/// Body of a refresh's answer.
#[derive(Serialize)]
struct RefreshedBody {
    access: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh: Option<String>,
}

#[derive(Serialize)]
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
        Box::new(view.fields("POST", |tokens| &tokens.fields))
    };
    let obtain = match username_field {
        UsernameField::Username => OBTAIN,
        UsernameField::Email => Spec {
            description: "Exchange an e-mail address and a password for an access and a refresh token.",
            ..OBTAIN
        },
    };
    let obtain = view(obtain, fields::credentials(username_field), Action::Obtain);
    let mut all = vec![
        ("/api/token/", obtain),
        (
            "/api/token/refresh/",
            view(REFRESH, fields::refresh(), Action::Refresh),
        ),
        (
            "/api/token/verify/",
            view(VERIFY, fields::token(), Action::Verify),
        ),
    ];
    if jwt.has_blacklist() {
        let blacklist = view(BLACKLIST, fields::blacklist(), Action::Blacklist);
        all.push(("/api/token/blacklist/", blacklist));
    }
    all
}

impl Tokens {
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
        let LoginOutcome::Accepted(user) = login(context, username, password).await? else {
            return Err(NO_ACCOUNT);
        };
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
        let pair = pair.map_err(|error| match error {
            // Gone since the log-in, or tokens cannot name the user.
            RefreshError::NoActiveAccount | RefreshError::NoName(_) => NO_ACCOUNT,
            other => refused(other),
        })?;
        let (refresh, access) = (pair.refresh, pair.access);
        Ok(context.ok(&PairBody { refresh, access }).not_stored())
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

const NO_ACCOUNT: ApiError = ApiError::AuthenticationFailed {
    detail: Cow::Borrowed("No active account found with the given credentials"),
    code: None,
    fault: None,
};

fn bad_token(fault: JwtFault) -> ApiError {
    ApiError::AuthenticationFailed {
        detail: fault.message(),
        code: Some(NOT_VALID),
        fault: Some(fault),
    }
}

fn refused(error: RefreshError) -> ApiError {
    match error {
        RefreshError::Token(fault) => bad_token(fault),
        RefreshError::NoActiveAccount | RefreshError::NoName(_) => ApiError::AuthenticationFailed {
            detail: "No active account found for the given token.".into(),
            code: None,
            fault: None,
        },
        RefreshError::PasswordChanged => ApiError::AuthenticationFailed {
            detail: "The user's password has been changed.".into(),
            code: None,
            fault: None,
        },
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
