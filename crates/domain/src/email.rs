//! E-mail addresses in the forms that Django's `EmailValidator` accepts.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::contact::{InvalidText, check_text};

/// An e-mail address: 1 to 254 characters, in a form that Django accepts (contract `drf.md`, section 9).
///
/// A dot-atom or a quoted string before the last `@`, and after it a host name with a top-level
/// label of two letters or more, `localhost`, or an IP address in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Longest address, in characters.
    pub const MAX: usize = 254;

    /// Parses an address; nothing is trimmed and the case stays.
    ///
    /// # Errors
    /// [`InvalidText`] names the first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        check_text(text, Self::MAX)?;
        if Self::has_valid_form(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidText::Pattern)
        }
    }

    /// Whether a text of any length has the form of an address.
    #[must_use]
    pub fn has_valid_form(text: &str) -> bool {
        let sides = text.rsplit_once('@');
        sides.is_some_and(|(local, host)| is_local_part(local) && is_host(host))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_local_part(text: &str) -> bool {
    let quoted = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    quoted.is_some_and(is_quoted_text) || text.split('.').all(is_atom)
}

/// RFC 5322 `atext`, one or more.
fn is_atom(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
}

/// RFC 5322 `qtext` and quoted pairs, without blanks outside of pairs, as Django has it.
fn is_quoted_text(text: &str) -> bool {
    let control = |c: char| matches!(c, '\x01'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f');
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let fine = match c {
            '\\' => chars
                .next()
                .is_some_and(|c| control(c) || matches!(c, '\t' | ' '..='\x7f')),
            c => control(c) || matches!(c, '!' | '#'..='[' | ']'..='\x7f'),
        };
        if !fine {
            return false;
        }
    }
    true
}

fn is_host(host: &str) -> bool {
    if host.eq_ignore_ascii_case("localhost") {
        return true;
    }
    if let Some(literal) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        return literal.parse::<Ipv4Addr>().is_ok() || literal.parse::<Ipv6Addr>().is_ok();
    }
    host.rsplit_once('.')
        .is_some_and(|(rest, top)| rest.split('.').all(is_label) && is_top_level(top))
}

/// Letters of the basic plane count as ASCII ones do: internationalised names are taken unencoded.
fn is_host_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{a1}'..='\u{ffff}')
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.chars().count())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .chars()
            .all(|c| is_host_letter(c) || c.is_ascii_digit() || c == '-')
}

fn is_top_level(label: &str) -> bool {
    let punycode = label
        .get(..4)
        .filter(|prefix| prefix.eq_ignore_ascii_case("xn--"))
        .and_then(|_| label.get(4..));
    let encoded = punycode.is_some_and(|rest| {
        (1..=59).contains(&rest.len()) && rest.chars().all(|c| c.is_ascii_alphanumeric())
    });
    let plain = (2..=63).contains(&label.chars().count())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| is_host_letter(c) || c == '-');
    encoded || plain
}
