//! Settings of djangorestframework-simplejwt, and ours of the same meaning.

mod algorithm;
mod dump;
mod duration;
mod keys;
mod mapping;
mod python;
mod scan;
mod text;
mod translation;

pub(crate) use dump::Dump;
pub(crate) use mapping::translate;
pub(crate) use translation::Translation;
