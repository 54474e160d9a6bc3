//! Files that get their names once they are complete. Who is killed before leaves one: the next one to write into that folder
//! clears it away.

use std::fs::{self, DirEntry, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use tempfile::NamedTempFile;

const PREFIX: &str = ".profiled-unfinished-";

/// A new one, which is locked as long as somebody writes it.
pub(super) fn create(folder: &Path) -> io::Result<NamedTempFile> {
    loop {
        let file = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempfile_in(folder)?;
        // A file system without locks has no way to tell whose writer is gone, either: nothing is cleared away there.
        let _ = file.as_file().lock();
        let found = file.as_file().metadata()?;
        // Somebody may have taken it for one that was left.
        if found.nlink() > 0 {
            clear(folder, found.uid());
            return Ok(file);
        }
    }
}

/// Removes what its writer has left. What cannot be removed is of no concern to what is written now.
fn clear(folder: &Path, owner: u32) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| is_unfinished(entry, owner)) {
        let is_left = File::open(entry.path()).map(|file| (file.try_lock().is_ok(), file));
        if let Ok((true, _locked)) = is_left {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_unfinished(entry: &DirEntry, owner: u32) -> bool {
    let is_named = entry.file_name().to_string_lossy().starts_with(PREFIX);
    is_named
        && entry
            .metadata()
            .is_ok_and(|found| found.is_file() && found.uid() == owner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_has_left_is_removed_and_what_another_writes_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let left = create(folder.path()).unwrap();
        let (killed, left) = left.keep().unwrap();
        drop(killed);
        let other = folder.path().join("latest.profiled");
        fs::write(&other, "").unwrap();
        let written = create(folder.path()).unwrap();
        assert!(!left.exists());

        let next = create(folder.path()).unwrap();

        assert!(written.path().exists() && next.path().exists() && other.exists());
    }
}
