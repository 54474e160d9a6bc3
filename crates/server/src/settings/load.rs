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
        let data_dir = settings.data_dir.to_string_lossy().into_owned();
        secrets::resolve(&mut settings, &origins)?;
        for path in [&mut settings.database.url, &mut settings.auth.jwt.keys_dir] {
            *path = path.replace("{data_dir}", &data_dir);
        }
        validate::check(&settings, &origins)?;
        Ok(settings)
    }
}
