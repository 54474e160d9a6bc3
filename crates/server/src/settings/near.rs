//! The setting that somebody may have meant.

use super::reference::{Reference, reference};

/// The key that looks most like another text, if one does.
pub(crate) fn near_key(wrong: &str) -> Option<&'static str> {
    near(wrong).map(|found| found.key.as_str())
}

/// The setting whose key looks most like another text, whatever stands between its words.
pub(super) fn near(wrong: &str) -> Option<&'static Reference> {
    let wanted = letters(wrong);
    if wanted.is_empty() {
        return None;
    }
    let distance = |known: &&Reference| strsim::damerau_levenshtein(&letters(&known.key), &wanted);
    let nearest = reference().iter().min_by_key(distance);
    // A typing error or two, more of them in a longer name.
    let nearest = nearest.filter(|known| distance(known) <= 1 + wanted.len() / 8);
    nearest.or_else(|| by_last_name(wrong))
}

/// The only setting of that name, in whatever section.
fn by_last_name(wrong: &str) -> Option<&'static Reference> {
    let name = wrong.rsplit('.').next().map(letters)?;
    let is_named = |known: &&Reference| {
        let last = known.key.rsplit('.').next().map(letters);
        last.as_deref() == Some(name.as_str())
    };
    let mut found = reference().iter().filter(is_named);
    found.next().filter(|_| found.next().is_none())
}

fn letters(text: &str) -> String {
    let letters = text.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}
