//! For whom tokens of ours are.

use serde::{Deserialize, Serialize};

/// The setting `auth.jwt.audience`: a text, or a list of which each is us. Tokens carry it as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Audience {
    /// One; empty for none.
    One(String),
    /// Several; empty for none.
    Several(Vec<String>),
}

impl Audience {
    /// The names that we go by. Without any, `aud` is not looked at.
    #[must_use]
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) if name.is_empty() => &[],
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}
