//! Organizations: how they are read, and their changes. Each change writes its event, in the same transaction.

use diesel::prelude::*;
use profiled_domain::{
    DirectoryObject, Model, NewEvent, NewOrganization, Organization, OrganizationChange,
    OrganizationId, OrganizationRepository, RepositoryError, WriteContext,
};

use super::activity::{ORGANIZATION, record, record_tombstone};
use super::locks::{Lock, lock_organization, lock_rights};
use super::rows::{Authors, CREATORS, MODIFIERS, OrganizationRow, authored, summary};
use crate::database::schema::{organizations, users};
use crate::database::{DbConnection, Store, StoreError, on_each, stored};
use crate::selection::Listed;

impl OrganizationRepository for Store {
    fn create_organization(
        &self,
        new: &NewOrganization,
        by: WriteContext<'_>,
    ) -> Result<Organization, RepositoryError> {
        let (author, now) = (by.id().map(|id| id.0), stored(by.at));
        self.write(|connection| {
            self.admit(connection, by, None)?;
            let id: i64 = diesel::insert_into(organizations::table)
                .values((
                    organizations::name.eq(&new.name),
                    organizations::description.eq(&new.description),
                    organizations::created_by.eq(author),
                    organizations::modified_by.eq(author),
                    organizations::created.eq(now),
                    organizations::modified.eq(now),
                ))
                .returning(organizations::id)
                .get_result(connection)?;
            let created = find(connection, id)?;
            let event = NewEvent::created(DirectoryObject::Organization(&created));
            record(connection, event, by)?;
            Ok(created)
        })
    }

    fn update_organization(
        &self,
        id: OrganizationId,
        change: &OrganizationChange,
        by: WriteContext<'_>,
    ) -> Result<Option<Organization>, RepositoryError> {
        self.write(|connection| {
            if !lock_organization(connection, id, Lock::Exclusive)? {
                return Ok(None);
            }
            self.admit(connection, by, None)?;
            let old = find(connection, id.0)?;
            diesel::update(organizations::table.find(id.0))
                .set((
                    change
                        .name
                        .as_ref()
                        .map(|name| organizations::name.eq(name)),
                    change
                        .description
                        .as_ref()
                        .map(|text| organizations::description.eq(text)),
                    organizations::modified_by.eq(by.id().map(|id| id.0)),
                    organizations::modified.eq(stored(by.at)),
                ))
                .execute(connection)?;
            let new = find(connection, id.0)?;
            let (before, after) = (
                DirectoryObject::Organization(&old),
                DirectoryObject::Organization(&new),
            );
            if let Some(event) = NewEvent::changed(before, after) {
                record(connection, event, by)?;
            }
            Ok(Some(new))
        })
    }

    fn delete_organization(
        &self,
        id: OrganizationId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            if !lock_organization(connection, id, Lock::Exclusive)? {
                return Ok(false);
            }
            lock_rights(connection, id, by.id())?;
            self.admit(connection, by, None)?;
            let old = find(connection, id.0)?;
            record_tombstone(connection, ORGANIZATION, id.0, &old.name, by)?;
            diesel::delete(organizations::table.find(id.0)).execute(connection)?;
            let event = NewEvent::deleted(DirectoryObject::Organization(&old));
            record(connection, event, by)?;
            Ok(true)
        })
    }
}

/// Organizations with those who created and changed them.
pub(super) fn load(
    connection: &mut DbConnection,
    listed: Listed,
) -> QueryResult<Vec<Organization>> {
    let rows: Vec<(OrganizationRow, Authors)> = on_each!(connection, |c| authored!(organizations)
        .filter(listed.is_on_page)
        .order(listed.order)
        .select((
            OrganizationRow::as_select(),
            (summary!(CREATORS), summary!(MODIFIERS))
        ))
        .load(c))?;
    let rows = rows.into_iter();
    Ok(rows.map(|(row, authors)| row.with(authors)).collect())
}

fn find(connection: &mut DbConnection, id: i64) -> Result<Organization, StoreError> {
    let found = load(connection, Listed::one(Model::Organization, id))?.pop();
    found.ok_or(RepositoryError::Missing("organization").into())
}
