//! `profiled group …` on the command line.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Group {
    /// Create a group.
    Create {
        /// Name, unique.
        name: String,
        /// Free text.
        #[arg(long)]
        notes: Option<String>,
    },
    /// List all groups by id.
    List,
    /// Show one group.
    Show {
        /// Id or name.
        group: String,
    },
    /// Change a group.
    Set(GroupSet),
    /// Add a user to a group.
    Add(Membership),
    /// Remove a user from a group.
    Remove(Membership),
    /// Delete a group and its memberships.
    Delete {
        /// Id or name.
        group: String,
        /// Confirm that they are deleted.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct GroupSet {
    /// Id or name.
    pub(crate) group: String,
    /// New name, unique.
    #[arg(long, required_unless_present_any = ["notes", "no_notes"])]
    pub(crate) name: Option<String>,
    /// New notes.
    #[arg(long)]
    pub(crate) notes: Option<String>,
    /// Remove the notes.
    #[arg(long, conflicts_with = "notes")]
    pub(crate) no_notes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Membership {
    /// Id or name.
    pub(crate) group: String,
    /// Id, username or e-mail address.
    pub(crate) user: String,
}
