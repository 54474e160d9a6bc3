//! Passwords that resemble their account.

use std::collections::HashMap;

use profiled_domain::{Person, ProfileField};

use super::unicode::is_word;

/// The first attribute that, as a whole or in one of its words, resembles the password.
pub(super) fn first_similar(password: &str, account: &Person) -> Option<ProfileField> {
    let password = password.to_lowercase();
    let attributes = [
        ProfileField::Username,
        ProfileField::FirstName,
        ProfileField::LastName,
        ProfileField::Email,
    ];
    let resembles = |value: Option<&str>| {
        let value = value.unwrap_or_default().to_lowercase();
        let mut parts = value.split(|c| !is_word(c)).chain([value.as_str()]);
        parts.any(|part| !part.is_empty() && is_similar(&password, part))
    };
    attributes
        .into_iter()
        .find(|field| resembles(account.get(*field)))
}

/// Whether two texts have a `quick_ratio` of 0.7 or more, as Python's `difflib.SequenceMatcher` defines
/// it: the characters that they have in common, order aside, against all characters of both.
///
/// In whole numbers this is exact: the quotient that Python rounds is 0.7 or differs from it by far more
/// than it rounds.
fn is_similar(password: &str, value: &str) -> bool {
    let lengths = (password.chars().count(), value.chars().count());
    // Django's way out before the costly part: a ratio of 0.2 at most.
    if lengths.0 >= 10 * lengths.1 {
        return false;
    }
    let mut left: HashMap<char, usize> = HashMap::new();
    for c in value.chars() {
        *left.entry(c).or_default() += 1;
    }
    let is_common = |c: &char| match left.get_mut(c) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    };
    let common = password.chars().filter(is_common).count();
    // 2 common / (a + b) >= 0.7
    20 * common >= 7 * (lengths.0 + lengths.1)
}
