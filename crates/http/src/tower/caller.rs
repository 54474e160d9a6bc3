//! The caller, as far as rights depend on it.

use profiled_domain::{Condition, Model, OrderBy, Repository, RepositoryError, UserId, Viewer};
use profiled_rest::RequestContext;
use profiled_rest::error::ApiError;

use crate::tower::site;

/// What a request knows of its caller.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    pub(super) id: UserId,
    pub(super) is_superuser: bool,
    admins_see_all_users: bool,
}

impl Caller {
    pub(super) fn of(context: &RequestContext<'_>) -> Result<Self, ApiError> {
        let user = &context.caller()?.profile.user;
        Ok(Self {
            id: user.id,
            is_superuser: user.is_superuser,
            admins_see_all_users: site::settings(context)?.org_admins_see_all_users,
        })
    }

    /// Looks up what else decides about its rights.
    pub(super) fn viewer(self, repository: &dyn Repository) -> Result<Viewer, RepositoryError> {
        let is_admin = !self.is_superuser && repository.is_organization_admin(self.id)?;
        Ok(self.as_viewer(is_admin))
    }

    /// The caller of a request with all that decides about its rights, as far as no object is needed for them.
    pub(super) async fn viewer_of(context: &RequestContext<'_>) -> Result<Viewer, ApiError> {
        let caller = Self::of(context)?;
        let look_up = move |repository: &dyn Repository| caller.viewer(repository);
        Ok(context.services.lanes.read(look_up).await??)
    }

    /// The same, as far as it decides about reading and changing objects of a model: administering any
    /// organization opens no more than the users.
    pub(super) fn viewer_of_model(
        self,
        repository: &dyn Repository,
        model: Model,
    ) -> Result<Viewer, RepositoryError> {
        if model == Model::User && self.admins_see_all_users {
            self.viewer(repository)
        } else {
            Ok(self.as_viewer(false))
        }
    }

    /// Who asks for what a query of objects of a model selects and orders: it may lead to objects of any other.
    pub(super) fn viewer_of_query(
        self,
        repository: &dyn Repository,
        model: Model,
        condition: &Condition,
        order: &[OrderBy],
    ) -> Result<Viewer, RepositoryError> {
        let is_elsewhere =
            condition.has_relations() || order.iter().any(|key| !key.path.is_empty());
        if is_elsewhere {
            self.viewer(repository)
        } else {
            self.viewer_of_model(repository, model)
        }
    }

    fn as_viewer(self, is_organization_admin: bool) -> Viewer {
        Viewer {
            id: self.id,
            is_superuser: self.is_superuser,
            is_organization_admin,
            admins_see_all_users: self.admins_see_all_users,
        }
    }
}
