//! What the service asks of its storage about objects that fulfil a condition.

use super::error::RepositoryError;
use crate::{
    ActivityEvent, Condition, Model, ObjectState, Organization, Page, Selection, Team, User,
};

/// Selections of objects. Each is a count and a list, as of one moment; a page that it does not have is empty.
pub trait SelectionRepository: Send + Sync {
    /// Users who may log in.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn select_users(&self, selection: &Selection) -> Result<Page<User>, RepositoryError>;

    /// Organizations that are not deleted.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn select_organizations(
        &self,
        selection: &Selection,
    ) -> Result<Page<Organization>, RepositoryError>;

    /// Teams that are not deleted.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn select_teams(&self, selection: &Selection) -> Result<Page<Team>, RepositoryError>;

    /// Events.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn select_events(&self, selection: &Selection) -> Result<Page<ActivityEvent>, RepositoryError>;

    /// For each condition, whether it holds of the live object with this identifier; all are false if there
    /// is none.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn holds(
        &self,
        model: Model,
        id: i64,
        conditions: &[Condition],
    ) -> Result<Vec<bool>, RepositoryError>;

    /// Whether an object is there.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn object_state(&self, model: Model, id: i64) -> Result<ObjectState, RepositoryError>;
}
