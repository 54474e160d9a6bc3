//! Standard output: lines for people, JSON for programs.

use std::io::{self, Write};

use serde::Serialize;

use crate::error::Failure;

/// Where a command writes its result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) is_json: bool,
    pub(crate) is_quiet: bool,
}

impl Output {
    /// Writes a result: as JSON, or as the text that `lines` makes of it.
    pub(crate) fn write<T: Serialize>(
        self,
        result: &T,
        lines: impl FnOnce(&T) -> String,
    ) -> Result<(), Failure> {
        let text = if self.is_json {
            serde_json::to_string_pretty(result)
                .map_err(|error| Failure::failed(error.to_string()))?
        } else {
            lines(result)
        };
        print_line(&text)
    }
}

/// Writes a line and flushes it. A reader that has gone away (`| head`) has seen enough.
pub(crate) fn print_line(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}
