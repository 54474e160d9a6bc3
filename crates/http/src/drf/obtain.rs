//! `POST /api/auth/token/`: a token for username and password (contract `drf.md`, section 3).

use actix_web::http::{Method, StatusCode};
use profiled_auth::LoginOutcome;
use profiled_domain::{Patch, User};
use profiled_rest::error::{ApiError, FieldErrors, NON_FIELD_ERRORS};
use profiled_rest::fields::{Field, body_of};
use profiled_rest::wire::body::{Data, Parser};
use profiled_rest::{Access, Operation, RequestContext, Resource, Spec, View, ViewResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::flows::login::login;
use crate::flows::token_issue;
use crate::flows::token_issue::Proof;

const SPEC: Spec = Spec {
    name: "Obtain Auth Token",
    access: Access::Optional,
    parsers: &[Parser::Form, Parser::Multipart, Parser::Json],
    is_json_only: true,
    is_throttled: false,
    ..Spec::VIEW
};

/// The view. A log-in leaves everything else of the user as it is (`decisions.md` 21).
pub(super) fn view(fields: Vec<Field>) -> Box<dyn View> {
    let view = Resource::new(SPEC, ObtainToken { fields }).post(ObtainToken::obtain);
    let view = view.fields("POST", |obtain| &obtain.fields);
    Box::new(view.operations(operations))
}

fn operations(view: &ObtainToken) -> Vec<Operation> {
    let obtain = Operation::new(Method::POST).takes(&view.fields);
    let obtain = obtain.answers::<Body<'_>>(StatusCode::OK);
    vec![obtain.refuses(StatusCode::TOO_MANY_REQUESTS)]
}

struct ObtainToken {
    fields: Vec<Field>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = drf::NewToken)]
struct Body<'a> {
    token: &'a str,
}

impl ObtainToken {
    async fn obtain(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let data = context.data().await?;
        let (username, password) = self.credentials(body_of(&data)?)?;
        let LoginOutcome::Accepted(user) = login(context, username, password).await? else {
            return Err(refused());
        };
        let key = issue(context, &user).await?.ok_or_else(refused)?;
        let body = Body { token: &key };
        Ok(context.ok(&body).not_stored())
    }

    fn credentials(&self, data: &Data) -> Result<(String, String), ApiError> {
        let (mut username, mut password) = (Patch::Keep, Patch::Keep);
        let mut errors = FieldErrors::default();
        for field in self.fields.iter().filter(|field| !field.is_read_only) {
            let text = field.text(data, &mut errors);
            match field.name {
                "username" => username = text,
                _ => password = text,
            }
        }
        errors.into_result()?;
        match (username, password) {
            (Patch::Set(username), Patch::Set(password)) => Ok((username, password)),
            _ => Err(refused()),
        }
    }
}

async fn issue(context: &RequestContext<'_>, user: &User) -> Result<Option<String>, ApiError> {
    let now = context.services.now();
    let expires_at = token_issue::latest_expiry(context, now);
    let issued = token_issue::issue_token(
        context,
        Proof::Password,
        user,
        String::new(),
        expires_at,
        now,
    );
    let key = |(_, key): (_, profiled_auth::TokenKey)| key.as_str().to_owned();
    Ok(issued.await?.map(key))
}

/// The same for whatever is wrong.
fn refused() -> ApiError {
    let text = "Unable to log in with provided credentials.";
    ApiError::Invalid(FieldErrors::of(NON_FIELD_ERRORS, text))
}
