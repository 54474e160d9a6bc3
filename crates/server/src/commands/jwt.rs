//! `profiled jwt …`

use profiled_auth::{JwtVerifier, Subject};
use profiled_domain::{CredentialRepository, Detail, UserKey};
use profiled_store::Store;
use serde::Serialize;

use crate::application::now;
use crate::cli::Jwt;
use crate::commands::{find_user, open};
use crate::error::Failure;
use crate::output::Output;
use crate::settings::Settings;

#[derive(Serialize)]
struct Minted {
    access: String,
}

pub(super) fn run(settings: &Settings, command: &Jwt, output: Output) -> Result<(), Failure> {
    let Jwt::Create { user } = command;
    let minted = Minted {
        access: access_token(settings, &open(settings)?, user)?,
    };
    output.write(&minted, |minted| minted.access.clone())
}

/// A new access token for the user that an operator names.
pub(super) fn access_token(
    settings: &Settings,
    store: &Store,
    name: &str,
) -> Result<String, Failure> {
    let now = now();
    let key = UserKey::Id(find_user(store, name)?.id);
    let gone = || Failure::failed(format!("user {name:?} has just been removed"));
    let (profile, password) = store
        .find_account(&key, Detail::Account)?
        .ok_or_else(gone)?;
    let jwt = JwtVerifier::new(&settings.auth.jwt, settings.key_ring(now)?);
    let token = jwt.mint_access(Subject::new(&profile.user, &password), now);
    token.map_err(|error| Failure::failed(error.to_string()))
}
