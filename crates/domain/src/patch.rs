//! Partial changes: what is not mentioned stays.

use std::str::FromStr;

/// What a request says about one attribute: nothing, "none", or a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Not mentioned: the stored value stays.
    #[default]
    Keep,
    /// Set to null.
    Clear,
    /// Set to a value.
    Set(T),
}

impl<T> Patch<T> {
    /// Whether the stored value stays.
    #[must_use]
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The new value of a nullable attribute, `None` when it stays.
    #[must_use]
    pub fn as_change(&self) -> Option<Option<&T>> {
        match self {
            Self::Keep => None,
            Self::Clear => Some(None),
            Self::Set(value) => Some(Some(value)),
        }
    }

    /// Maps the value of `Set`.
    pub fn map<V>(self, to: impl FnOnce(T) -> V) -> Patch<V> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(to(value)),
        }
    }

    /// The same of the values that texts stand for.
    pub(crate) fn parse<V: FromStr>(self) -> Result<Patch<V>, V::Err>
    where
        T: AsRef<str>,
    {
        Ok(match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(text) => Patch::Set(text.as_ref().parse()?),
        })
    }

    /// Applies the patch to a stored value.
    pub(crate) fn apply_to(&self, stored: &mut Option<T>)
    where
        T: Clone,
    {
        if let Some(value) = self.as_change() {
            *stored = value.cloned();
        }
    }
}

/// What has to hold of a stored row for a write to go ahead (RFC 9110, section 13.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing.
    #[default]
    None,
    /// Its version is one of these.
    VersionIn(Vec<i64>),
}

impl Precondition {
    /// Whether it holds of a row of this version.
    #[must_use]
    pub fn holds(&self, version: i64) -> bool {
        match self {
            Self::None => true,
            Self::VersionIn(versions) => versions.contains(&version),
        }
    }
}

/// The names that go with `true`.
pub(crate) fn named<const N: usize>(all: [(&'static str, bool); N]) -> Vec<&'static str> {
    let mentioned = all.into_iter().filter(|(_, is_mentioned)| *is_mentioned);
    mentioned.map(|(name, _)| name).collect()
}
