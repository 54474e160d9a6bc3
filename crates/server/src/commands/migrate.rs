//! `profiled migrate`

use serde::Serialize;

use crate::cli::Migrate;
use crate::error::{Failure, Kind};
use crate::output::Output;
use crate::settings::Settings;

#[derive(Serialize)]
struct Done {
    applied: Vec<String>,
    reverted: Vec<String>,
}

#[derive(Serialize)]
struct MigrationOutput {
    name: String,
    is_applied: bool,
}

pub(super) fn run(settings: &Settings, arguments: &Migrate, output: Output) -> Result<(), Failure> {
    if arguments.status {
        return status(settings, output);
    }
    let done = match arguments.revert {
        Some(_) if !arguments.yes => {
            let text = "migrate --revert deletes data: add --yes to confirm";
            return Err(Failure::new(Kind::Refused, text));
        }
        Some(count) => {
            let reverted = profiled_store::revert(&settings.database, count)?;
            Done {
                applied: Vec::new(),
                reverted,
            }
        }
        None => {
            let applied = profiled_store::migrate(&settings.database)?;
            Done {
                applied,
                reverted: Vec::new(),
            }
        }
    };
    output.write(&done, |done| {
        let all = done.applied.iter().map(|name| format!("applied {name}"));
        let all = all.chain(done.reverted.iter().map(|name| format!("reverted {name}")));
        let lines: Vec<String> = all.collect();
        if lines.is_empty() {
            "nothing to do".to_owned()
        } else {
            lines.join("\n")
        }
    })
}

fn status(settings: &Settings, output: Output) -> Result<(), Failure> {
    let all = profiled_store::status(&settings.database)?.into_iter();
    let all: Vec<MigrationOutput> = all
        .map(|m| MigrationOutput {
            name: m.name,
            is_applied: m.is_applied,
        })
        .collect();
    output.write(&all, |all| {
        let line = |state: &MigrationOutput| {
            let word = if state.is_applied {
                "applied"
            } else {
                "pending"
            };
            format!("{word} {}", state.name)
        };
        all.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}
