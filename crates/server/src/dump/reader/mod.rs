//! Streams the records of a dump, in every form that Django writes: never more than one is in memory.

mod compression;
mod json;
mod record;
mod size;
mod text;
mod xml;
mod yaml;
mod yaml_scalar;

#[cfg(test)]
mod tests;

use std::fmt::{self, Display};
use std::fs::File;
use std::io::{self, Seek};
use std::path::Path;

use indicatif::ProgressBar;

pub(crate) use record::Record;

use compression::decompress;
use text::{Fault, Text};

/// A dump that can be read several times.
pub(crate) struct Dump {
    name: String,
    file: File,
}

/// Why a dump is refused.
#[derive(Debug, thiserror::Error)]
#[error("{file}{}: {}", Place(.fault), fault.reason)]
pub(crate) struct DumpError {
    file: String,
    fault: Fault,
}

/// Why a dump was not read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError<E> {
    /// It is refused.
    #[error(transparent)]
    Dump(#[from] DumpError),
    /// Its reader wants no more.
    #[error("a record could not be taken")]
    Sink(E),
}

/// Where in a file a fault is, as far as it is known.
struct Place<'a>(&'a Fault);

impl Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.0.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = self.0.column {
            write!(f, ", column {column}")?;
        }
        Ok(())
    }
}

impl Dump {
    /// Opens a file; `-` is standard input. What is no regular file can be read once only: it is copied to
    /// a file without a name, which only its owner may read.
    pub(crate) fn open(path: &Path) -> Result<Self, DumpError> {
        let (name, opened) = if path == Path::new("-") {
            ("standard input".to_owned(), spool(io::stdin().lock()))
        } else {
            (path.display().to_string(), open_file(path))
        };
        match opened {
            Ok(file) => Ok(Self { name, file }),
            Err(error) => Err(DumpError {
                file: name,
                fault: error.into(),
            }),
        }
    }

    /// Hands every record to `sink`. The bar follows the bytes of the file.
    pub(crate) fn records<E>(
        &self,
        progress: &ProgressBar,
        mut sink: impl FnMut(Record) -> Result<(), E>,
    ) -> Result<(), ReadError<E>> {
        for record in self.read(progress).map_err(|fault| self.refused(fault))? {
            let record = record.map_err(|fault| self.refused(fault))?;
            sink(record).map_err(ReadError::Sink)?;
        }
        Ok(())
    }

    fn read<'a>(&'a self, progress: &ProgressBar) -> Result<Records<'a>, Fault> {
        let mut file = &self.file;
        file.rewind()?;
        let mut text = Text::new(decompress(Box::new(progress.wrap_read(file)))?)?;
        text.skip_blank()?;
        // The first character tells the form.
        match text.peek()? {
            None => Err(Fault::of_file("the file is empty")),
            Some(b'[' | b'{') => Ok(Box::new(json::Records::new(text))),
            Some(b'<') => Ok(Box::new(xml::Records::new(text))),
            Some(b'-' | b'#' | b'%' | b'!' | b'&' | b'*') => Ok(Box::new(yaml::Records::new(text))),
            Some(_) => Err(text.fault("this is neither JSON, JSON Lines, YAML nor XML")),
        }
    }

    fn refused(&self, fault: Fault) -> DumpError {
        DumpError {
            file: self.name.clone(),
            fault,
        }
    }
}

/// The records of one form. Nothing follows a fault.
type Records<'a> = Box<dyn Iterator<Item = Result<Record, Fault>> + 'a>;

fn open_file(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    let kind = file.metadata()?.file_type();
    // A pipe, as a shell makes one of `<(command)`.
    if kind.is_file() || kind.is_dir() {
        Ok(file)
    } else {
        spool(file)
    }
}

fn spool(mut source: impl io::Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(&mut source, &mut file)?;
    Ok(file)
}
