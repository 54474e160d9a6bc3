//! `profiled user create`, `list` and `set` on the command line.

use clap::Args;

use super::PasswordSource;
use super::person::PersonArgs;

#[derive(Debug, Args)]
pub(crate) struct UserList {
    /// Users whose username, e-mail address, mobile number or name has this text, in upper or lower case.
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Users who may not log in; with --deleted, those who were inactive before.
    #[arg(long)]
    pub(crate) inactive: bool,
    /// Deleted users who are not erased yet.
    #[arg(long)]
    pub(crate) deleted: bool,
    /// Users with staff status.
    #[arg(long)]
    pub(crate) staff: bool,
    /// Number of users to skip.
    #[arg(long, default_value_t = 0)]
    pub(crate) offset: u32,
    /// Maximum number of users to list; without it, all.
    #[arg(long)]
    pub(crate) limit: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct UserCreate {
    /// Username, unique; as --username.
    #[arg(conflicts_with = "username")]
    pub(crate) name: Option<String>,
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
