//! `profiled token …`

use chrono::Duration;
use profiled_auth::TokenKey;
use profiled_auth::audit::{Action, Object, Outcome, Reason};
use profiled_domain::{NewToken, ProfileRepository, TokenId, TokenRepository, UserId};
use serde::Serialize;

use crate::cli::Token;
use crate::clock::now;
use crate::commands::database::{find_user, open};
use crate::error::{Failure, Kind};
use crate::output::Output;
use crate::settings::Settings;
use crate::trail::{Line, audited};

#[derive(Serialize)]
struct Created {
    id: i64,
    key: String,
}

#[derive(Serialize)]
struct TokenOutput {
    id: i64,
    prefix: String,
    label: String,
    created: String,
    last_used: Option<String>,
    expires: Option<String>,
}

pub(super) fn run(settings: &Settings, command: Token, output: Output) -> Result<(), Failure> {
    match command {
        Token::Create {
            user,
            label,
            expires,
            key,
        } => {
            let life = expires.as_deref().map(lifetime).transpose()?;
            let key = key.as_deref().map(given_key).transpose()?;
            let key = key.unwrap_or_else(TokenKey::generate);
            audited(Action::TokenCreate, |line| {
                create(settings, &user, label, life, &key, line, output)
            })
        }
        Token::List { user } => list(settings, &user, output),
        Token::Revoke { token } => audited(Action::TokenRevoke, |line| {
            revoke(settings, &token, line, output)
        }),
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

fn lifetime(text: &str) -> Result<Duration, Failure> {
    let usage = || {
        Failure::new(
            Kind::Usage,
            format!("--expires {text}: write it as 90d or 12h"),
        )
    };
    let at = text
        .len()
        .checked_sub(1)
        .filter(|at| text.is_char_boundary(*at));
    let (number, unit) = text.split_at(at.ok_or_else(usage)?);
    let number: u32 = number.parse().map_err(|_not_a_number| usage())?;
    let seconds = match unit {
        "d" => 86_400,
        "h" => 3600,
        "m" => 60,
        "s" => 1,
        _ => return Err(usage()),
    };
    let life = Duration::seconds(i64::from(number) * seconds);
    if life.num_days() > 36_500 || life.is_zero() {
        Err(usage())
    } else {
        Ok(life)
    }
}

fn create(
    settings: &Settings,
    user: &str,
    label: String,
    lifetime: Option<Duration>,
    key: &TokenKey,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    let store = open(settings)?;
    let owner = find_user(&store, user)?.id;
    line.for_user(owner);
    let now = now();
    let id = store.issue_token(&NewToken {
        expires_at: lifetime.map(|lifetime| now + lifetime),
        ..new_token(owner, key, label, now)
    })?;
    line.done(Object::Token(id));
    let created = Created {
        id: id.0,
        key: key.as_str().to_owned(),
    };
    output.write(&created, |created| created.key.clone())
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

fn list(settings: &Settings, user: &str, output: Output) -> Result<(), Failure> {
    let store = open(settings)?;
    let owner = find_user(&store, user)?.id;
    let tokens = store.list_tokens(owner)?.into_iter();
    let listed: Vec<TokenOutput> = tokens
        .map(|token| TokenOutput {
            id: token.state.id.0,
            prefix: token.prefix,
            label: token.label,
            created: token.created_at.to_rfc3339(),
            last_used: token.state.last_used_at.map(|at| at.to_rfc3339()),
            expires: token.state.expires_at.map(|at| at.to_rfc3339()),
        })
        .collect();
    output.write(&listed, |tokens| {
        let line = |token: &TokenOutput| {
            let expires = token.expires.as_deref().unwrap_or("never");
            format!(
                "{} {}… expires {expires} {}",
                token.id, token.prefix, token.label
            )
        };
        tokens.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

#[derive(Serialize)]
struct Revoked {
    id: i64,
}

fn revoke(
    settings: &Settings,
    token: &str,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    let store = open(settings)?;
    let none = || {
        let text = "there is no such token: profiled token list USER shows all";
        Failure::failed(text).because(Reason::Missing)
    };
    let id = if let Some(key) = TokenKey::parse(token) {
        let holder = store.find_token(&key.digest(), profiled_domain::ProfileDepth::Account)?;
        let holder = holder.ok_or_else(none)?;
        line.for_user(holder.profile.user.id);
        holder.token.id
    } else {
        TokenId(token.parse().map_err(|_not_an_id| none())?)
    };
    line.on(Object::Token(id));
    if !store.revoke_token(id)? {
        return Err(none());
    }
    line.came_of(Outcome::Done);
    output.write(&Revoked { id: id.0 }, |revoked| {
        format!("revoked token {}", revoked.id)
    })
}
