//! `manage.py dumpdata`: records, read one at a time (contract `drf.md`, section 12).

mod fields;
mod reader;
mod records;

pub(crate) use reader::{Dump, ReadError, Record};
pub(crate) use records::{DumpedToken, DumpedUser, Reference, Row, Unreadable, classify};
