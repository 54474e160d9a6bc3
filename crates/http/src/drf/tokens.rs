//! `/api/auth/tokens/` and `/api/auth/tokens/{id}/`: the caller's own tokens, for every user.

use actix_web::http::{Method, StatusCode};
use chrono::{DateTime, Utc};
use profiled_auth::AuthError;
use profiled_auth::audit::{Action, AuditOutcome, Object};
use profiled_domain::{Patch, TokenId};
use profiled_rest::error::{ApiError, FieldErrors};
use profiled_rest::fields::{Field, body_of};
use profiled_rest::wire::body::Data;
use profiled_rest::wire::timestamp::Micros;
use profiled_rest::{Operation, RequestContext, Resource, Spec, View, ViewResponse};

use crate::drf::body::TokenBody;
use crate::drf::list::{Envelope, Paging};
use crate::flows::token_issue;
use crate::flows::token_issue::Proof;

const LIST: Spec = Spec {
    name: "Token List",
    description: "Tokens of the authenticated user. The key of a new one is shown once.",
    ..Spec::VIEW
};

const DETAIL: Spec = Spec {
    name: "Token Detail",
    description: "Revoke a token of the authenticated user.",
    buttons: &["DELETE"],
    ..Spec::VIEW
};

const NO_TOKEN: ApiError = ApiError::NoSuchObject("No Token matches the given query.");

/// The caller's tokens, those that have expired too.
pub(super) fn list(paging: Paging, fields: Vec<Field>) -> Box<dyn View> {
    let view = Resource::new(LIST, TokenList { paging, fields });
    let view = view.get(TokenList::list).post(TokenList::create);
    let view = view.fields("POST", |tokens| &tokens.fields);
    Box::new(view.operations(operations))
}

fn operations(view: &TokenList) -> Vec<Operation> {
    let list = Operation::new(Method::GET).reads(Paging::parameters());
    let list = list.answers_page::<Envelope<TokenBody<'_>>, TokenBody<'_>>();
    let create = Operation::new(Method::POST).takes(&view.fields);
    let create = create.answers::<TokenBody<'_>>(StatusCode::CREATED);
    vec![list, create.describes::<TokenBody<'_>, _>(&view.fields)]
}

struct TokenList {
    paging: Paging,
    fields: Vec<Field>,
}

impl TokenList {
    async fn list(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let page = self.paging.requested(context.query)?;
        let owner = context.caller()?.profile.user.id;
        let found = context
            .services
            .lanes
            .read(move |r| r.list_tokens_page(owner, page));
        let found = found.await??;
        let bodies = found.items.iter().map(|token| TokenBody::new(token, None));
        let envelope = Envelope::new(context, page, found.total, bodies.collect())?;
        Ok(context.ok(&envelope))
    }

    async fn create(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let data = context.data().await?;
        let now = context.services.now();
        let latest = token_issue::latest_expiry(context, now);
        let (label, expires_at) = self.wanted(body_of(&data)?, now, latest)?;
        let owner = &context.caller()?.profile.user;
        let issued =
            token_issue::issue_token(context, Proof::Credential, owner, label, expires_at, now);
        let issued = issued.await?;
        let (token, key) = issued.ok_or(AuthError::InvalidToken)?;
        let body = TokenBody::new(&token, Some(key.as_str()));
        Ok(context.answer(StatusCode::CREATED, &body).not_stored())
    }

    /// Label and end of the token that a body asks for.
    fn wanted(
        &self,
        data: &Data,
        now: DateTime<Utc>,
        latest: Option<DateTime<Utc>>,
    ) -> Result<(String, Option<DateTime<Utc>>), ApiError> {
        let mut errors = FieldErrors::default();
        let (mut label, mut expires_at) = (String::new(), latest);
        for field in self.fields.iter().filter(|field| !field.is_read_only) {
            match field.name {
                "label" => {
                    if let Patch::Set(text) = field.text(data, &mut errors) {
                        label = text;
                    }
                }
                "expires_at" => {
                    if let Patch::Set(end) = field.instant(data, &mut errors) {
                        check_end(field, end, now, latest, &mut errors);
                        expires_at = Some(end);
                    }
                }
                _ => {}
            }
        }
        errors.into_result()?;
        Ok((label, expires_at))
    }
}

fn check_end(
    field: &Field,
    end: DateTime<Utc>,
    now: DateTime<Utc>,
    latest: Option<DateTime<Utc>>,
    errors: &mut FieldErrors,
) {
    if end <= now {
        errors.push(field.name, "Ensure this value is in the future.");
    }
    if let Some(latest) = latest.filter(|latest| end > *latest) {
        let latest = Micros(latest);
        let text = format!("Ensure this value is less than or equal to {latest}.");
        errors.push(field.name, text);
    }
}

/// One of the caller's tokens.
pub(super) fn detail() -> Box<dyn View> {
    let view = Resource::new(DETAIL, ()).delete(revoke);
    Box::new(view.operations(|()| {
        vec![Operation::new(Method::DELETE).answers_nothing(StatusCode::NO_CONTENT)]
    }))
}

async fn revoke((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let id = TokenId(context.parameters.id(0));
    let owner = context.caller()?.profile.user.id;
    let record = context.record(Action::TokenRevoke).on(Object::Token(id));
    let record = record.for_user(owner);
    let revoked = context.write(Vec::new(), move |r, by| {
        record.log(r.revoke_own_token(owner, id, by), AuditOutcome::of_object)
    });
    let is_revoked = revoked.await??;
    is_revoked.then(ViewResponse::no_content).ok_or(NO_TOKEN)
}
