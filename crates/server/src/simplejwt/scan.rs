//! Where the parts of Python text end: strings, brackets and comments looked through, and nothing executed.

/// What was gone over.
enum Step {
    /// A character outside of brackets, at this place.
    Outside(usize, char),
    /// Anything else.
    Inside,
}

/// A place in a text, and how many brackets are open there.
#[derive(Clone, Debug)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes over a character, a whole string or a whole comment; `None` at the end.
    fn step(&mut self) -> Option<Step> {
        let (start, rest) = (self.at, self.rest());
        let next = rest.chars().next()?;
        match next {
            '#' => {
                self.at += rest.find('\n').unwrap_or(rest.len());
                return Some(Step::Inside);
            }
            '"' | '\'' => {
                self.at += string_length(rest);
                return Some(Step::Inside);
            }
            '\\' => {
                // It joins lines.
                let joined = rest.chars().nth(1).map_or(0, char::len_utf8);
                self.at += 1 + joined;
                return Some(Step::Inside);
            }
            '(' | '[' | '{' => self.depth += 1,
            ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.at += next.len_utf8();
        let is_outside = self.depth == 0 && !")]}".contains(next);
        Some(if is_outside {
            Step::Outside(start, next)
        } else {
            Step::Inside
        })
    }
}

/// Bytes of the string that a text begins with, quotes included.
fn string_length(text: &str) -> usize {
    let quote = text.get(..1).unwrap_or_default();
    let long = quote.repeat(3);
    let closing = if text.starts_with(&long) {
        &long
    } else {
        quote
    };
    let mut at = closing.len();
    while let Some(rest) = text.get(at..) {
        let Some(next) = rest.chars().next() else {
            break;
        };
        if rest.starts_with(closing) {
            return at + closing.len();
        }
        let escaped = (next == '\\').then(|| rest.chars().nth(1)).flatten();
        at += next.len_utf8() + escaped.map_or(0, char::len_utf8);
    }
    text.len()
}

/// The parts of a text between separators outside of strings, brackets and comments.
pub(super) fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut scanner, mut parts, mut start) = (Scanner::new(text), Vec::new(), 0);
    while let Some(step) = scanner.step() {
        if let Step::Outside(at, found) = step
            && found == separator
        {
            parts.extend(text.get(start..at));
            start = at + found.len_utf8();
        }
    }
    parts.extend(text.get(start..));
    parts
}

/// A text without its comments and the blanks around it.
pub(super) fn stripped(text: &str) -> String {
    let (mut scanner, mut found) = (Scanner::new(text), String::new());
    loop {
        let (start, is_comment) = (scanner.at, scanner.rest().starts_with('#'));
        if scanner.step().is_none() {
            return found.trim().to_owned();
        }
        if !is_comment {
            found.push_str(text.get(start..scanner.at).unwrap_or_default());
        }
    }
}
