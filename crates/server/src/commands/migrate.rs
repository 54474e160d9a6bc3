//! `profiled migrate`

use profiled_store::MigrationState;
use serde::Serialize;
use serde_json::json;

use crate::cli::Migrate;
use crate::commands::context::Context;
use crate::commands::progress;
use crate::commands::terminal::confirm;
use crate::error::Failure;
use crate::schema;

#[derive(Serialize)]
struct MigrationOutput {
    name: String,
    is_applied: bool,
    /// Whether it is one of this build.
    is_known: bool,
}

pub(super) fn run(context: &Context, arguments: &Migrate) -> Result<(), Failure> {
    if arguments.status {
        return status(context);
    }
    let settings = &context.settings.database;
    let (applied, reverted) = match arguments.revert {
        Some(count) => {
            confirm(arguments.yes, "migrate --revert deletes data")?;
            (Vec::new(), profiled_store::revert(settings, count)?)
        }
        None => (migrate(context)?, Vec::new()),
    };
    let note = match arguments.revert {
        Some(_) => None,
        None => schema::check(settings)?.note(),
    };
    let done = json!({ "applied": applied, "reverted": reverted, "note": note });
    context.write(&done, |_| {
        let all = applied.iter().map(|name| format!("applied {name}"));
        let all = all.chain(reverted.iter().map(|name| format!("reverted {name}")));
        let mut lines: Vec<String> = all.collect();
        if lines.is_empty() {
            lines.push("nothing to do".to_owned());
        }
        lines.extend(note.clone());
        lines
    })
}

fn migrate(context: &Context) -> Result<Vec<String>, Failure> {
    let settings = &context.settings.database;
    let progress = progress::of_steps(context, profiled_store::pending(settings)?.len());
    let applied = profiled_store::migrate_up_to(settings, None, &mut |name| {
        progress.set_message(name.to_owned());
        progress.inc(1);
    });
    progress.finish_and_clear();
    Ok(applied?)
}

fn status(context: &Context) -> Result<(), Failure> {
    let all = profiled_store::status(&context.settings.database)?.into_iter();
    let all = all.map(|migration| MigrationOutput {
        name: migration.name,
        is_applied: migration.state != MigrationState::Pending,
        is_known: !matches!(migration.state, MigrationState::Unknown { .. }),
    });
    context.write_list(all, |state: &MigrationOutput| {
        let word = match state {
            state if !state.is_known => "unknown",
            state if state.is_applied => "applied",
            _ => "pending",
        };
        format!("{word} {}", state.name)
    })
}
