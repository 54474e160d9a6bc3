//! `manage.py dumpdata`: a JSON array of records, read one at a time (contract `drf.md`, section 12).

mod fields;
mod reader;
mod records;

pub(crate) use reader::{DumpError, Record, read};
pub(crate) use records::{DumpedToken, DumpedUser, Reference, Row, Unreadable, classify};
