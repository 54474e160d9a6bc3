//! `profiled token …`

use chrono::Duration;
use profiled_auth::TokenKey;
use profiled_auth::audit::{Action, AuditOutcome, Object, Reason};
use profiled_domain::{NewToken, ProfileDepth, TokenId, TokenRepository, UserId};
use serde::Serialize;
use serde_json::json;

use crate::cli::{Token, lifetime};
use crate::clock::now;
use crate::commands::context::{Context, find_user};
use crate::error::{Failure, Kind};
use crate::trail::{Line, audited};

#[derive(Serialize)]
struct TokenOutput {
    id: i64,
    prefix: String,
    label: String,
    created: String,
    last_used: Option<String>,
    expires: Option<String>,
}

pub(super) fn run(context: &Context, command: Token) -> Result<(), Failure> {
    match command {
        Token::Create {
            user,
            label,
            expires,
            key,
        } => {
            let life = expires.as_deref();
            let life = life.map(|text| lifetime("--expires", text)).transpose()?;
            let key = key.as_deref().map(given_key).transpose()?;
            let key = key.unwrap_or_else(TokenKey::generate);
            audited(Action::TokenCreate, |line| {
                create(context, &user, label, life, &key, line)
            })
        }
        Token::List { user } => list(context, &user),
        Token::Revoke { token } => {
            audited(Action::TokenRevoke, |line| revoke(context, &token, line))
        }
    }
}

fn given_key(text: &str) -> Result<TokenKey, Failure> {
    let usage = || {
        Failure::new(
            Kind::Usage,
            "--key must be 40 lower-case hexadecimal digits",
        )
    };
    TokenKey::parse(text).ok_or_else(usage)
}

fn create(
    context: &Context,
    user: &str,
    label: String,
    lifetime: Option<Duration>,
    key: &TokenKey,
    line: &mut Line,
) -> Result<(), Failure> {
    let store = context.open()?;
    let owner = find_user(&store, user)?.id;
    line.for_user(owner);
    let now = now();
    let id = store.issue_token(&NewToken {
        expires_at: lifetime.map(|lifetime| now + lifetime),
        ..new_token(owner, key, label, now)
    })?;
    line.done(Object::Token(id));
    let key = key.as_str();
    context.write(&json!({ "id": id.0, "key": key }), |_| key.to_owned())
}

/// A token that works from anywhere until it is revoked.
pub(super) fn new_token(
    owner: UserId,
    key: &TokenKey,
    label: String,
    now: chrono::DateTime<chrono::Utc>,
) -> NewToken {
    NewToken {
        owner,
        epoch: None,
        digest: key.digest(),
        prefix: key.prefix().to_owned(),
        label,
        created_at: now,
        expires_at: None,
        is_sliding: false,
        binding: None,
    }
}

fn list(context: &Context, user: &str) -> Result<(), Failure> {
    let store = context.open()?;
    let owner = find_user(&store, user)?.id;
    let tokens = store.list_tokens(owner)?.into_iter();
    let shown = tokens.map(|token| TokenOutput {
        id: token.state.id.0,
        prefix: token.prefix,
        label: token.label,
        created: token.created_at.to_rfc3339(),
        last_used: token.state.last_used_at.map(|at| at.to_rfc3339()),
        expires: token.state.expires_at.map(|at| at.to_rfc3339()),
    });
    context.write_list(shown, |token: &TokenOutput| {
        let expires = token.expires.as_deref().unwrap_or("never");
        format!(
            "{} {}… expires {expires} {}",
            token.id, token.prefix, token.label
        )
    })
}

fn revoke(context: &Context, token: &str, line: &mut Line) -> Result<(), Failure> {
    let store = context.open()?;
    let none = || {
        let text = "there is no such token: profiled token list USER shows all";
        Failure::failed(text).because(Reason::Missing)
    };
    let id = if let Ok(id) = token.parse() {
        TokenId(id)
    } else {
        let holder = TokenKey::holder(token, ProfileDepth::Account);
        let holder = holder.resolve(&store)?.ok_or_else(none)?;
        line.for_user(holder.profile.user.id);
        holder.token.id
    };
    line.on(Object::Token(id));
    if !store.revoke_token(id)? {
        return Err(none());
    }
    line.set_outcome(AuditOutcome::Done);
    context.write(&json!({ "id": id.0 }), |_| format!("revoked token {id}"))
}
