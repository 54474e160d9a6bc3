//! Writes a dump, in every form that `manage.py loaddata` reads, a record at a time.

mod json;
mod record;
mod xml;

use std::io::{self, Write};
use std::path::Path;

use clap::ValueEnum;

pub(crate) use record::{FieldValue, OutputKey, OutputRecord};

/// The forms of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DumpForm {
    /// One list of objects.
    Json,
    /// An object on each line.
    Jsonl,
    /// A sequence, of which each item is on one line.
    Yaml,
    /// Django's own elements.
    Xml,
}

impl DumpForm {
    /// The form that Django takes a file for, by the ending of its name.
    pub(crate) fn of_file(file: &Path) -> Option<Self> {
        match file.extension()?.to_str()? {
            "json" => Some(Self::Json),
            "jsonl" => Some(Self::Jsonl),
            "yaml" | "yml" => Some(Self::Yaml),
            "xml" => Some(Self::Xml),
            _ => None,
        }
    }
}

/// Why a record is not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// The output takes no more.
    #[error(transparent)]
    Output(#[from] io::Error),
    /// A field has a character that the form has no place for.
    #[error("{0} has a character that XML cannot hold: use another --format")]
    Character(String),
}

/// A dump under way.
pub(crate) struct DumpWriter<W> {
    out: W,
    form: DumpForm,
    is_begun: bool,
}

impl<W: Write> DumpWriter<W> {
    pub(crate) fn new(out: W, form: DumpForm) -> Self {
        Self {
            out,
            form,
            is_begun: false,
        }
    }

    /// Writes a record.
    pub(crate) fn record(&mut self, record: &OutputRecord<'_>) -> Result<(), WriteError> {
        let begin = match (self.form, self.is_begun) {
            (DumpForm::Json, false) => "[\n",
            (DumpForm::Json, true) => ",\n",
            (DumpForm::Yaml, _) => "- ",
            (DumpForm::Xml, false) => xml::HEAD,
            (DumpForm::Jsonl, _) | (DumpForm::Xml, true) => "",
        };
        self.out.write_all(begin.as_bytes())?;
        self.is_begun = true;
        match self.form {
            DumpForm::Json => json::write(&mut self.out, record)?,
            DumpForm::Jsonl | DumpForm::Yaml => {
                json::write(&mut self.out, record)?;
                self.out.write_all(b"\n")?;
            }
            DumpForm::Xml => self.out.write_all(xml::object(record)?.as_bytes())?,
        }
        Ok(())
    }

    /// Ends the dump, and hands back the output.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        let end = match (self.form, self.is_begun) {
            (DumpForm::Json | DumpForm::Yaml, false) => "[]\n",
            (DumpForm::Json, true) => "\n]\n",
            (DumpForm::Xml, false) => {
                self.out.write_all(xml::HEAD.as_bytes())?;
                xml::TAIL
            }
            (DumpForm::Xml, true) => xml::TAIL,
            (DumpForm::Jsonl, _) | (DumpForm::Yaml, true) => "",
        };
        self.out.write_all(end.as_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }
}
