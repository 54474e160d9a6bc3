//! Text for whoever sits at a terminal, and standard output.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::error::Failure;

/// A result as text. What stands in a line stays there, and never steers a terminal: users write it, too.
pub(crate) struct Lines(Vec<String>);

impl Lines {
    /// The lines of a text that no user wrote.
    pub(crate) fn of_document(text: &str) -> Self {
        Self(text.trim_end().lines().map(str::to_owned).collect())
    }

    /// Writes them where a result does not go, or has not been.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        for line in &self.0 {
            writeln!(out, "{}", escaped(line))?;
        }
        out.flush()
    }
}

impl From<String> for Lines {
    fn from(line: String) -> Self {
        Self(vec![line])
    }
}

impl From<Vec<String>> for Lines {
    fn from(lines: Vec<String>) -> Self {
        Self(lines)
    }
}

/// A line with escapes in place of characters that move what follows: those that control a terminal, that end a line, and
/// that turn the direction of writing.
pub(crate) fn escaped(line: &str) -> Cow<'_, str> {
    if !line.contains(is_steering) {
        return Cow::Borrowed(line);
    }
    let mut escaped = String::with_capacity(line.len());
    for character in line.chars() {
        if is_steering(character) {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// Bidi controls: property `Bidi_Control` of Unicode.
fn is_steering(character: char) -> bool {
    let is_bidi = matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    is_bidi || character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Writes lines and flushes them.
pub(crate) fn print_lines(lines: &Lines) -> Result<(), Failure> {
    printed(lines.write(&mut io::stdout().lock()))
}

/// Writes a text as it is, and flushes it.
pub(crate) fn print_line(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    printed(writeln!(out, "{text}").and_then(|()| out.flush()))
}

/// A reader that has gone away (`| head`) has seen enough.
fn printed(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_escaped_and_letters_of_all_languages_stay() {
        let plain = "می‌خواهم 東京 naïve \\n";
        assert!(matches!(escaped(plain), Cow::Borrowed(text) if text == plain));
        assert_eq!(
            escaped("a\u{1b}[2J\u{7f}\u{9b}\n\r\t\u{2028}\u{2029}\u{61c}\u{200f}\u{202e}\u{2066}z"),
            r"a\u{1b}[2J\u{7f}\u{9b}\n\r\t\u{2028}\u{2029}\u{61c}\u{200f}\u{202e}\u{2066}z"
        );
    }
}
