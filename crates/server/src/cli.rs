//! The command line. Names and exit codes are an interface.

mod choice;
mod credentials;
mod directory;
mod examples;
mod export;
mod group;
mod help;
mod import;
mod lifetime;
mod person;
mod store;
mod user;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub(crate) use credentials::{Binding, Jwt, Keys, Token};
pub(crate) use directory::{Org, OrgMember, OrgSet, Team, TeamMember, TeamName, TeamSet};
pub(crate) use examples::of as examples_of;
pub(crate) use export::ExportDjango;
pub(crate) use group::{Group, GroupSet, Membership};
pub(crate) use help::{SURROUNDINGS, command, unfolded};
pub(crate) use import::ImportDjango;
pub(crate) use lifetime::lifetime;
pub(crate) use store::{Backup, Export, ExportOf, Import, ImportOf, Restore};
pub(crate) use user::{UserCreate, UserList, UserSet};

/// A current-user profile service for clients of Django REST framework, simplejwt and Ansible Tower.
#[derive(Debug, Parser)]
#[command(name = "profiled", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

// Options of every command. They may stand before and after its name. (As a doc comment this would be
// shown in place of what each command does.)
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Settings file (TOML); may be repeated, later files override earlier ones.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Vec<PathBuf>,
    /// Settings profile.
    #[arg(long, value_name = "NAME", value_parser = choice::choice(["development", "production"]))]
    pub(crate) profile: Option<String>,
    /// One setting, for example http.bind=127.0.0.1:8001; may be repeated, overrides all other sources.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Write results as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Log more; -vv even more.
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Log errors only, and show no progress.
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

impl Global {
    /// These options and then `inner`, which come later.
    fn and(mut self, inner: Self) -> Self {
        self.config.extend(inner.config);
        self.set.extend(inner.set);
        Self {
            profile: inner.profile.or(self.profile),
            json: self.json || inner.json,
            verbose: self.verbose.saturating_add(inner.verbose),
            quiet: self.quiet || inner.quiet,
            ..self
        }
    }
}

/// Parses a command line.
///
/// clap's own global arguments would drop `--set a=1` from `--set a=1 serve --set b=2` without a word.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> Result<Cli, clap::Error> {
    let matches = command().try_get_matches_from(arguments)?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    let mut level = &matches;
    while let Some((_, inner)) = level.subcommand() {
        cli.global = cli.global.and(Global::from_arg_matches(inner)?);
        level = inner;
    }
    Ok(cli)
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the dialects that are switched on.
    Serve,
    /// Create a database with first users, show their credentials once, and serve.
    Quickstart,
    /// Migrate the database to the schema of this build.
    Migrate(Migrate),
    /// Examine settings, keys, database, media and what is reached by network.
    ///
    /// Tells everything that stands in the way of serving, and what to be careful with, each with its remedy. The last line is
    /// ok.
    Check,
    /// Show settings: their values, and where those come from.
    ///
    /// Without a key all settings with their values, secrets masked; with one what it means, too, its default and its
    /// variable.
    Settings(SettingsQuery),
    /// Print the OpenAPI document of the service with these settings.
    ///
    /// It is that of /api/schema/. No database is needed.
    Openapi(Openapi),
    /// Ask the service of these settings on this machine whether it is ready.
    ///
    /// For containers and supervisors: exit code 0 says yes, 1 no.
    Healthcheck(Healthcheck),
    /// Import a whole store into an empty database, or accounts from other services.
    Import(Import),
    /// Export a whole store for another database, or accounts to other services.
    Export(Export),
    /// Write database, media and keys to one archive, while the service runs.
    Backup(Backup),
    /// Put database, media and keys of an archive where the settings say.
    ///
    /// Everything in it is examined first. The service must be stopped.
    Restore(Restore),
    /// Create, show and change users, and set their passwords.
    #[command(subcommand)]
    User(User),
    /// Create, change and delete groups; add and remove members.
    #[command(subcommand)]
    Group(Group),
    /// Create, change and delete organizations, their members and admins.
    #[command(subcommand)]
    Org(Org),
    /// Create, change and delete teams, and their members.
    #[command(subcommand)]
    Team(Team),
    /// Create, show and revoke opaque tokens.
    #[command(subcommand)]
    Token(Token),
    /// Create access tokens.
    #[command(subcommand)]
    Jwt(Jwt),
    /// Generate, list and rotate the keys that sign JSON Web Tokens.
    #[command(subcommand)]
    Keys(Keys),
    /// List and remove bindings of foreign issuers' subjects to users.
    #[command(subcommand)]
    Binding(Binding),
    /// Erase deleted and expired records whose time is over.
    ///
    /// A service does so itself every `accounts.purge_interval` seconds.
    Purge(Purge),
    /// Write a script with which a shell completes commands and options.
    ///
    /// It goes to standard output. Where an installation has put it, shells find it by themselves; in one that runs:
    /// `source <(profiled completions bash)`.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write the manual: one page to standard output, or the pages of all commands to a folder.
    Man {
        /// The folder; it is made if it is missing.
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Purge {
    /// Confirm that it is erased.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SettingsQuery {
    /// One setting, or the settings of a section, as http.bind or http.
    pub(crate) key: Option<String>,
    /// Print the JSON Schema of a settings file.
    #[arg(long, conflicts_with = "key")]
    pub(crate) schema: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Openapi {
    /// How it is written.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: OpenapiFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OpenapiFormat {
    #[default]
    Json,
    Yaml,
}

#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// Only show which migrations the database has.
    #[arg(long, conflicts_with = "revert")]
    pub(crate) status: bool,
    /// Revert the last N migrations, which deletes their data.
    #[arg(long, value_name = "N")]
    pub(crate) revert: Option<usize>,
    /// Confirm that the data is deleted.
    #[arg(long, requires = "revert")]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Healthcheck {
    /// Ask only whether it is alive, whatever its database does.
    #[arg(long)]
    pub(crate) live: bool,
    /// Ask the service at this URL, and neither at its first address nor, if nobody listens there, where operators ask.
    #[arg(long)]
    pub(crate) url: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Create a user. Without a password the user cannot log in.
    Create(UserCreate),
    /// List users by id, deleted ones with what they were called and when they are erased.
    List(UserList),
    /// Show one user with its groups and the fields that its profile lacks.
    Show {
        /// Id, username or e-mail address.
        user: String,
    },
    /// Change a user.
    Set(UserSet),
    /// Set the password of a user, and revoke all other credentials.
    ///
    /// Without an option it is asked for at a terminal, and else read from standard input.
    SetPassword {
        /// Id, username or e-mail address.
        user: String,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Deactivate a user: it cannot log in, and its credentials are revoked.
    Deactivate {
        /// Id, username or e-mail address.
        user: String,
    },
    /// Activate a user again. Credentials from before stay revoked.
    Activate {
        /// Id, username or e-mail address.
        user: String,
    },
    /// Delete a user, who can be restored until it is erased.
    ///
    /// Its username, e-mail address and mobile number can be used again at once. The first purge after
    /// `accounts.deletion_grace` seconds erases it.
    Delete {
        /// Id, username or e-mail address.
        user: String,
        /// Confirm that it is deleted.
        #[arg(long)]
        yes: bool,
    },
    /// Export all that is stored of a user, as JSON, with its picture. Secrets are left out.
    Export {
        /// Id, username or e-mail address; of a deleted user the id, or what it was called.
        user: String,
        /// The file to write; - is standard output. Only its owner may read it.
        #[arg(long, value_name = "FILE", default_value = "-")]
        output: PathBuf,
        /// Replace a file that is there.
        #[arg(long)]
        yes: bool,
    },
    /// Restore a deleted user that is not erased yet, with the names and groups that it had.
    Restore {
        /// The username or e-mail address that it had, or its id.
        user: String,
    },
}

/// Where a password is read from. There is no option for the password itself.
#[derive(Debug, Args)]
pub(crate) struct PasswordSource {
    /// Read the password from standard input.
    #[arg(long, conflicts_with = "password_file")]
    pub(crate) password_stdin: bool,
    /// Read the password from a file.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Take a password that breaks the rules of auth.password.
    #[arg(long)]
    pub(crate) force: bool,
}
