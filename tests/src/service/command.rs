//! Commands with the settings of a service.

use std::process::ExitCode;

/// Runs a command as an operator would.
pub(super) fn run(overrides: &[String], command: &[&str]) -> ExitCode {
    let mut arguments = vec!["profiled", "--quiet"];
    for setting in overrides {
        arguments.extend(["--set", setting]);
    }
    arguments.extend(command);
    profiled::run(arguments)
}
