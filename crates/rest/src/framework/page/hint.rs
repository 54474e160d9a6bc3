//! What an input takes, told next to it.

use crate::framework::fields::{Field, Kind};

/// Help, type, limits and allowed values of a field.
pub(super) fn of(field: &Field) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !field.help.is_empty() {
        parts.push(field.help.trim_end_matches('.').to_owned());
    }
    let mut kind = kind_of(&field.kind);
    if let Some(max) = field.max_length.filter(|_| has_length(&field.kind)) {
        kind.extend([", at most ", &max.to_string(), " characters"]);
    }
    parts.push(kind);
    if !field.is_required {
        parts.push("Optional".to_owned());
    }
    parts.join(". ") + "."
}

fn has_length(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Text | Kind::Username | Kind::Email | Kind::Password
    )
}

fn kind_of(kind: &Kind) -> String {
    match kind {
        Kind::Integer => "Whole number".to_owned(),
        Kind::Boolean => "One of: true, false".to_owned(),
        Kind::DateTime => "Date and time in UTC".to_owned(),
        Kind::Text => "Text".to_owned(),
        Kind::Username => "Letters, digits and @ . + - _".to_owned(),
        Kind::Email => "E-mail address".to_owned(),
        Kind::Password => "Text that is never shown".to_owned(),
        Kind::Choice(choices) => {
            let values: Vec<&str> = choices.iter().map(|(value, _)| *value).collect();
            format!("One of: {}", values.join(", "))
        }
        Kind::Image => "JPEG, PNG, WebP or GIF file".to_owned(),
        Kind::Nested(_) => "List".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_tells_help_type_limits_and_values() {
        let table = [
            (
                Field::written("a", "A", Kind::Text).at_most(9).required(),
                "Text, at most 9 characters.",
            ),
            (
                Field::written("a", "A", Kind::Email).help("Where to write to."),
                "Where to write to. E-mail address. Optional.",
            ),
            (
                Field::written("a", "A", Kind::Choice(&[("s", "Small"), ("l", "Large")])),
                "One of: s, l. Optional.",
            ),
            (
                Field::written("a", "A", Kind::DateTime),
                "Date and time in UTC. Optional.",
            ),
            (
                Field::written("a", "A", Kind::Image).at_most(100),
                "JPEG, PNG, WebP or GIF file. Optional.",
            ),
        ];

        for (field, expected) in table {
            assert_eq!(of(&field), expected);
        }
    }
}
