//! `profiled jwt …`

use profiled_auth::audit::{Action, Object, Reason};
use profiled_auth::{JwtService, RefreshError, TokenUser};
use profiled_domain::{ProfileDepth, ProfileRepository, UserLookup};
use profiled_store::Store;
use serde_json::json;

use crate::cli::Jwt;
use crate::clock::now;
use crate::commands::context::{Context, find_user};
use crate::error::Failure;
use crate::settings::Settings;
use crate::trail::{Line, audited};

pub(super) fn run(context: &Context, command: &Jwt) -> Result<(), Failure> {
    let Jwt::Create { user } = command;
    let access = audited(Action::TokenCreate, |line| {
        access_token(&context.settings, &context.open()?, user, line)
    })?;
    context.write(&json!({ "access": access }), |_| access.clone())
}

/// A new access token for the user that an operator names.
pub(super) fn access_token(
    settings: &Settings,
    store: &Store,
    name: &str,
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
    let named = jwt.name_of(&profile.user, store).map_err(unnamed)?;
    let subject = TokenUser {
        name: named.as_deref(),
        ..TokenUser::new(&profile.user, &password)
    };
    let token = jwt.mint_for_requests(subject, now);
    let token = token.map_err(|error| Failure::failed(error.to_string()))?;
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
