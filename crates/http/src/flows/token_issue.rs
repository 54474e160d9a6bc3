//! Opaque tokens that users ask for (`decisions.md` 9).

use chrono::{DateTime, Duration, Utc};
use profiled_auth::TokenKey;
use profiled_auth::audit::{Action, Actor, AuditOutcome, Object, Reason};
use profiled_domain::{
    IssueOutcome, NewToken, Repository, Token, TokenClient, TokenDigest, User, WriteContext,
};
use profiled_rest::RequestContext;
use profiled_rest::error::{ApiError, FieldErrors, NON_FIELD_ERRORS};
use profiled_rest::wire::host::user_agent;

use crate::settings::TowerSettings;

/// What the right to a token is shown with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Proof {
    /// A username and its password, which the body holds. The token's epoch decides whether they still count.
    Password,
    /// The credential of the request.
    Credential,
}

/// When a token that is made `now` ends at the latest; `None` if it may live until it is revoked.
pub(crate) fn latest_expiry(
    context: &RequestContext<'_>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let seconds = i64::from(context.services.tokens.lifetime);
    (seconds > 0).then(|| now + Duration::seconds(seconds))
}

/// Stores a new token for a user who has shown the right to it, and returns it with its key, which is
/// stored nowhere. `None` if a log-in has ended meanwhile.
///
/// # Errors
/// [`ApiError::Invalid`] if the user holds as many tokens as the settings allow.
pub(crate) async fn issue_token(
    context: &RequestContext<'_>,
    proof: Proof,
    owner: &User,
    label: String,
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Option<(Token, TokenKey)>, ApiError> {
    let key = TokenKey::generate();
    let token = NewToken {
        label,
        expires_at,
        ..new_token(owner, &key, key.digest(), now)
    };
    let issued = store(context, proof, token).await?;
    Ok(issued.map(|token| (token, key)))
}

/// The same for one that lives on with its use (contract `tower.md`, section 2.4), bound to the client
/// if the settings say so. `digest` is what is stored of its key.
pub(crate) async fn issue_sliding_token(
    context: &RequestContext<'_>,
    settings: &TowerSettings,
    owner: &User,
    label: &str,
    digest: impl FnOnce(&TokenKey) -> TokenDigest,
) -> Result<Option<(Token, TokenKey)>, ApiError> {
    let (key, now) = (TokenKey::generate(), context.services.now());
    let binding = || TokenClient {
        address: context
            .services
            .hosts
            .client_address(context.request)
            .to_string(),
        user_agent: user_agent(context.request),
    };
    let token = NewToken {
        label: label.to_owned(),
        expires_at: Some(now + Duration::seconds(settings.token_lifetime.into())),
        is_sliding: true,
        binding: settings.bind_tokens.then(binding),
        ..new_token(owner, &key, digest(&key), now)
    };
    let issued = store(context, Proof::Password, token).await?;
    Ok(issued.map(|token| (token, key)))
}

async fn store(
    context: &RequestContext<'_>,
    proof: Proof,
    token: NewToken,
) -> Result<Option<Token>, ApiError> {
    let limit = Some(context.services.tokens.max_per_user).filter(|limit| *limit > 0);
    let actor = match proof {
        Proof::Password => Actor::by_password(token.owner),
        Proof::Credential => context.caller()?.into(),
    };
    let record = context.record_of(Action::TokenCreate, actor);
    let (record, now) = (record.for_user(token.owner), token.created_at);
    let issue = move |repository: &dyn Repository, by: WriteContext<'_>| {
        let issued = repository.issue_token_within(&token, limit, by);
        let record = match &issued {
            Ok(IssueOutcome::Token(token)) => record.on(Object::Token(token.state.id)),
            _ => record,
        };
        record.log(issued, outcome)
    };
    let by = WriteContext {
        authority: None,
        at: now,
    };
    let issued = match proof {
        Proof::Password => {
            context
                .services
                .lanes
                .write(move |r| issue(r, by))
                .await??
        }
        Proof::Credential => context.write(Vec::new(), issue).await??,
    };
    match issued {
        IssueOutcome::Token(token) => Ok(Some(token)),
        IssueOutcome::Revoked => Ok(None),
        IssueOutcome::LimitReached => {
            let limit = limit.unwrap_or_default();
            let text = format!("The limit of {limit} tokens is reached: revoke one first.");
            Err(ApiError::Invalid(FieldErrors::of(NON_FIELD_ERRORS, text)))
        }
    }
}

fn outcome(issued: &IssueOutcome) -> AuditOutcome {
    match issued {
        IssueOutcome::Token(_) => AuditOutcome::Done,
        IssueOutcome::Revoked => AuditOutcome::Refused(Reason::Revoked),
        IssueOutcome::LimitReached => AuditOutcome::Refused(Reason::Limit),
    }
}

/// A token without an end, for anybody who has its key.
fn new_token(owner: &User, key: &TokenKey, digest: TokenDigest, now: DateTime<Utc>) -> NewToken {
    NewToken {
        owner: owner.id,
        epoch: Some(owner.credentials.number),
        digest,
        prefix: key.prefix().to_owned(),
        label: String::new(),
        created_at: now,
        expires_at: None,
        is_sliding: false,
        binding: None,
    }
}
