//! `profiled purge`

use crate::application::{now, open_media};
use crate::commands::open;
use crate::error::Failure;
use crate::maintenance;
use crate::output::Output;
use crate::settings::Settings;

pub(super) fn run(settings: &Settings, output: Output) -> Result<(), Failure> {
    let store = open(settings)?;
    let cleared = maintenance::run(&store, &open_media(settings)?, settings, now())?;
    output.write(&cleared, |cleared| {
        format!(
            "erased {} accounts, removed {} expired tokens and {} expired refresh tokens, deleted {} media files",
            cleared.accounts, cleared.tokens, cleared.refresh_tokens, cleared.files
        )
    })
}
