//! What `config/base.toml` tells of each key: it is the documentation of the settings, and part of the binary.

use std::sync::OnceLock;

/// The built-in defaults, each after the comment that says what it means.
pub(super) const BASE: &str = include_str!("../../config/base.toml");

/// A setting as it is documented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `section.key`
    pub key: String,
    /// The default, as TOML writes it.
    pub default: String,
    /// What it means, in a sentence or some.
    pub meaning: String,
}

impl Reference {
    /// The environment variable that sets it.
    #[must_use]
    pub fn variable(&self) -> String {
        let name = self.key.to_uppercase().replace('.', "__");
        format!("{}{name}", super::Sources::PREFIX)
    }
}

/// All settings, in the order of the documentation.
#[must_use]
pub fn reference() -> &'static [Reference] {
    static ALL: OnceLock<Vec<Reference>> = OnceLock::new();
    ALL.get_or_init(|| read(BASE))
}

fn read(text: &str) -> Vec<Reference> {
    let (mut section, mut comment, mut all) = (String::new(), Vec::new(), Vec::new());
    for line in text.lines() {
        if let Some(text) = line.strip_prefix("# ") {
            comment.push(text);
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
        } else if let Some((name, default)) = line.split_once(" = ") {
            all.push(Reference {
                key: format!("{section}{name}"),
                default: default.to_owned(),
                meaning: comment.join(" "),
            });
        }
        comment.clear();
    }
    all
}
