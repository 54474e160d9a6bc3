//! Patterns as either database takes them.
//!
//! SQLite calls the engine of the service. PostgreSQL's own one reads another language: the parsed pattern is
//! written in it with plain literals, ranges, groups, bounds and constraints only, so that no locale and no
//! flag has a say. Without back references and with nothing to capture it takes time in proportion to
//! the text, too.

use profiled_domain::{Case, Pattern};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// Repetitions that PostgreSQL counts in one bound.
const BOUND: u32 = 255;

/// What matches nowhere: a character after the end.
const NEVER: &str = r"(?:\Z.)";

const ASCII_WORD: &str = "[0-9A-Z_a-z]";

/// The pattern as the function `profiled_matches` takes it.
pub(super) fn for_sqlite(pattern: &Pattern) -> String {
    match pattern.case() {
        Case::Sensitive => pattern.as_str().to_owned(),
        Case::Ignored => format!("(?i){}", pattern.as_str()),
    }
}

/// The pattern as an advanced regular expression.
pub(super) fn for_postgres(pattern: &Pattern) -> String {
    let parsed = ParserBuilder::new()
        .case_insensitive(pattern.case() == Case::Ignored)
        .build()
        .parse(pattern.as_str());
    let mut text = String::new();
    match parsed {
        Ok(hir) => write(&hir, &mut text),
        // There is no such pattern: the same parser has read it.
        Err(_) => text.push_str(NEVER),
    }
    text
}

fn write(hir: &Hir, text: &mut String) {
    match hir.kind() {
        HirKind::Empty => text.push_str("(?:)"),
        HirKind::Literal(literal) => {
            let characters = str::from_utf8(&literal.0).unwrap_or("\0");
            if characters.contains('\0') {
                // No text has a null character.
                text.push_str(NEVER);
            } else {
                characters
                    .chars()
                    .for_each(|character| escape(character, text));
            }
        }
        HirKind::Class(class) => write_class(class, text),
        HirKind::Look(look) => text.push_str(&constraint(*look)),
        HirKind::Repetition(repetition) => write_repetition(repetition, text),
        HirKind::Capture(capture) => write(&capture.sub, text),
        HirKind::Concat(all) => all.iter().for_each(|one| write(one, text)),
        HirKind::Alternation(all) => {
            text.push_str("(?:");
            for (number, one) in all.iter().enumerate() {
                text.push_str(if number > 0 { "|" } else { "" });
                write(one, text);
            }
            text.push(')');
        }
    }
}

fn escape(character: char, text: &mut String) {
    let code = u32::from(character);
    if character.is_ascii_alphanumeric() {
        text.push(character);
    } else {
        let escaped = match code {
            ..=0xFFFF => format!("\\u{code:04X}"),
            _ => format!("\\U{code:08X}"),
        };
        text.push_str(&escaped);
    }
}

fn write_class(class: &Class, text: &mut String) {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => {
            let ranges = class.iter().map(|range| (range.start(), range.end()));
            ranges.collect()
        }
        Class::Bytes(class) => {
            let ranges = class.iter();
            ranges
                .map(|range| (char::from(range.start()), char::from(range.end())))
                .collect()
        }
    };
    let mut inside = String::new();
    for (start, end) in ranges.into_iter().filter(|(_, end)| *end != '\0') {
        escape(start.max('\u{1}'), &mut inside);
        if start != end {
            inside.push('-');
            escape(end, &mut inside);
        }
    }
    if inside.is_empty() {
        text.push_str(NEVER);
    } else {
        text.push('[');
        text.push_str(&inside);
        text.push(']');
    }
}

fn write_repetition(repetition: &Repetition, text: &mut String) {
    let mut atom = "(?:".to_owned();
    write(&repetition.sub, &mut atom);
    atom.push(')');
    let mut times = |bound: &str| {
        text.push_str(&atom);
        text.push_str(bound);
    };
    match (repetition.min, repetition.max) {
        (_, Some(0)) => return text.push_str("(?:)"),
        (min @ 0..=BOUND, None) => return times(&format!("{{{min},}}")),
        (min, Some(max @ 0..=BOUND)) => return times(&format!("{{{min},{max}}}")),
        (_, None | Some(_)) => {}
    }
    let mut left = repetition.min;
    while left > 0 {
        times(&format!("{{{}}}", left.min(BOUND)));
        left -= left.min(BOUND);
    }
    let Some(max) = repetition.max else {
        return times("*");
    };
    let mut left = max.saturating_sub(repetition.min);
    while left > 0 {
        times(&format!("{{0,{}}}", left.min(BOUND)));
        left -= left.min(BOUND);
    }
}

/// An assertion, by what is looked ahead and behind for.
fn constraint(look: Look) -> String {
    let word = || {
        let mut text = String::new();
        let parsed = regex_syntax::parse(r"\w");
        if let Ok(hir) = parsed {
            write(&hir, &mut text);
        }
        text
    };
    match look {
        Look::Start => r"\A".to_owned(),
        Look::End => r"\Z".to_owned(),
        Look::StartLF => r"(?:\A|(?<=\u000A))".to_owned(),
        Look::EndLF => r"(?:\Z|(?=\u000A))".to_owned(),
        Look::StartCRLF => r"(?:\A|(?<=\u000A)|(?<=\u000D)(?!\u000A))".to_owned(),
        Look::EndCRLF => r"(?:\Z|(?=\u000D)|(?<!\u000D)(?=\u000A))".to_owned(),
        Look::WordAscii => boundary(ASCII_WORD),
        Look::WordAsciiNegate => no_boundary(ASCII_WORD),
        Look::WordUnicode => boundary(&word()),
        Look::WordUnicodeNegate => no_boundary(&word()),
        Look::WordStartAscii => format!("(?<!{ASCII_WORD})(?={ASCII_WORD})"),
        Look::WordEndAscii => format!("(?<={ASCII_WORD})(?!{ASCII_WORD})"),
        Look::WordStartUnicode => format!("(?<!{0})(?={0})", word()),
        Look::WordEndUnicode => format!("(?<={0})(?!{0})", word()),
        Look::WordStartHalfAscii => format!("(?<!{ASCII_WORD})"),
        Look::WordEndHalfAscii => format!("(?!{ASCII_WORD})"),
        Look::WordStartHalfUnicode => format!("(?<!{})", word()),
        Look::WordEndHalfUnicode => format!("(?!{})", word()),
    }
}

fn boundary(word: &str) -> String {
    format!("(?:(?<={word})(?!{word})|(?<!{word})(?={word}))")
}

fn no_boundary(word: &str) -> String {
    format!("(?:(?<={word})(?={word})|(?<!{word})(?!{word}))")
}
