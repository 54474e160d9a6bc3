//! The command line. Names and exit codes are an interface.

mod directory;
mod group;
mod user;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

pub(crate) use directory::{Org, OrgMember, OrgSet, Team, TeamMember, TeamName, TeamSet};
pub(crate) use group::{Group, GroupSet, Membership};
pub(crate) use user::{UserChange, UserSet};

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
pub(crate) struct Global {
    /// Settings file (TOML); may be repeated, later ones win.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Vec<PathBuf>,
    /// Settings profile: development or production.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// One setting, as http.bind=127.0.0.1:8001; may be repeated, wins over everything.
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
    /// These options and then `inner`, which stand further behind.
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
    let command = Cli::command().mut_subcommands(with_global);
    let matches = command.try_get_matches_from(arguments)?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    let mut level = &matches;
    while let Some((_, inner)) = level.subcommand() {
        cli.global = cli.global.and(Global::from_arg_matches(inner)?);
        level = inner;
    }
    Ok(cli)
}

fn with_global(command: clap::Command) -> clap::Command {
    Global::augment_args(command).mut_subcommands(with_global)
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the three dialects.
    Serve,
    /// Create a database with first users, show their credentials once, and serve.
    Quickstart,
    /// Bring the database to this build's schema.
    Migrate(Migrate),
    /// Tell the settings in force, and what is wrong with them or with the database.
    Check,
    /// Bring in accounts that were made elsewhere.
    #[command(subcommand)]
    Import(Import),
    /// Create, show and change users, and set their passwords.
    #[command(subcommand)]
    User(User),
    /// Create, change and delete groups, and their members.
    #[command(subcommand)]
    Group(Group),
    /// Create, change and delete organizations, and say who belongs to them.
    #[command(subcommand)]
    Org(Org),
    /// Create, change and delete teams, and say who belongs to them.
    #[command(subcommand)]
    Team(Team),
    /// Create, show and revoke opaque tokens.
    #[command(subcommand)]
    Token(Token),
    /// Mint access tokens.
    #[command(subcommand)]
    Jwt(Jwt),
    /// Make, show and rotate the keys that sign JSON Web Tokens.
    #[command(subcommand)]
    Keys(Keys),
    /// Show and remove what binds subjects of foreign token issuers to users.
    #[command(subcommand)]
    Binding(Binding),
    /// Erase what is deleted or has expired for long enough.
    Purge,
}

#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// Only tell which migrations the database has.
    #[arg(long, conflicts_with = "revert")]
    pub(crate) status: bool,
    /// Take the last N migrations back, with their data.
    #[arg(long, value_name = "N")]
    pub(crate) revert: Option<usize>,
    /// Yes, lose that data.
    #[arg(long, requires = "revert")]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Users, groups and tokens of Django, as manage.py dumpdata writes them.
    Django(ImportDjango),
    /// Users, organizations, teams and tokens from a people file.
    People {
        /// The file (JSON); - is standard input.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ImportDjango {
    /// Dumps (JSON), imported together; - is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Tell what would happen, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Create a user. Without a password nobody can log in as this user.
    Create(UserCreate),
    /// List users by id.
    List {
        /// Users to skip.
        #[arg(long, default_value_t = 0)]
        offset: u32,
        /// Users to list at most.
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Show one user with groups and what its profile lacks.
    Show {
        /// Id, username or e-mail address.
        user: String,
    },
    /// Change a user.
    Set(UserSet),
    /// Set a password and revoke all other credentials of the user. Unless an option tells where it is, the
    /// password is asked for, or read from standard input.
    SetPassword {
        /// Id, username or e-mail address.
        user: String,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Take the right to log in away from a user.
    Deactivate {
        /// Id, username or e-mail address.
        user: String,
    },
    /// Give it back; credentials from before stay void.
    Activate {
        /// Id, username or e-mail address.
        user: String,
    },
    /// Delete a user: its names are free at once, and purge erases it after the grace of accounts.
    Delete {
        /// Id, username or e-mail address.
        user: String,
    },
    /// Bring a deleted user back that is not erased yet.
    Restore {
        /// Id.
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
}

#[derive(Debug, Args)]
pub(crate) struct UserCreate {
    /// Unique.
    #[arg(long)]
    pub(crate) username: Option<String>,
    /// Unique.
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// Unique.
    #[arg(long)]
    pub(crate) mobile_number: Option<String>,
    /// Given name.
    #[arg(long)]
    pub(crate) first_name: Option<String>,
    /// Family name.
    #[arg(long)]
    pub(crate) last_name: Option<String>,
    /// male, female or other.
    #[arg(long)]
    pub(crate) gender: Option<String>,
    /// May use the drf dialect.
    #[arg(long)]
    pub(crate) staff: bool,
    /// Has every permission.
    #[arg(long)]
    pub(crate) superuser: bool,
    /// May not authenticate.
    #[arg(long)]
    pub(crate) inactive: bool,
    #[command(flatten)]
    pub(crate) password: PasswordSource,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Create a token and show its key, once.
    Create {
        /// Id, username or e-mail address.
        user: String,
        /// What the token is for.
        #[arg(long, default_value = "")]
        label: String,
        /// Life of the token, as 90d, 12h, 30m or 60s. Without it the token lives until it is revoked.
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
        /// The key itself, 40 lower-case hexadecimal digits: for tests and imports.
        #[arg(long, value_name = "HEX40")]
        key: Option<String>,
    },
    /// List the tokens of a user.
    List {
        /// Id, username or e-mail address.
        user: String,
    },
    /// Revoke a token at once.
    Revoke {
        /// Id of the token, or its key.
        token: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Jwt {
    /// Mint an access token.
    Create {
        /// Id, username or e-mail address.
        user: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a key. The first one signs at once, others after they have been published for a while.
    Generate {
        /// HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA.
        #[arg(long)]
        algorithm: String,
        /// Sign at once: servers that have not seen the key yet refuse its tokens.
        #[arg(long)]
        at_once: bool,
    },
    /// List all keys as they begin to sign.
    List,
    /// Make the next key, and remove those whose last tokens are over.
    Rotate {
        /// Algorithm of the next key; that of the present one unless given.
        #[arg(long)]
        algorithm: Option<String>,
        /// Sign at once: servers that have not seen the key yet refuse its tokens.
        #[arg(long)]
        at_once: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Binding {
    /// List bindings by issuer and subject.
    List {
        /// Id, username or e-mail address; without it, bindings of all users.
        user: Option<String>,
        /// Bindings to skip.
        #[arg(long, default_value_t = 0)]
        offset: u32,
        /// Bindings to list at most.
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Remove a binding: the next token of the subject binds it to the user whom it names then.
    Remove {
        /// iss of the tokens.
        issuer: String,
        /// sub of the tokens.
        #[arg(allow_hyphen_values = true)]
        subject: String,
    },
}
