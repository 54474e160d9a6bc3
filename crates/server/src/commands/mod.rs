//! One module for each command.

mod binding;
mod check;
mod context;
mod directory;
mod export_django;
mod group;
mod import_django;
mod import_people;
mod import_settings;
mod jwt;
mod keys;
mod migrate;
mod purge;
mod quickstart;
mod serve;
mod token;
mod user;

use crate::cli::{Cli, Command, Export, Global, Import};
use crate::error::Failure;
use crate::settings::{LogLevel, Settings, Sources};
use crate::telemetry::{self, Logging};
use context::Context;

/// Loads the settings and runs the command.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    let load = match cli.command {
        // It may run where the service does not, as a user without its secrets.
        Command::Migrate(_) => Settings::load_database,
        _ => Settings::load,
    };
    let settings = settings(&cli.global, load)?;
    let logging = match cli.command {
        Command::Serve | Command::Quickstart => Logging::Service,
        _ => Logging::Command,
    };
    telemetry::start(&settings.log, logging)?;
    let context = Context {
        settings,
        is_json: cli.global.json,
        is_quiet: cli.global.quiet,
    };
    match cli.command {
        Command::Serve => serve::run(&context),
        Command::Quickstart => quickstart::run(context, &cli.global),
        Command::Migrate(arguments) => migrate::run(&context, &arguments),
        Command::Check => check::run(&context),
        Command::Import(Import::Django(arguments)) => import_django::run(&context, &arguments),
        Command::Import(Import::People { file }) => import_people::run(&context, &file),
        Command::Import(Import::SettingsSimplejwt { file }) => {
            import_settings::run(&context, &file)
        }
        Command::Export(Export::Django(arguments)) => export_django::run(&context, &arguments),
        Command::User(command) => user::run(&context, command),
        Command::Group(command) => group::run(&context, command),
        Command::Org(command) => directory::org::run(&context, command),
        Command::Team(command) => directory::team::run(&context, command),
        Command::Token(command) => token::run(&context, command),
        Command::Jwt(command) => jwt::run(&context, &command),
        Command::Keys(command) => keys::run(&context, command),
        Command::Binding(command) => binding::run(&context, command),
        Command::Purge => purge::run(&context),
    }
}

fn settings(
    global: &Global,
    load: fn(&Sources) -> Result<Settings, Failure>,
) -> Result<Settings, Failure> {
    let sources = Sources {
        profile: global.profile.clone(),
        files: global.config.clone(),
        environment: environment()?,
        overrides: global.set.clone(),
    };
    let mut settings = load(&sources)?;
    settings.log.level = match global.verbose {
        _ if global.quiet => LogLevel::Error,
        0 => settings.log.level,
        1 => settings.log.level.max(LogLevel::Debug),
        _ => LogLevel::Trace,
    };
    Ok(settings)
}

/// The environment as text. What is none in a variable of ours is a mistake, not nothing.
fn environment() -> Result<Vec<(String, String)>, Failure> {
    let mut variables = Vec::new();
    for (name, value) in std::env::vars_os() {
        match (name.into_string(), value.into_string()) {
            (Ok(name), Ok(value)) => variables.push((name, value)),
            (Ok(name), Err(_)) if name.starts_with(Sources::PREFIX) => {
                let text = format!("environment variable {name} is not UTF-8");
                return Err(Failure::settings(text));
            }
            _ => {}
        }
    }
    Ok(variables)
}
