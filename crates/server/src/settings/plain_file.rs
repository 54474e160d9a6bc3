//! Files that settings name, or are in.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// No such file is longer, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// Why a file is not read.
pub(super) enum Unread {
    /// It is a pipe or a device, which may never end or never begin.
    NoFile,
    TooLong,
    Io(io::Error),
}

impl Unread {
    /// A text that continues the path: what is wrong, and the remedy.
    pub(super) fn told(&self) -> String {
        match self {
            Self::NoFile => "is a pipe or a device: name a file".to_owned(),
            Self::TooLong => format!("has more than {LONGEST} bytes: name another file"),
            Self::Io(error) => match error.kind() {
                io::ErrorKind::NotFound => {
                    "does not exist: correct the path, or make the file".to_owned()
                }
                io::ErrorKind::PermissionDenied => {
                    "may not be read by the user of this process: make that user its owner"
                        .to_owned()
                }
                io::ErrorKind::IsADirectory => "is a folder: name a file in it".to_owned(),
                _ => format!("cannot be read ({error}): name a file that can"),
            },
        }
    }
}

/// All that is in a file.
///
/// # Errors
/// [`Unread`]
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Unread> {
    let found = fs::metadata(file).map_err(Unread::Io)?;
    // To open a pipe that nobody writes into would be to wait.
    if !found.is_file() && !found.is_dir() {
        return Err(Unread::NoFile);
    }
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes));
    read.map_err(Unread::Io)?;
    if bytes.len() as u64 > LONGEST {
        return Err(Unread::TooLong);
    }
    Ok(bytes)
}
