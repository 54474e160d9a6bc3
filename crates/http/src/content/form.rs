//! Fields of forms, `application/x-www-form-urlencoded` and `multipart/form-data` alike.

use actix_web::web::Bytes;

/// A form as it was sent; of repeated names the last counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    pub(super) parts: Vec<(String, Part)>,
}

/// What a form says of a field.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Text(String),
    File(Upload),
}

/// A file that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// The last part of the name that the client gave.
    pub(crate) name: String,
    pub(crate) bytes: Bytes,
}

impl Form {
    /// A form of text fields only.
    pub(super) fn of_texts(pairs: impl Iterator<Item = (String, String)>) -> Self {
        Self {
            parts: pairs.map(|(name, text)| (name, Part::Text(text))).collect(),
        }
    }

    /// A field. Files count as sent behind all text.
    pub(crate) fn get(&self, name: &str) -> Option<&Part> {
        let mut named = self.parts.iter().rev().filter(|(key, _)| key == name);
        let last = named.next().map(|(_, part)| part);
        let is_file = |part: &&Part| matches!(part, Part::File(_));
        if last.is_some_and(|part| is_file(&part)) {
            return last;
        }
        named.map(|(_, part)| part).find(is_file).or(last)
    }

    /// The text of a field, `None` for a file.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Part::Text(text) => Some(text),
            Part::File(_) => None,
        }
    }
}
