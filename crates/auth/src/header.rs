//! The words of an `Authorization` header.

/// Whether Python's `bytes.split()` splits here; 0xA0 is no blank.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// Scheme and credentials of a header value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Words<'a> {
    pub(crate) scheme: &'a [u8],
    pub(crate) credentials: Credentials<'a>,
}

/// What comes after the scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials<'a> {
    None,
    One(&'a [u8]),
    Several,
}

/// Splits a header value at runs of blanks; `None` if there is no word.
pub(crate) fn split(value: &[u8]) -> Option<Words<'_>> {
    let mut words = value
        .split(|byte| is_blank(*byte))
        .filter(|word| !word.is_empty());
    let scheme = words.next()?;
    let credentials = match (words.next(), words.next()) {
        (None, _) => Credentials::None,
        (Some(word), None) => Credentials::One(word),
        (Some(_), Some(_)) => Credentials::Several,
    };
    Some(Words {
        scheme,
        credentials,
    })
}
