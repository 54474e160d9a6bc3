//! Who is examined.

use crate::settings::{Origins, Profile, Settings};

/// The settings of a service, with where they come from.
pub(super) struct Patient<'a> {
    pub(super) settings: &'a Settings,
    pub(super) origins: &'a Origins,
}

impl Patient<'_> {
    pub(super) fn is_in_production(&self) -> bool {
        self.settings.profile == Profile::Production
    }
}
