//! All commands with their help.

use clap::{Arg, Args, Command, CommandFactory};

use super::{Cli, Global, examples};
use crate::build_info::{COMMIT, FEATURES, VERSION};

/// Where the options of all commands are told, in the help of each.
const POINTER: &str =
    "Options of every command (--config, --profile, --set, --json, -v, -q): profiled --help";

const MORE: &str =
    "Files, environment and exit codes: profiled --help. A command: profiled help COMMAND";

/// What the long help and the manual tell of the surroundings: headings with what stands below them.
pub(crate) const SURROUNDINGS: [(&str, &[(&str, &str)]); 3] = [
    (
        "Files",
        &[
            (
                "config/PROFILE.toml",
                "Settings of a profile, in the working directory",
            ),
            (
                "./data",
                "What is stored, unless data_dir names another folder:",
            ),
            (
                "./data/profiled.sqlite3",
                "the database, unless database.url names another;",
            ),
            (
                "./data/media",
                "uploaded pictures, unless media.storage is a bucket;",
            ),
            (
                "./data/signing.key",
                "the key of tokens that development makes;",
            ),
            (
                "./data/keys",
                "keys of profiled keys, if auth.jwt.keys_dir says so",
            ),
        ],
    ),
    (
        "Environment",
        &[
            (
                "PROFILED__SECTION__KEY",
                "A setting, as PROFILED__HTTP__BIND=127.0.0.1:8001: above those of files,",
            ),
            ("", "and below --set. All settings: profiled settings"),
        ],
    ),
    (
        "Exit codes",
        &[
            ("0", "Done"),
            ("1", "Failed"),
            ("2", "The command line is wrong"),
            (
                "3",
                "Refused: it needs --yes or --force, or is there already",
            ),
            ("4", "The database does not answer"),
            ("5", "A setting is wrong"),
        ],
    ),
];

/// The command line as it is read, with the options of every command told once.
pub(crate) fn command() -> Command {
    with_help(true)
}

/// The same, with those options at each command, for shells.
pub(crate) fn unfolded() -> Command {
    with_help(false)
}

fn with_help(is_folded: bool) -> Command {
    let global = Global::augment_args(Command::new(""));
    let global = global.get_arguments().cloned();
    let global: Vec<Arg> = global.map(|arg| arg.hide(is_folded)).collect();
    let long = format!(
        "{VERSION}\ncommit {COMMIT}\nschema {}\nfeatures {}",
        profiled_store::newest_migration().unwrap_or_default(),
        FEATURES.replace(',', ", ")
    );
    let examples = lines("Examples", examples::of("").iter().copied());
    let surroundings = SURROUNDINGS.iter().map(|(heading, rows)| {
        let row = |(name, meaning): &(&str, &str)| format!("{name:<24} {meaning}");
        let rows: Vec<String> = rows.iter().map(row).collect();
        lines(heading, rows.iter().map(String::as_str))
    });
    let surroundings: Vec<String> = surroundings.collect();
    Cli::command()
        .long_version(long)
        .after_help(format!("{examples}\n\n{MORE}"))
        .after_long_help(format!("{examples}\n\n{}", surroundings.join("\n\n")))
        .mut_subcommands(|inner| documented(inner, "", &global))
}

/// A command with its examples, and those below it.
fn documented(command: Command, above: &str, global: &[Arg]) -> Command {
    let path = format!("{above} {}", command.get_name());
    let path = path.trim_start();
    let examples = lines("Examples", examples::of(path).iter().copied());
    let path = path.to_owned();
    command
        .args(global)
        .after_help(format!("{examples}\n\n{POINTER}"))
        .mut_subcommands(|inner| documented(inner, &path, global))
}

fn lines<'a>(heading: &str, lines: impl Iterator<Item = &'a str>) -> String {
    lines.fold(format!("{heading}:"), |text, line| {
        format!("{text}\n  {line}")
    })
}
