//! The service `profiled`: settings, commands and wiring.
//!
//! [`run`] is the command line. [`Application`] starts the service inside another program, a test for
//! example.

mod admin;
mod application;
mod build_info;
mod cli;
mod clock;
mod commands;
mod connections;
mod dump;
mod error;
mod exposure;
mod lanes;
mod listeners;
mod log_queue;
mod maintenance;
mod metrics;
#[cfg(feature = "otlp")]
mod otlp;
mod output;
mod purges;
mod schema;
mod settings;
mod simplejwt;
mod stop;
mod telemetry;
mod trail;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

pub use application::Application;
pub use error::{Failure, Kind};
pub use profiled_http::{Access, RouteEntry};
pub use settings::{LogFormat, LogLevel, LogSettings, Profile, Settings, Sources};

/// Runs a command line, and returns its exit code: 0 done, 1 failed, 2 usage, 3 refused, 4 database
/// unreachable, 5 settings wrong.
pub fn run(arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> ExitCode {
    let cli = match cli::parse(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come here, too. A reader that has gone away is no failure.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let outcome = commands::run(cli);
    let failure = outcome.as_ref().err();
    telemetry::end(
        failure
            .map(|failure| format!("profiled: {failure}"))
            .as_deref(),
    );
    failure.map_or(ExitCode::SUCCESS, |failure| failure.kind().into())
}
