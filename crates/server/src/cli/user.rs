//! `profiled user create` and `profiled user set` on the command line.

use clap::Args;

use super::PasswordSource;
use super::person::PersonArgs;

#[derive(Debug, Args)]
pub(crate) struct UserCreate {
    #[command(flatten)]
    pub(crate) person: PersonArgs,
    /// Let the user use the drf dialect.
    #[arg(long)]
    pub(crate) staff: bool,
    /// Give the user every permission.
    #[arg(long)]
    pub(crate) superuser: bool,
    /// Create the user without the right to log in.
    #[arg(long)]
    pub(crate) inactive: bool,
    #[command(flatten)]
    pub(crate) password: PasswordSource,
}

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each switch of the command line"
)]
pub(crate) struct UserSet {
    /// Id, username or e-mail address.
    pub(crate) user: String,
    #[command(flatten)]
    pub(crate) person: PersonArgs,
    /// Let the user use the drf dialect.
    #[arg(long)]
    pub(crate) staff: bool,
    /// Withdraw staff status.
    #[arg(long, conflicts_with = "staff")]
    pub(crate) no_staff: bool,
    /// Give the user every permission.
    #[arg(long)]
    pub(crate) superuser: bool,
    /// Withdraw superuser status.
    #[arg(long, conflicts_with = "superuser")]
    pub(crate) no_superuser: bool,
}
