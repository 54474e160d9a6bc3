//! Organizations and teams.

use diesel::dsl::exists;
use diesel::prelude::*;
use profiled_domain::{DirectoryRepository, RepositoryError, UserId};

use crate::schema::organization_admins;
use crate::store::Store;

impl DirectoryRepository for Store {
    fn is_organization_admin(&self, user: UserId) -> Result<bool, RepositoryError> {
        let own = organization_admins::table.filter(organization_admins::user_id.eq(user.0));
        self.read(|connection| diesel::select(exists(own)).get_result(connection))
    }
}
