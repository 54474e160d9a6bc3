//! Where requests carry tokens, and under which words.

use crate::settings::JwtSettings;

/// The header that is used unless another one is set.
const USUAL: &str = "Authorization";

/// Where requests carry tokens, and under which words.
#[derive(Clone, Debug)]
pub(crate) struct TokenHeader {
    name: String,
    words: Vec<String>,
    challenge: String,
}

impl TokenHeader {
    pub(super) fn new(settings: &JwtSettings) -> Self {
        let words = settings.header_types.clone();
        let first = words.first().map_or("", String::as_str);
        Self {
            name: settings.header_name.clone(),
            challenge: format!("{first} realm=\"api\""),
            words,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its name, if it is not `Authorization`.
    pub(crate) fn other(&self) -> Option<&str> {
        let is_usual = self.name.eq_ignore_ascii_case(USUAL);
        (!is_usual).then_some(&self.name)
    }

    /// The word of challenges and examples.
    pub(crate) fn word(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    pub(crate) fn challenge(&self) -> &str {
        &self.challenge
    }

    /// Whether a word stands in front of tokens, compared with case.
    pub(crate) fn is_word(&self, word: &[u8]) -> bool {
        self.words.iter().any(|known| known.as_bytes() == word)
    }
}
