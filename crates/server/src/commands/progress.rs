//! Bars on a terminal, and nothing anywhere else.

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};

use crate::commands::context::Context;

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

/// A number that goes up, of `what`.
pub(super) fn counter(context: &Context, what: &str) -> ProgressBar {
    let template = format!("{{spinner}} {{human_pos}} {what} {{elapsed}}");
    bar(context, ProgressBar::no_length(), &template)
}

fn bar(context: &Context, bar: ProgressBar, template: &str) -> ProgressBar {
    if context.is_quiet {
        return ProgressBar::hidden();
    }
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
