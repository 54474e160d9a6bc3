//! The caller, as far as rights depend on it.

use profiled_domain::{Repository, RepositoryError, User, Viewer};

/// Looks up what decides about the rights of a user.
pub(super) fn of(
    repository: &dyn Repository,
    user: &User,
    admins_see_all_users: bool,
) -> Result<Viewer, RepositoryError> {
    Ok(Viewer {
        id: user.id,
        is_superuser: user.is_superuser,
        is_organization_admin: !user.is_superuser && repository.is_organization_admin(user.id)?,
        admins_see_all_users,
    })
}
