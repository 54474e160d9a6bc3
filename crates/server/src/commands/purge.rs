//! `profiled purge`

use profiled_auth::audit::Actor;

use crate::cli::Purge;
use crate::clock::now;
use crate::commands::context::Context;
use crate::commands::progress;
use crate::commands::terminal::confirm;
use crate::error::Failure;
use crate::maintenance;
use crate::media::open_media;

pub(super) fn run(context: &Context, arguments: &Purge) -> Result<(), Failure> {
    let what = "purge erases deleted accounts and what has expired, for good";
    confirm(arguments.yes, what)?;
    let store = context.open()?;
    let media = open_media(&context.settings)?;
    let progress = progress::counter(context, "rows and files erased");
    let erased = |some| progress.inc(some);
    let settings = &context.settings;
    let cleared = maintenance::run(&store, &media, settings, &Actor::Operator, now(), &erased);
    progress.finish_and_clear();
    let cleared = cleared?;
    context.write(&cleared, |cleared| {
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
