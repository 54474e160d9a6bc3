//! Records of django-organizations.

use profiled_store::ImportedOrganization;
use serde_json::Value;

use crate::dump::fields::Fields;
use crate::dump::keys::{Key, Reference};
use crate::dump::plan::Plan;
use crate::dump::reader::Record;
use crate::dump::survey::{Model, Survey};

pub(crate) const ORGANIZATION: &str = "organizations.organization";
const MEMBER: &str = "organizations.organizationuser";
const OWNER: &str = "organizations.organizationowner";

/// What is read of them.
const FIELDS: [(&str, &[&str]); 3] = [
    (
        ORGANIZATION,
        &["name", "description", "is_active", "created", "modified"],
    ),
    (
        MEMBER,
        &["user", "organization", "is_admin", "created", "modified"],
    ),
    (
        OWNER,
        &["organization", "organization_user", "created", "modified"],
    ),
];

/// What a record says of organizations.
pub(crate) enum OrganizationRow {
    Organization(DumpedOrganization),
    Member(OrganizationMember),
    /// The owner, by the primary key of the member.
    Owner(String),
}

/// An organization.
pub(crate) struct DumpedOrganization {
    pub(crate) key: Key,
    /// Without its id.
    pub(crate) organization: ImportedOrganization,
    /// Any organization is active here.
    pub(crate) is_active: bool,
    /// Fields whose null characters are left out.
    pub(crate) with_nulls: Vec<String>,
}

/// A user of an organization.
pub(crate) struct OrganizationMember {
    pub(crate) key: String,
    pub(crate) organization: Reference,
    pub(crate) user: Reference,
    pub(crate) is_admin: bool,
}

pub(super) fn is_organizational(model: &str) -> bool {
    FIELDS.iter().any(|(name, _)| *name == model)
}

/// Fields that have values and are not imported, and how many.
pub(super) fn lost(survey: &Survey) -> impl Iterator<Item = (String, u64)> {
    FIELDS.iter().flat_map(|(name, known)| {
        let unread = |model: &Model| model.unread(|field| known.contains(&field));
        let unread = survey.get(name).map(unread).unwrap_or_default();
        let unread = unread.into_iter();
        unread.map(move |(field, count)| (format!("{name}.{field}"), count))
    })
}

/// Reads a record of one of these models.
pub(super) fn read(record: Record, plan: &Plan) -> Result<OrganizationRow, String> {
    let model = record.model.to_ascii_lowercase();
    let mut fields = Fields::new(record.fields, plan.zone);
    match model.as_str() {
        ORGANIZATION => organization(&record.pk, fields, plan).map(OrganizationRow::Organization),
        MEMBER => Ok(OrganizationRow::Member(OrganizationMember {
            key: text(&record.pk)?,
            organization: plan
                .organization_keys
                .reference(&fields.take("organization"))?,
            user: plan.user_keys.reference(&fields.take("user"))?,
            is_admin: fields.flag("is_admin", false)?,
        })),
        _ => text(&fields.take("organization_user")).map(OrganizationRow::Owner),
    }
}

fn organization(pk: &Value, mut fields: Fields, plan: &Plan) -> Result<DumpedOrganization, String> {
    let key = plan.organization_keys.key(pk)?;
    let created = fields.instant("created")?.ok_or("created is not given")?;
    let organization = ImportedOrganization {
        id: 0,
        name: fields.text("name")?.ok_or("name is not given")?,
        description: fields.text("description")?.unwrap_or_default(),
        created_by: None,
        created,
        modified: fields.instant("modified")?.unwrap_or(created),
    };
    Ok(DumpedOrganization {
        key,
        is_active: fields.flag("is_active", true)?,
        organization,
        with_nulls: fields.with_nulls,
    })
}

fn text(pk: &Value) -> Result<String, String> {
    match pk {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(format!("{pk} refers to nothing")),
    }
}
