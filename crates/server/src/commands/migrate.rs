//! `profiled migrate`

use serde::Serialize;
use serde_json::json;

use crate::cli::Migrate;
use crate::commands::context::Context;
use crate::error::{Failure, Kind};

#[derive(Serialize)]
struct MigrationOutput {
    name: String,
    is_applied: bool,
}

pub(super) fn run(context: &Context, arguments: &Migrate) -> Result<(), Failure> {
    if arguments.status {
        return status(context);
    }
    let settings = &context.settings.database;
    let (applied, reverted) = match arguments.revert {
        Some(_) if !arguments.yes => {
            let text = "migrate --revert deletes data: add --yes to confirm";
            return Err(Failure::new(Kind::Refused, text));
        }
        Some(count) => (Vec::new(), profiled_store::revert(settings, count)?),
        None => (profiled_store::migrate(settings)?, Vec::new()),
    };
    let done = json!({ "applied": applied, "reverted": reverted });
    context.write(&done, |_| {
        let all = applied.iter().map(|name| format!("applied {name}"));
        let all = all.chain(reverted.iter().map(|name| format!("reverted {name}")));
        let lines: Vec<String> = all.collect();
        if lines.is_empty() {
            "nothing to do".to_owned()
        } else {
            lines.join("\n")
        }
    })
}

fn status(context: &Context) -> Result<(), Failure> {
    let all = profiled_store::status(&context.settings.database)?.into_iter();
    let all = all.map(|migration| MigrationOutput {
        name: migration.name,
        is_applied: migration.is_applied,
    });
    context.write_list(all, |state: &MigrationOutput| {
        let word = if state.is_applied {
            "applied"
        } else {
            "pending"
        };
        format!("{word} {}", state.name)
    })
}
