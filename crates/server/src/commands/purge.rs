//! `profiled purge`

use crate::application::now;
use crate::commands::open;
use crate::error::Failure;
use crate::maintenance;
use crate::output::Output;
use crate::settings::Settings;

pub(super) fn run(settings: &Settings, output: Output) -> Result<(), Failure> {
    let cleared = maintenance::run(&open(settings)?, settings, now())?;
    output.write(&cleared, |cleared| {
        format!(
            "erased {} accounts, removed {} expired refresh tokens",
            cleared.accounts, cleared.refresh_tokens
        )
    })
}
