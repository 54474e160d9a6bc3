//! The keys that lie in files of the service: the one that development has made, and the folder of keys. Those that a
//! setting holds or names are the operator's.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::commands::destination::folder_of;
use crate::error::Failure;
use crate::settings::Settings;

/// The path of the key that development has made.
const GENERATED: &str = "signing.key";

/// What the paths of the others begin with.
const FOLDER: &str = "keys/";

fn failed(file: &Path, error: &io::Error) -> Failure {
    Failure::failed(format!("{}: {error}", file.display()))
}

/// All keys, with their paths.
pub(super) fn read(settings: &Settings) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut keys = Vec::new();
    let generated = settings.data_dir.join(GENERATED);
    if settings.makes_signing_key() && generated.exists() {
        let text = fs::read(&generated).map_err(|error| failed(&generated, &error))?;
        keys.push((GENERATED.to_owned(), text));
    }
    let folder = Path::new(&settings.auth.jwt.keys_dir);
    if settings.auth.jwt.keys_dir.is_empty() || !folder.exists() {
        return Ok(keys);
    }
    let failed_here = |error| failed(folder, &error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed_here)? {
        files.push(entry.map_err(failed_here)?.path());
    }
    files.sort();
    for file in files {
        let name = file.file_name().and_then(|name| name.to_str());
        if let Some(name) = name.filter(|name| is_key(name) && file.is_file()) {
            let text = fs::read(&file).map_err(|error| failed(&file, &error))?;
            keys.push((format!("{FOLDER}{name}"), text));
        }
    }
    Ok(keys)
}

/// Whether it is the name of a file of a folder of keys, and nothing that leads elsewhere.
fn is_key(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let endings = [".json", ".pem", ".secret"];
    name.bytes().all(is_plain)
        && !name.starts_with('.')
        && endings.iter().any(|ending| name.ends_with(ending))
}

/// Where a key belongs.
pub(super) fn place(settings: &Settings, path: &str) -> Result<PathBuf, Failure> {
    if path == GENERATED {
        return Ok(settings.data_dir.join(GENERATED));
    }
    let Some(name) = path.strip_prefix(FOLDER).filter(|name| is_key(name)) else {
        return Err(Failure::failed(format!(
            "the archive has a key that is none: {path:?}"
        )));
    };
    let folder = &settings.auth.jwt.keys_dir;
    if folder.is_empty() {
        return Err(Failure::settings(
            "the archive has a folder of keys, and auth.jwt.keys_dir is not set: name the folder, as {data_dir}/keys",
        ));
    }
    Ok(Path::new(folder).join(name))
}

/// A key on its way to its place.
pub(super) struct Waiting {
    file: NamedTempFile,
    place: PathBuf,
}

impl Waiting {
    /// Writes the key beside its place.
    pub(super) fn write(place: PathBuf, text: &[u8]) -> Result<Self, Failure> {
        let folder = folder_of(&place);
        let mut made = DirBuilder::new();
        let made = made.recursive(true).mode(0o700).create(folder);
        made.map_err(|error| failed(folder, &error))?;
        let written = NamedTempFile::new_in(folder).and_then(|mut file| {
            file.write_all(text)?;
            file.as_file().sync_all()?;
            Ok(file)
        });
        let file = written.map_err(|error| failed(&place, &error))?;
        Ok(Self { file, place })
    }

    /// Puts it there.
    pub(super) fn arrive(self) -> Result<(), Failure> {
        let kept = self.file.persist(&self.place);
        kept.map_err(|error| failed(&self.place, &error.error))?;
        let folder = folder_of(&self.place);
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| failed(folder, &error))
    }
}
