//! Who may see and change what (contract `tower.md`, sections 6.1, 8.2 and 8.4), as conditions.

use super::filter::{Condition, OrderBy, Step};
use super::model::{Field, Model, Relation};
use crate::{Right, UserId};

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

    /// What a query of the caller selects (`decisions.md` 24): on their way to other objects its relations lead
    /// through those only that the caller may read, as if there were no others.
    #[must_use]
    pub fn within_readable(&self, condition: Condition) -> Condition {
        match condition {
            Condition::All(all) => Condition::All(self.each_seen(all)),
            Condition::Any(any) => Condition::Any(self.each_seen(any)),
            Condition::Not(inner) => Condition::negated(self.within_readable(*inner)),
            Condition::Field(..) => condition,
            Condition::Related(relation, inner) => {
                let inner = self.within_readable(*inner);
                Condition::related(relation, self.readable_and(relation, inner))
            }
        }
    }

    /// The same for a key of an order: values of objects that the caller may not read are absent.
    #[must_use]
    pub fn order_within_readable(&self, key: OrderBy) -> OrderBy {
        let step = |step: Step| Step {
            only: self.readable_and(step.relation, self.within_readable(step.only)),
            relation: step.relation,
        };
        OrderBy {
            path: key.path.into_iter().map(step).collect(),
            ..key
        }
    }

    fn each_seen(&self, conditions: Vec<Condition>) -> Vec<Condition> {
        conditions
            .into_iter()
            .map(|one| self.within_readable(one))
            .collect()
    }

    fn readable_and(&self, relation: Relation, condition: Condition) -> Condition {
        let may_read = self.may_read(relation.target());
        if may_read == Condition::everything() {
            return condition;
        }
        Condition::All(vec![may_read, condition])
    }

    /// What the caller may change and delete. Users may change some of their own fields in addition, which is
    /// not decided here.
    #[must_use]
    pub fn may_change(&self, model: Model) -> Condition {
        match model {
            Model::ActivityEvent => Condition::nothing(),
            _ if self.is_superuser => Condition::everything(),
            Model::User => self.may_change_users(),
            Model::Organization => self.administers_organization(),
            Model::Team => self.administers_team(),
        }
    }

    /// [`Self::may_read`] of an object, for an [`Authority`](crate::Authority).
    #[must_use]
    pub fn right_to_read(&self, model: Model, id: i64) -> Right {
        self.right(model, id, self.may_read(model))
    }

    /// [`Self::may_change`] of an object, for an [`Authority`](crate::Authority).
    #[must_use]
    pub fn right_to_change(&self, model: Model, id: i64) -> Right {
        self.right(model, id, self.may_change(model))
    }

    /// The right to create users: who administers an organization has it, too.
    #[must_use]
    pub fn right_to_create_users(&self) -> Right {
        let administers = Relation::UserAdminOfOrganizations;
        let condition = Condition::related(administers, Condition::everything());
        self.right(Model::User, self.id.0, condition)
    }

    fn right(&self, model: Model, id: i64, condition: Condition) -> Right {
        if self.is_superuser {
            return Right::superuser(self.id);
        }
        Right {
            model,
            id,
            condition,
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

    /// Users of whose organizations the caller administers every one, and of one at least: an administrator adds
    /// anybody to the own organization, and must not take that account over. Superusers and staff have rights
    /// elsewhere that are not for an administrator to take.
    fn may_change_users(&self) -> Condition {
        let elsewhere = Condition::negated(self.administers_organization());
        let is_elsewhere = Condition::related(Relation::UserOrganizations, elsewhere);
        Condition::All(vec![
            self.administers_user(),
            Condition::negated(is_elsewhere),
            Condition::negated(Condition::is_set(Field::IsSuperuser)),
            Condition::negated(Condition::is_set(Field::IsStaff)),
        ])
    }

    fn administers_user(&self) -> Condition {
        Condition::related(Relation::UserOrganizations, self.administers_organization())
    }
}
