//! `profiled user set` on the command line.

use clap::Args;

#[derive(Debug, Args)]
#[group(id = "changes", multiple = true, required = true)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each switch of the command line"
)]
pub(crate) struct UserChange {
    /// Unique. Of this as of all the following, an empty value takes the present one away.
    #[arg(long)]
    pub(crate) username: Option<String>,
    /// Unique.
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// Unique.
    #[arg(long)]
    pub(crate) mobile_number: Option<String>,
    /// Where the user can be reached.
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
    /// May use the drf dialect.
    #[arg(long)]
    pub(crate) staff: bool,
    /// May not use it any more.
    #[arg(long, conflicts_with = "staff")]
    pub(crate) no_staff: bool,
    /// Has every permission.
    #[arg(long)]
    pub(crate) superuser: bool,
    /// Has no longer every permission.
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
