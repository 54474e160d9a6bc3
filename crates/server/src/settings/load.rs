//! Settings as they are read at the start.

use super::layers::{Layers, Origins};
use super::{Settings, Sources, layers, secrets, validate, variables};
use crate::error::Failure;

/// Settings, and all that is to be said of them.
pub(crate) struct Loaded {
    /// With values of lower layers where there are failures.
    pub(crate) settings: Settings,
    pub(crate) origins: Origins,
    /// Each in one line that names the key, where it comes from, and what to do.
    pub(crate) failures: Vec<Failure>,
    /// What does not stand in the way, a line each.
    pub(crate) warnings: Vec<String>,
}

impl Loaded {
    /// Reads all layers, resolves files of secrets and checks every value.
    ///
    /// # Errors
    /// [`Failure`] where nothing is left to go on with.
    pub(crate) fn all(sources: &Sources) -> Result<Self, Failure> {
        Self::load(sources, secrets::resolve_all, validate::check)
    }

    /// The same for who works on the database alone: rules and secrets of other sections do not count.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub(crate) fn database(sources: &Sources) -> Result<Self, Failure> {
        Self::load(sources, secrets::resolve_database, validate::check_database)
    }

    fn load(
        sources: &Sources,
        resolve: fn(&mut Settings, &mut Origins) -> Vec<Failure>,
        check: fn(&Settings, &Origins) -> Vec<Failure>,
    ) -> Result<Self, Failure> {
        let Layers {
            mut settings,
            mut origins,
            problems: mut failures,
        } = layers::read(sources)?;
        failures.extend(resolve(&mut settings, &mut origins));
        settings.name_folders();
        let known: Vec<String> = failures.iter().filter_map(key).collect();
        // What follows from a value that could not be read is no finding of its own.
        let is_new = |failure: &Failure| {
            let key = key(failure).unwrap_or_default();
            !known
                .iter()
                .any(|known| *known == key || *known == format!("{key}_file"))
        };
        failures.extend(check(&settings, &origins).into_iter().filter(is_new));
        Ok(Self {
            settings,
            origins,
            failures,
            warnings: variables::unused(&sources.environment),
        })
    }
}

fn key(failure: &Failure) -> Option<String> {
    failure.setting().map(|setting| setting.key.clone())
}

impl Settings {
    /// Reads all layers, resolves files of secrets and checks every value.
    ///
    /// # Errors
    /// The first [`Failure`], of kind `Settings`, in one line that names the key, where it comes from, and what
    /// to do.
    pub fn load(sources: &Sources) -> Result<Self, Failure> {
        let loaded = Loaded::all(sources)?;
        match loaded.failures.into_iter().next() {
            None => Ok(loaded.settings),
            Some(first) => Err(first),
        }
    }

    fn name_folders(&mut self) {
        let data_dir = self.data_dir.to_string_lossy().into_owned();
        for path in [&mut self.database.url, &mut self.auth.jwt.keys_dir] {
            *path = path.replace("{data_dir}", &data_dir);
        }
    }
}
