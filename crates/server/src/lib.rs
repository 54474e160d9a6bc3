//! The service `profiled`: settings, commands and wiring.
//!
//! [`run`] is the command line. [`Application`] starts the service inside another program, a test for
//! example.

mod admin;
mod application;
mod build_info;
mod cli;
mod clock;
mod command_pages;
mod commands;
mod connections;
mod doctor;
mod dump;
mod error;
mod lanes;
mod listeners;
mod log_queue;
mod maintenance;
mod media;
mod metrics;
#[cfg(feature = "otlp")]
mod otlp;
mod output;
mod probe;
mod purges;
mod reload;
mod schema;
mod settings;
mod simplejwt;
mod stop;
mod supervisor;
mod telemetry;
mod tls;
mod trail;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

pub use application::Application;
pub use command_pages::{CommandPage, command_pages};
pub use error::{Failure, Kind};
pub use profiled_http::{Access, RouteEntry};
pub use settings::{
    LogFormat, LogLevel, LogSettings, Profile, Reference, Settings, Sources, reference,
};

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
    let failures = commands::run(cli).err().unwrap_or_default();
    let lines = failures
        .iter()
        .map(|failure| output::escaped(&format!("profiled: {failure}")).into_owned());
    let lines: Vec<String> = lines.collect();
    telemetry::end((!lines.is_empty()).then(|| lines.join("\n")).as_deref());
    error::worst(&failures).map_or(ExitCode::SUCCESS, ExitCode::from)
}

/// The examples of README.md.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
