//! `manage.py dumpdata`: records, read one at a time (contract `drf.md`, section 12).

mod fields;
mod flags;
mod instant;
mod key_check;
mod keys;
mod lost;
mod mapping;
mod models;
mod organizations;
mod plan;
mod profile_table;
mod profiles;
mod reader;
mod records;
mod remembered;
mod survey;
mod target;
mod writer;

pub(crate) use flags::Flag;
pub(crate) use keys::{Key, Keys, Reference};
pub(crate) use lost::{lose_nulls, lose_value, loss};
pub(crate) use mapping::{JOINED_NAME, NamedFields, Ours};
pub(crate) use models::{NamedModels, list};
pub(crate) use organizations::{
    DumpedOrganization, ORGANIZATION, OrganizationMember, OrganizationRow,
};
pub(crate) use plan::Plan;
pub(crate) use profiles::{Findings, Profiles};
pub(crate) use reader::{Dump, ReadError, Record};
pub(crate) use records::{DumpedGroup, DumpedToken, DumpedUser, Row, Unreadable, classify};
pub(crate) use remembered::{DjangoMapping, ModelMapping};
pub(crate) use survey::Survey;
pub(crate) use writer::{DumpForm, DumpWriter, FieldValue, OutputKey, OutputRecord, WriteError};
