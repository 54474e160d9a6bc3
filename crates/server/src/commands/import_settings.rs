//! `profiled import settings-simplejwt`

use std::io::Read;
use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::commands::context::Context;
use crate::error::Failure;
use crate::output::Lines;
use crate::simplejwt::{Dump, Translation, translate};

#[derive(Serialize)]
struct Report<'a> {
    settings: Map<String, Value>,
    warnings: &'a [String],
}

/// Prints our settings for those of simplejwt, and changes nothing.
pub(super) fn run(context: &Context, file: &Path) -> Result<(), Failure> {
    let name = file.display();
    let text = read(file).map_err(|error| Failure::failed(format!("{name}: {error}")))?;
    let dump = Dump::read(&text).map_err(|problem| Failure::failed(format!("{name} {problem}")))?;
    let found: Translation = translate(&dump);
    let settings = found.settings().iter();
    let report = Report {
        settings: settings
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect(),
        warnings: found.warnings(),
    };
    context.write(&report, |_| Lines::of_document(&found.to_toml()))
}

fn read(file: &Path) -> std::io::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    std::fs::read_to_string(file)
}
