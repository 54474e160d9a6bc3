//! The whole store on the command line: `profiled export`, `import`, `backup` and `restore`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::{ExportDjango, ImportDjango};

/// What a file is for, or another form of it.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The file to write; - is standard output. Only its owner may read it: it has password hashes.
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Replace a file that is there.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(subcommand)]
    pub(crate) of: Option<ExportOf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ExportOf {
    /// Users and groups as a dump that Django's manage.py loaddata loads.
    Django(ExportDjango),
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// A file that profiled export has written; - is standard input. The database must be empty, on SQLite or PostgreSQL.
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) of: Option<ImportOf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ImportOf {
    /// Users, groups and tokens of Django, as manage.py dumpdata writes them.
    Django(ImportDjango),
    /// Users, organizations, teams and tokens from a JSON file of people.
    People {
        /// The file (JSON); - is standard input.
        file: PathBuf,
    },
    /// Print settings of ours for those of simplejwt, with its keys. Nothing is changed.
    SettingsSimplejwt {
        /// `SIMPLE_JWT` in JSON, or the settings file in Python, which is not executed; - is standard input.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The archive to write (tar, compressed with gzip). Only its owner may read it.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Replace a file that is there.
    #[arg(long, visible_alias = "overwrite")]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// An archive that profiled backup has written.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Replace rows and keys that are there.
    #[arg(long)]
    pub(crate) yes: bool,
}
