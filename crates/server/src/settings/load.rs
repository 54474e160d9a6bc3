//! Settings as they are read at the start.

use super::{Settings, Sources, layers, secrets, validate};
use crate::error::Failure;

impl Settings {
    /// Reads all layers, resolves files of secrets and checks every value.
    ///
    /// # Errors
    /// [`Failure`] of kind `Settings`, in one line that names the key, where it comes from, and what
    /// to do.
    pub fn load(sources: &Sources) -> Result<Self, Failure> {
        let (mut settings, origins) = layers::read(sources)?;
        secrets::resolve_all(&mut settings, &origins)?;
        settings.name_folders();
        validate::check(&settings, &origins)?;
        Ok(settings)
    }

    /// As [`load`](Self::load), for who works on the database alone: rules and secrets of other sections do not count.
    pub(crate) fn load_database(sources: &Sources) -> Result<Self, Failure> {
        let (mut settings, origins) = layers::read(sources)?;
        secrets::resolve_database(&mut settings, &origins)?;
        settings.name_folders();
        validate::check_database(&settings, &origins)?;
        Ok(settings)
    }

    fn name_folders(&mut self) {
        let data_dir = self.data_dir.to_string_lossy().into_owned();
        for path in [&mut self.database.url, &mut self.auth.jwt.keys_dir] {
            *path = path.replace("{data_dir}", &data_dir);
        }
    }
}
