//! One module for each command.

mod backup;
mod binding;
mod check;
mod completions;
mod context;
mod destination;
mod directory;
mod export_django;
mod group;
mod healthcheck;
mod import_django;
mod import_people;
mod import_settings;
mod jwt;
mod keys;
mod manual;
mod migrate;
mod openapi;
mod progress;
mod purge;
mod quickstart;
mod serve;
mod settings;
mod terminal;
mod token;
mod unfinished;
mod user;
mod whole_store;

use crate::cli::{Cli, Command, Export, ExportOf, Global, Import, ImportOf};
use crate::error::{Failure, Kind};
use crate::settings::{Loaded, LogLevel, Settings, Sources};
use crate::telemetry::{self, Logging};
use context::Context;

/// Loads the settings and runs the command.
pub(crate) fn run(cli: Cli) -> Result<(), Vec<Failure>> {
    // They ask for no settings.
    let done = match &cli.command {
        Command::Completions { shell } => Some(completions::run(*shell)),
        Command::Man { folder } => Some(manual::run(folder.as_deref())),
        _ => None,
    };
    if let Some(done) = done {
        return done.map_err(|failure| vec![failure]);
    }
    let load = match cli.command {
        // It may run where the service does not, as a user without its secrets.
        Command::Migrate(_) => Loaded::database,
        _ => Loaded::all,
    };
    let loaded = loaded(&cli.global, load).map_err(|failure| vec![failure])?;
    let is_about_settings = matches!(cli.command, Command::Check | Command::Settings(_));
    if !loaded.failures.is_empty() && !is_about_settings {
        return Err(loaded.failures);
    }
    let logging = match cli.command {
        Command::Serve | Command::Quickstart => Logging::Service,
        _ => Logging::Command,
    };
    telemetry::start(&loaded.settings.log, logging).map_err(|failure| vec![failure])?;
    let context = Context {
        settings: loaded.settings,
        origins: loaded.origins,
        is_json: cli.global.json,
        is_quiet: cli.global.quiet,
    };
    match cli.command {
        Command::Check => check::run(&context, loaded.failures, loaded.warnings),
        Command::Settings(arguments) => settings::run(&context, &arguments, loaded.failures),
        other => {
            for warning in loaded.warnings {
                tracing::warn!("{warning}");
            }
            let origins = context.origins.clone();
            let done = work(other, context, cli.global);
            done.map_err(|failure| vec![origins.placed(failure)])
        }
    }
}

/// What needs settings without a fault.
fn work(command: Command, context: Context, global: Global) -> Result<(), Failure> {
    match command {
        Command::Serve => serve::run(&context, Box::new(move || again(&global))),
        Command::Quickstart => quickstart::run(context, &global),
        // They have been run.
        Command::Check
        | Command::Settings(_)
        | Command::Completions { .. }
        | Command::Man { .. } => Ok(()),
        Command::Openapi(arguments) => openapi::run(&context, &arguments),
        Command::Migrate(arguments) => migrate::run(&context, &arguments),
        Command::Healthcheck(arguments) => healthcheck::run(&context, &arguments),
        Command::Import(arguments) => import(&context, arguments),
        Command::Export(arguments) => export(&context, arguments),
        Command::Backup(arguments) => backup::run(&context, &arguments),
        Command::Restore(arguments) => backup::restore(&context, &arguments),
        Command::User(command) => user::run(&context, command),
        Command::Group(command) => group::run(&context, command),
        Command::Org(command) => directory::org::run(&context, command),
        Command::Team(command) => directory::team::run(&context, command),
        Command::Token(command) => token::run(&context, command),
        Command::Jwt(command) => jwt::run(&context, &command),
        Command::Keys(command) => keys::run(&context, command),
        Command::Binding(command) => binding::run(&context, command),
        Command::Purge(arguments) => purge::run(&context, &arguments),
    }
}

fn import(context: &Context, arguments: Import) -> Result<(), Failure> {
    match (arguments.file, arguments.of) {
        (Some(file), None) => whole_store::import(context, &file),
        (None, Some(ImportOf::Django(arguments))) => import_django::run(context, &arguments),
        (None, Some(ImportOf::People { file })) => import_people::run(context, &file),
        (None, Some(ImportOf::SettingsSimplejwt { file })) => import_settings::run(context, &file),
        _ => Err(one_of("import")),
    }
}

fn export(context: &Context, arguments: Export) -> Result<(), Failure> {
    match (arguments.file, arguments.of) {
        (Some(file), None) => whole_store::export(context, &file, arguments.yes),
        (None, Some(ExportOf::Django(arguments))) => export_django::run(context, &arguments),
        _ => Err(one_of("export")),
    }
}

fn one_of(command: &str) -> Failure {
    let text = format!(
        "{command} needs a FILE or the name of another service: {command} --help lists them"
    );
    Failure::new(Kind::Usage, text)
}

fn loaded(
    global: &Global,
    load: fn(&Sources) -> Result<Loaded, Failure>,
) -> Result<Loaded, Failure> {
    let sources = Sources {
        profile: global.profile.clone(),
        files: global.config.clone(),
        environment: environment()?,
        overrides: global.set.clone(),
    };
    let mut loaded = load(&sources)?;
    let level = &mut loaded.settings.log.level;
    *level = match global.verbose {
        _ if global.quiet => LogLevel::Error,
        0 => *level,
        1 => (*level).max(LogLevel::Debug),
        _ => LogLevel::Trace,
    };
    Ok(loaded)
}

/// The settings as they are now, of the same command line.
fn again(global: &Global) -> Result<Settings, Vec<Failure>> {
    let loaded = loaded(global, Loaded::all).map_err(|failure| vec![failure])?;
    if loaded.failures.is_empty() {
        Ok(loaded.settings)
    } else {
        Err(loaded.failures)
    }
}

/// The environment as text. What is none in a variable of ours is a mistake, not nothing; a name that is none sets nothing,
/// and is told as far as it can be read.
fn environment() -> Result<Vec<(String, String)>, Failure> {
    let mut variables = Vec::new();
    for (name, value) in std::env::vars_os() {
        match (name.into_string(), value.into_string()) {
            (Ok(name), Ok(value)) => variables.push((name, value)),
            (Ok(name), Err(_)) if name.starts_with(Sources::PREFIX) => {
                let text =
                    format!("environment variable {name} is not UTF-8: write its value anew");
                return Err(Failure::settings(text));
            }
            (Ok(_), Err(_)) => {}
            (Err(name), _) => variables.push((name.to_string_lossy().into_owned(), String::new())),
        }
    }
    Ok(variables)
}
