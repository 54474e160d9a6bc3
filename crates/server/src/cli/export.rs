//! `profiled export django` on the command line.

use std::path::PathBuf;

use chrono_tz::Tz;
use clap::Args;

use crate::cli::import::{DjangoNames, zone};
use crate::dump::DumpForm;

#[derive(Debug, Args)]
pub(crate) struct ExportDjango {
    /// The file to write; - is standard output. Only its owner may read it: it has password hashes.
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
    /// The form of the dump. Without it, that which the name of the file ends in, else JSON.
    #[arg(long, value_enum)]
    pub(crate) format: Option<DumpForm>,
    /// Replace a file that is there.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Write nothing unless everything has a place.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Write refused refresh tokens for the blacklist of simplejwt, also if no imported dump has had any.
    #[arg(long)]
    pub(crate) blacklist: bool,
    /// Write instants without a zone, as the clocks of this one show them: for a project with `USE_TZ = False`.
    /// Without it, as the last import has read them.
    #[arg(long, value_name = "AREA/CITY", value_parser = zone)]
    pub(crate) timezone: Option<Tz>,
    #[command(flatten)]
    pub(crate) names: DjangoNames,
}
