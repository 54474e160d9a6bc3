//! `profiled jwt …`

use profiled_auth::JwtVerifier;
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
    let user = find_user(&open(settings)?, user)?;
    let jwt = JwtVerifier::new(&settings.auth.jwt, settings.signing_key()?);
    let minted = Minted {
        access: jwt.mint_access(user.id, now()),
    };
    output.write(&minted, |minted| minted.access.clone())
}
