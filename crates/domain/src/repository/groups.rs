//! What the service asks of its storage about groups.

use super::error::RepositoryError;
use crate::{Group, GroupChange, GroupId, NewGroup, NumberedPage, Page, UserId, WriteContext};

/// Groups and their members.
pub trait GroupRepository: Send + Sync {
    /// The group of this name.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_group(&self, name: &str) -> Result<Option<Group>, RepositoryError>;

    /// The group of this id.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_group_by_id(&self, id: GroupId) -> Result<Option<Group>, RepositoryError>;

    /// Groups by ascending id, as of one moment. A page that the list does not have is empty.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn list_groups(&self, page: NumberedPage) -> Result<Page<Group>, RepositoryError>;

    /// Creates an empty group.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] for a taken name.
    fn create_group(
        &self,
        group: &NewGroup,
        by: WriteContext<'_>,
    ) -> Result<Group, RepositoryError>;

    /// Changes a group, which is updated at the time of the write, and returns the new one, `None` if there is no such group.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] for a taken name.
    fn update_group(
        &self,
        id: GroupId,
        change: &GroupChange,
        by: WriteContext<'_>,
    ) -> Result<Option<Group>, RepositoryError>;

    /// Deletes a group with its memberships; `false` if there is none.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn delete_group(&self, id: GroupId, by: WriteContext<'_>) -> Result<bool, RepositoryError>;

    /// Adds a member; `false` if it is one already.
    ///
    /// # Errors
    /// [`RepositoryError::Missing`] if the group or the user does not exist, or is deleted.
    fn add_member(
        &self,
        group: GroupId,
        user: UserId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError>;

    /// Removes a member; `false` if it is none.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn remove_member(
        &self,
        group: GroupId,
        user: UserId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError>;
}
