//! Who may see and change what (contract `tower.md`, sections 6.1, 8.2 and 8.4), as conditions.

use super::filter::{Condition, Model, Relation};
use crate::UserId;

/// A caller, as far as rights to users, organizations and teams depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The caller.
    pub id: UserId,
    /// Has every permission.
    pub is_superuser: bool,
    /// Is in the `admins` of some organization.
    pub is_organization_admin: bool,
    /// `dialects.tower.org_admins_see_all_users`
    pub admins_see_all_users: bool,
}

impl Viewer {
    /// What the caller may read.
    #[must_use]
    pub fn may_read(&self, model: Model) -> Condition {
        if self.is_superuser {
            return Condition::everything();
        }
        match model {
            Model::User => self.may_read_users(),
            Model::Organization => self.belongs_here(),
            Model::Team => Condition::Any(vec![
                Condition::related_to(Relation::TeamUsers, self.id.0),
                self.administers_team(),
            ]),
            Model::ActivityEvent => self.may_read_events(),
        }
    }

    /// What the caller may change and delete, as far as memberships decide. Users may change some of
    /// their own fields beside that, and nobody but a superuser a superuser: that is not told here.
    #[must_use]
    pub fn may_change(&self, model: Model) -> Condition {
        match model {
            Model::ActivityEvent => Condition::nothing(),
            _ if self.is_superuser => Condition::everything(),
            Model::User => self.administers_user(),
            Model::Organization => self.administers_organization(),
            Model::Team => self.administers_team(),
        }
    }

    fn may_read_users(&self) -> Condition {
        if self.is_organization_admin && self.admins_see_all_users {
            return Condition::everything();
        }
        let is_colleague =
            |relation, back| Condition::related(relation, Condition::related_to(back, self.id.0));
        Condition::Any(vec![
            Condition::has_id(self.id.0),
            is_colleague(Relation::UserOrganizations, Relation::OrganizationUsers),
            is_colleague(Relation::UserTeams, Relation::TeamUsers),
            self.administers_user(),
        ])
    }

    /// Events of organizations of the caller that are about people of organizations of the caller.
    fn may_read_events(&self) -> Condition {
        let is_known = Condition::Any(vec![
            Condition::has_id(self.id.0),
            Condition::related(Relation::UserOrganizations, self.belongs_here()),
        ]);
        Condition::All(vec![
            Condition::related(Relation::EventOrganizations, self.belongs_here()),
            Condition::related(Relation::EventUsers, is_known),
        ])
    }

    fn belongs_here(&self) -> Condition {
        Condition::Any(vec![
            Condition::related_to(Relation::OrganizationUsers, self.id.0),
            self.administers_organization(),
        ])
    }

    fn administers_organization(&self) -> Condition {
        Condition::related_to(Relation::OrganizationAdmins, self.id.0)
    }

    fn administers_team(&self) -> Condition {
        Condition::related(Relation::TeamOrganization, self.administers_organization())
    }

    fn administers_user(&self) -> Condition {
        Condition::related(Relation::UserOrganizations, self.administers_organization())
    }
}
