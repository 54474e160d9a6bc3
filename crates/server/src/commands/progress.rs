//! Bars on a terminal, and nothing anywhere else.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};

use crate::commands::context::Context;
use crate::commands::destination::Output;

/// A bar for the bytes of files, which are read once.
pub(super) fn of_files<'a>(
    context: &Context,
    files: impl IntoIterator<Item = &'a PathBuf>,
) -> ProgressBar {
    let length = |file: &PathBuf| file.metadata().map_or(0, |metadata| metadata.len());
    let all = files.into_iter().map(length).sum();
    bar(
        context,
        ProgressBar::new(all),
        "{wide_bar} {bytes}/{total_bytes} {eta}",
    )
}

/// A bar for so many steps, each with its name.
pub(super) fn of_steps(context: &Context, steps: usize) -> ProgressBar {
    let steps = ProgressBar::new(u64::try_from(steps).unwrap_or(u64::MAX));
    bar(context, steps, "{wide_bar} {pos}/{len} {msg}")
}

/// A number that goes up, of `what`, unless what is written goes to the same terminal.
pub(super) fn of_output(context: &Context, output: &Output, what: &str) -> ProgressBar {
    if output.is_final() && io::stdout().is_terminal() {
        return ProgressBar::hidden();
    }
    counter(context, what)
}

/// A number that goes up, of `what`.
pub(super) fn counter(context: &Context, what: &str) -> ProgressBar {
    let template = format!("{{spinner}} {{human_pos}} {what} {{elapsed}}");
    bar(context, ProgressBar::no_length(), &template)
}

fn bar(context: &Context, bar: ProgressBar, template: &str) -> ProgressBar {
    if context.is_quiet || context.is_json {
        return ProgressBar::hidden();
    }
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
