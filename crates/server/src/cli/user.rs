//! `profiled user set` on the command line.

use clap::Args;

#[derive(Debug, Args)]
#[group(id = "changes", multiple = true, required = true)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each switch of the command line"
)]
pub(crate) struct UserChange {
    /// New username, unique. Here and in the options below, an empty value removes the current one.
    #[arg(long)]
    pub(crate) username: Option<String>,
    /// E-mail address, unique.
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// Mobile number, unique.
    #[arg(long)]
    pub(crate) mobile_number: Option<String>,
    /// Phone number.
    #[arg(long)]
    pub(crate) number_phone: Option<String>,
    /// Given name.
    #[arg(long)]
    pub(crate) first_name: Option<String>,
    /// Family name.
    #[arg(long)]
    pub(crate) last_name: Option<String>,
    /// male, female or other.
    #[arg(long)]
    pub(crate) gender: Option<String>,
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

#[derive(Debug, Args)]
pub(crate) struct UserSet {
    /// Id, username or e-mail address.
    pub(crate) user: String,
    #[command(flatten)]
    pub(crate) change: UserChange,
}
