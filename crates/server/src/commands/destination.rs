//! Where the output of a command goes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::commands::terminal::agree;
use crate::commands::unfinished;
use crate::error::{Failure, Kind};

/// What is written goes to one of them.
pub(crate) enum Output {
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
        let found = fs::metadata(path).ok();
        if found.as_ref().is_some_and(|found| !found.is_file()) {
            let text = format!("{name} is no file: name a file");
            return Err(Failure::new(Kind::Usage, text));
        }
        if found.is_some() {
            agree(replaces, &format!("{name} exists"), "replace it")?;
        }
        Ok(Self::File {
            path: path.to_owned(),
            replaces: replaces || found.is_some(),
        })
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
        self.write_and_check(work, |_, _| Ok(()))
    }

    /// As [`write`](Self::write); a file gets its name only if it stands the check.
    pub(super) fn write_and_check<T>(
        &self,
        work: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
        check: impl FnOnce(&mut File, &T) -> Result<(), Failure>,
    ) -> Result<T, Failure> {
        let Self::File { path, replaces } = self else {
            let mut out = BufWriter::new(io::stdout().lock());
            let value = work(&mut out)?;
            out.flush().map_err(|error| failed(&error))?;
            return Ok(value);
        };
        let place = |error: io::Error| Failure::failed(format!("{}: {error}", path.display()));
        let folder = folder_of(path);
        let file = unfinished::create(folder).map_err(place)?;
        let mut out = BufWriter::new(file);
        let value = work(&mut out)?;
        let mut file = out
            .into_inner()
            .map_err(|error| place(error.into_error()))?;
        file.as_file().sync_all().map_err(place)?;
        check(file.as_file_mut(), &value)?;
        let kept = if *replaces {
            file.persist(path)
        } else {
            file.persist_noclobber(path)
        };
        kept.map_err(|error| place(error.error))?;
        // The name, too, survives a power cut.
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(place)?;
        Ok(value)
    }
}

/// The folder of a file.
pub(super) fn folder_of(file: &Path) -> &Path {
    let folder = file.parent();
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// The output takes no more.
pub(super) fn failed(error: &io::Error) -> Failure {
    Failure::failed(format!("the dump cannot be written: {error}"))
}
