//! `profiled org …` and `profiled team …` on the command line.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Org {
    /// Create an organization.
    Create {
        /// Name, unique.
        name: String,
        /// Free text.
        #[arg(long, default_value = "")]
        description: String,
    },
    /// List all organizations by name.
    List,
    /// Show one organization with its users, admins and teams.
    Show {
        /// Id or name.
        organization: String,
    },
    /// Change an organization.
    Set(OrgSet),
    /// Delete an organization and its memberships. Its teams stay, without an organization.
    Delete {
        /// Id or name.
        organization: String,
        /// Confirm that they are deleted.
        #[arg(long)]
        yes: bool,
    },
    /// Add a user to an organization.
    Add(OrgMember),
    /// Remove a user from an organization.
    Remove(OrgMember),
    /// Make a user an admin of an organization.
    AddAdmin(OrgMember),
    /// Remove a user from the admins of an organization.
    RemoveAdmin(OrgMember),
}

#[derive(Debug, Args)]
pub(crate) struct OrgSet {
    /// Id or name.
    pub(crate) organization: String,
    /// New name, unique.
    #[arg(long, required_unless_present = "description")]
    pub(crate) name: Option<String>,
    /// New description.
    #[arg(long)]
    pub(crate) description: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct OrgMember {
    /// Id or name.
    pub(crate) organization: String,
    /// Id, username or e-mail address.
    pub(crate) user: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Team {
    /// Create a team in an organization.
    Create {
        /// Name, unique in its organization.
        name: String,
        /// Id or name of the organization.
        #[arg(long)]
        organization: String,
        /// Free text.
        #[arg(long, default_value = "")]
        description: String,
    },
    /// List teams by name.
    List {
        /// Only teams of this organization: id or name.
        #[arg(long)]
        organization: Option<String>,
    },
    /// Show one team with its users.
    Show(TeamName),
    /// Change a team.
    Set(TeamSet),
    /// Delete a team and its memberships.
    Delete {
        #[command(flatten)]
        team: TeamName,
        /// Confirm that they are deleted.
        #[arg(long)]
        yes: bool,
    },
    /// Add a user to a team. The user need not belong to the team's organization.
    Add(TeamMember),
    /// Remove a user from a team.
    Remove(TeamMember),
}

#[derive(Debug, Args)]
pub(crate) struct TeamName {
    /// Id or name.
    pub(crate) team: String,
    /// Id or name of the team's organization, needed if several teams have that name.
    #[arg(long)]
    pub(crate) organization: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct TeamSet {
    #[command(flatten)]
    pub(crate) team: TeamName,
    /// New name, unique in its organization.
    #[arg(long, required_unless_present_any = ["description", "move_to"])]
    pub(crate) name: Option<String>,
    /// New description.
    #[arg(long)]
    pub(crate) description: Option<String>,
    /// Move the team to this organization: id or name.
    #[arg(long, value_name = "ORGANIZATION")]
    pub(crate) move_to: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct TeamMember {
    #[command(flatten)]
    pub(crate) team: TeamName,
    /// Id, username or e-mail address.
    pub(crate) user: String,
}
