//! `manage.py dumpdata`: records, read one at a time (contract `drf.md`, section 12).

mod fields;
mod instant;
mod mapping;
mod models;
mod reader;
mod records;
mod remembered;
mod survey;
mod target;
mod writer;

pub(crate) use mapping::NamedFields;
pub(crate) use models::{NamedModels, list};
pub(crate) use reader::{Dump, ReadError, Record};
pub(crate) use records::{DumpedToken, DumpedUser, Plan, Reference, Row, Unreadable, classify};
pub(crate) use remembered::{DjangoMapping, ModelMapping};
pub(crate) use survey::Survey;
pub(crate) use writer::{DumpForm, DumpWriter, FieldValue, OutputKey, OutputRecord, WriteError};
