//! Fields of forms, `application/x-www-form-urlencoded` and `multipart/form-data` alike.

use actix_web::web::Bytes;

/// A form as it was sent; of repeated names the last counts.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pub(super) parts: Vec<(String, Part)>,
}

/// What a form says of a field.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text.
    Text(String),
    /// A file.
    File(Upload),
}

/// A file that was sent.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The last part of the name that the client gave.
    pub name: String,
    /// Its content.
    pub bytes: Bytes,
}

impl Form {
    /// A form of text fields only.
    pub(super) fn of_texts(pairs: impl Iterator<Item = (String, String)>) -> Self {
        Self {
            parts: pairs.map(|(name, text)| (name, Part::Text(text))).collect(),
        }
    }

    /// A field. Files count as sent after all text.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Part> {
        let mut named = self.parts.iter().rev().filter(|(key, _)| key == name);
        let last = named.next().map(|(_, part)| part);
        let is_file = |part: &&Part| matches!(part, Part::File(_));
        if last.is_some_and(|part| is_file(&part)) {
            return last;
        }
        named.map(|(_, part)| part).find(is_file).or(last)
    }

    /// Follows the marks of a page's form, which cannot distinguish "unset" from "empty" otherwise: fields
    /// named by `_keep` were not sent if they are blank, and those named by `_clear` are blank.
    pub(super) fn follow_marks(&mut self) {
        let named = |mark: &str| -> Vec<String> {
            let marks = self.parts.iter().filter(|(name, _)| name == mark);
            marks
                .filter_map(|(_, part)| match part {
                    Part::Text(name) => Some(name.clone()),
                    Part::File(_) => None,
                })
                .collect()
        };
        let (kept, cleared) = (named("_keep"), named("_clear"));
        let is_blank = |part: &Part| matches!(part, Part::Text(text) if text.is_empty());
        self.parts
            .retain(|(name, part)| !(is_blank(part) && kept.contains(name)));
        let blanks = cleared
            .into_iter()
            .map(|name| (name, Part::Text(String::new())));
        self.parts.extend(blanks);
    }

    /// All fields with text, as they were sent.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parts.iter().filter_map(|(name, part)| match part {
            Part::Text(text) => Some((name.as_str(), text.as_str())),
            Part::File(_) => None,
        })
    }

    /// The text of a field, `None` for a file.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Part::Text(text) => Some(text),
            Part::File(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str, value: &str) -> (String, Part) {
        (name.to_owned(), Part::Text(value.to_owned()))
    }

    #[test]
    fn blank_field_marked_keep_is_absent_and_marked_clear_is_blank() {
        let file = Upload {
            name: "a.png".to_owned(),
            bytes: Bytes::from_static(b"x"),
        };
        let mut form = Form {
            parts: vec![
                text("_keep", "email"),
                text("_keep", "avatar"),
                text("_keep", "first_name"),
                text("email", ""),
                text("avatar", ""),
                text("first_name", "Ada"),
                text("last_name", ""),
                text("_clear", "avatar"),
                text("_clear", "photo"),
                ("photo".to_owned(), Part::File(file)),
            ],
        };

        form.follow_marks();

        assert_eq!(form.text("email"), None);
        assert_eq!(form.text("first_name"), Some("Ada"));
        assert_eq!(form.text("last_name"), Some(""));
        assert_eq!(form.text("avatar"), Some(""));
        assert!(matches!(form.get("photo"), Some(Part::File(_))));
    }
}
