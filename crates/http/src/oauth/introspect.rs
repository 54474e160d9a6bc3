//! `POST /oauth/introspect/`: whether a token is good, for services that have a secret (RFC 7662).

use std::sync::Arc;

use actix_web::http::{Method, StatusCode, header};
use profiled_auth::{AuthError, Introspected, Introspector};
use profiled_rest::error::{ApiError, ErrorDetail};
use profiled_rest::fields::{Field, Kind};
use profiled_rest::wire::body::{Data, Parser};
use profiled_rest::wire::headers::joined;
use profiled_rest::{Access, Operation, RequestContext, Resource, Spec, View, ViewResponse};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

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
    Box::new(view.post(Introspect::introspect).operations(|_| {
        let fields = [
            Field::written("token", "Token", Kind::Text).required(),
            Field::written("client_id", "Client id", Kind::Text),
            Field::written("client_secret", "Client secret", Kind::Password),
        ];
        let ask = Operation::new(Method::POST)
            .takes(&fields)
            .may_take_credentials();
        let ask = ask.refuses(StatusCode::UNAUTHORIZED);
        vec![ask.answers::<Body>(StatusCode::OK)]
    }))
}

struct Introspect {
    introspector: Arc<Introspector>,
}

/// Body of the answer: nothing is said of a token that is not active (RFC 7662, section 2.2).
#[derive(Serialize, ToSchema)]
#[schema(as = oauth::Introspection)]
struct Body {
    active: bool,
    #[serde(flatten)]
    #[schema(value_type = Active)]
    token: Option<Active>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = oauth::Active)]
struct Active {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sub: Option<String>,
    /// The id here: `sub` may be another issuer's.
    #[schema(required = false)]
    user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    username: Option<String>,
    #[schema(required = false)]
    token_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    aud: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
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
