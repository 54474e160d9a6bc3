//! `profiled jwt …`

use profiled_auth::audit::{Action, Object, Reason};
use profiled_auth::{JwtService, RefreshError, TokenUser, TokenWishes};
use profiled_domain::{ProfileDepth, ProfileRepository, UserLookup};
use profiled_store::Store;
use serde_json::{Value, json};

use crate::cli::{Jwt, lifetime};
use crate::clock::now;
use crate::commands::context::{Context, find_user};
use crate::error::{Failure, Kind};
use crate::settings::Settings;
use crate::trail::{Line, audited};

pub(super) fn run(context: &Context, command: &Jwt) -> Result<(), Failure> {
    let Jwt::Create {
        user,
        lifetime: life,
        claim,
    } = command;
    let life = life.as_deref();
    let life = life.map(|text| lifetime("--lifetime", text)).transpose()?;
    let claims = claim.iter().map(|text| named_value(text));
    let wishes = TokenWishes {
        lifetime: life,
        claims: claims.collect::<Result<_, _>>()?,
    };
    let access = audited(Action::TokenCreate, |line| {
        access_token(&context.settings, &context.open()?, user, &wishes, line)
    })?;
    context.write(&json!({ "access": access }), |_| access.clone())
}

/// A claim, as NAME=VALUE.
fn named_value(text: &str) -> Result<(String, Value), Failure> {
    let parts = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = parts.ok_or_else(|| {
        let text = format!("--claim {text}: write it as NAME=VALUE");
        Failure::new(Kind::Usage, text)
    })?;
    let value = serde_json::from_str(value).unwrap_or_else(|_text| value.into());
    Ok((name.to_owned(), value))
}

/// A new access token for the user that an operator names.
pub(super) fn access_token(
    settings: &Settings,
    store: &Store,
    name: &str,
    wishes: &TokenWishes,
    line: &mut Line,
) -> Result<String, Failure> {
    if settings.auth.jwt.is_read_only() {
        let text = "the settings of auth.jwt take tokens of others and make none: see \
                    verifying_key, jwk_url, token_type_claim and jti_claim";
        return Err(Failure::settings(text));
    }
    let now = now();
    let id = find_user(store, name)?.id;
    line.for_user(id);
    let key = UserLookup::Id(id);
    let gone = || {
        let text = format!("user {name:?} has just been removed");
        Failure::failed(text).because(Reason::Missing)
    };
    let (profile, password) = store
        .find_profile_with_password(&key, ProfileDepth::Account)?
        .ok_or_else(gone)?;
    let jwt = JwtService::new(&settings.auth.jwt, settings.key_ring(now)?);
    if let Some((claim, _)) = wishes
        .claims
        .iter()
        .find(|(claim, _)| jwt.sets_claim(claim))
    {
        let text = format!("--claim {claim}: this claim is set by the service: take another name");
        return Err(Failure::new(Kind::Usage, text).because(Reason::Invalid));
    }
    let named = jwt.name_of(&profile.user, store).map_err(unnamed)?;
    let subject = TokenUser {
        name: named.as_deref(),
        ..TokenUser::new(&profile.user, &password)
    };
    let token = jwt.mint_for_requests(subject, wishes, now);
    let token = token.map_err(|error| Failure::failed(error.to_string()))?;
    let max = settings.auth.jwt.max_token_bytes;
    if u32::try_from(token.len()).is_ok_and(|size| size > max) {
        let text = format!(
            "--claim: the token has more than auth.jwt.max_token_bytes, {max}: leave claims out"
        );
        return Err(Failure::new(Kind::Usage, text).because(Reason::Invalid));
    }
    if let Some(made) = jwt.name(&token, now) {
        line.done(Object::Jwt(made.jti));
    }
    Ok(token)
}

fn unnamed(error: RefreshError) -> Failure {
    match error {
        RefreshError::Repository(error) => error.into(),
        other => Failure::failed(other.to_string()),
    }
}
