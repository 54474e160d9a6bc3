//! `profiled purge`

use profiled_auth::audit::Actor;

use crate::application::open_media;
use crate::clock::now;
use crate::commands::database::open;
use crate::error::Failure;
use crate::maintenance;
use crate::output::Output;
use crate::settings::Settings;

pub(super) fn run(settings: &Settings, output: Output) -> Result<(), Failure> {
    let store = open(settings)?;
    let media = open_media(settings)?;
    let cleared = maintenance::run(&store, &media, settings, &Actor::Operator, now())?;
    output.write(&cleared, |cleared| {
        format!(
            "erased {} accounts, removed {} expired tokens and {} expired refresh tokens, deleted {} media files \
             and {} events, forgot {} deleted organizations and teams",
            cleared.accounts,
            cleared.tokens,
            cleared.refresh_tokens,
            cleared.files,
            cleared.events,
            cleared.tombstones
        )
    })
}
