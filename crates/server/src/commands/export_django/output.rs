//! Where a dump goes.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Failure, Kind};

/// A dump is written to one of them.
pub(super) enum Output {
    StandardOutput,
    File { path: PathBuf, replaces: bool },
}

impl Output {
    /// `-` is standard output. A file that is there is replaced only if that is wanted.
    pub(super) fn of(path: &Path, replaces: bool) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self::StandardOutput);
        }
        let name = path.display();
        match fs::metadata(path) {
            Ok(found) if !found.is_file() => {
                let text = format!("{name} is no file: --output - writes to standard output");
                Err(Failure::new(Kind::Usage, text))
            }
            Ok(_) if !replaces => {
                let text = format!("{name} exists: add --yes to replace it");
                Err(Failure::new(Kind::Refused, text))
            }
            _ => Ok(Self::File {
                path: path.to_owned(),
                replaces,
            }),
        }
    }

    /// Whether what is written cannot be taken back.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::StandardOutput)
    }

    /// Writes all that `work` writes, or leaves no file. Only the owner may read it.
    pub(super) fn write<T>(
        &self,
        work: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let Self::File { path, replaces } = self else {
            let mut out = BufWriter::new(io::stdout().lock());
            let value = work(&mut out)?;
            out.flush().map_err(|error| failed(&error))?;
            return Ok(value);
        };
        let place = |error: io::Error| Failure::failed(format!("{}: {error}", path.display()));
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let file = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(place)?;
        let mut out = BufWriter::new(file);
        let value = work(&mut out)?;
        let file = out
            .into_inner()
            .map_err(|error| place(error.into_error()))?;
        file.as_file().sync_all().map_err(place)?;
        let kept = if *replaces {
            file.persist(path)
        } else {
            file.persist_noclobber(path)
        };
        kept.map_err(|error| place(error.error))?;
        Ok(value)
    }
}

/// The output takes no more.
pub(super) fn failed(error: &io::Error) -> Failure {
    Failure::failed(format!("the dump cannot be written: {error}"))
}
