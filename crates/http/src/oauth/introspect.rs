//! `POST /oauth/introspect/`: whether a token is good, for services that have a secret (RFC 7662).

use std::sync::Arc;

use actix_web::http::header;
use profiled_auth::{AuthError, Introspected, Introspector};
use profiled_rest::error::{ApiError, ErrorDetail};
use profiled_rest::wire::body::{Data, Parser};
use profiled_rest::wire::headers::joined;
use profiled_rest::{Access, RequestContext, Resource, Spec, View, ViewResponse};
use serde::Serialize;
use serde_json::Value;

/// Clients are counted by no limit on anonymous callers: they ask on behalf of all users.
const SPEC: Spec = Spec {
    name: "Token Introspection",
    description: "Tell whether a token is active.",
    access: Access::Open,
    parsers: &[Parser::Form],
    is_json_only: true,
    is_throttled: false,
    has_options: false,
    ..Spec::VIEW
};

/// The view.
pub(super) fn view(introspector: &Arc<Introspector>) -> Box<dyn View> {
    let introspect = Introspect {
        introspector: Arc::clone(introspector),
    };
    let view = Resource::new(SPEC, introspect).permit(permit);
    Box::new(view.post(Introspect::introspect))
}

struct Introspect {
    introspector: Arc<Introspector>,
}

/// Body of the answer: nothing is said of a token that is not active (RFC 7662, section 2.2).
#[derive(Serialize)]
struct Body {
    active: bool,
    #[serde(flatten)]
    token: Option<Active>,
}

#[derive(Serialize)]
struct Active {
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    /// The id here: `sub` may be another issuer's.
    user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    token_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<Value>,
}

impl Active {
    fn new(token: Introspected, word: &str) -> Self {
        Self {
            sub: token.subject,
            user_id: token.user.to_string(),
            username: token.username,
            token_type: word.to_owned(),
            exp: token.expires_at,
            iat: token.issued_at,
            jti: token.jti,
            aud: token.audience,
            iss: token.issuer,
        }
    }
}

impl Introspect {
    async fn introspect(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let token = match context.data().await? {
            Data::Form(form) => form.text("token").map(str::to_owned),
            Data::Json(_) => None,
        };
        let missing = || ApiError::BadRequest(ErrorDetail::Text("no token".to_owned()));
        let token = token.ok_or_else(missing)?;
        let claim = self.introspector.introspect(&token, context.services.now());
        let token = context.services.resolve(claim).await?;
        let token = token.map(|token| {
            let word = self.introspector.word(token.scheme);
            Active::new(token, word)
        });
        let active = token.is_some();
        Ok(context.ok(&Body { active, token }).not_stored())
    }
}

/// Services show a secret of theirs, in one of the two ways of RFC 6749, section 2.3.1.
async fn permit(view: &Introspect, context: &RequestContext<'_>) -> Result<(), ApiError> {
    let introspector = &view.introspector;
    match joined(context.request.headers(), &header::AUTHORIZATION) {
        Some(given) if introspector.is_client(&given) => match posted(context).await? {
            Some(_) => {
                let text = "two ways of authentication".to_owned();
                Err(ApiError::BadRequest(ErrorDetail::Text(text)))
            }
            None => Ok(()),
        },
        Some(_) => Err(AuthError::InvalidPassword.into()),
        None => match posted(context).await {
            Ok(Some([id, secret])) if introspector.is_client_with(&id, &secret) => Ok(()),
            Ok(Some(_)) => Err(AuthError::InvalidPassword.into()),
            // What is wrong with a body is told to clients only.
            Ok(None) | Err(ApiError::UnsupportedMediaType(_) | ApiError::BadRequest(_)) => {
                Err(AuthError::NotProvided.into())
            }
            Err(error) => Err(error),
        },
    }
}

/// Name and secret of a client in the body.
async fn posted(context: &RequestContext<'_>) -> Result<Option<[String; 2]>, ApiError> {
    let Data::Form(form) = context.peek().await? else {
        return Ok(None);
    };
    let field = |name| form.text(name).map(str::to_owned);
    let secret = field("client_secret");
    Ok(secret.map(|secret| [field("client_id").unwrap_or_default(), secret]))
}
