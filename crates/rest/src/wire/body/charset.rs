//! The encodings of request bodies that Python knows by name.

use std::borrow::Cow;

/// Codecs of Python that make no text.
const NO_TEXT: [&str; 12] = [
    "base64",
    "base64_codec",
    "base_64",
    "bz2",
    "bz2_codec",
    "hex",
    "hex_codec",
    "quopri",
    "rot13",
    "rot_13",
    "uu",
    "zlib",
];

/// An encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    Utf8,
    /// ISO 8859-1: each byte is the code point of its value.
    Latin1,
    Other(&'static encoding_rs::Encoding),
}

impl Charset {
    /// The encoding that a `charset` parameter names; an unknown name is ignored.
    ///
    /// # Errors
    /// The name is that of a codec that makes no text.
    pub(super) fn named(name: Option<&str>) -> Result<Self, ()> {
        let Some(name) = name else {
            return Ok(Self::Utf8);
        };
        let lower = name.to_ascii_lowercase();
        let plain = lower.replace('-', "_");
        if NO_TEXT.contains(&plain.as_str()) {
            return Err(());
        }
        Ok(match plain.as_str() {
            "latin_1" | "latin1" | "iso_8859_1" | "iso8859_1" | "8859" | "l1" => Self::Latin1,
            "utf_16" | "utf16" | "u16" => Self::Other(encoding_rs::UTF_16LE),
            _ => match encoding_rs::Encoding::for_label(lower.as_bytes()) {
                Some(encoding) if encoding != encoding_rs::UTF_8 => Self::Other(encoding),
                _ => Self::Utf8,
            },
        })
    }

    /// The text of `bytes`, `None` if they are none of this encoding.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Latin1 => Some(bytes.iter().copied().map(char::from).collect()),
            Self::Other(encoding) => {
                let (text, _, had_errors) = encoding.decode(bytes);
                (!had_errors).then_some(text)
            }
        }
    }

    /// The text of `bytes`; what is none becomes U+FFFD.
    pub(super) fn decode_lossy(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Self::Latin1 => bytes.iter().copied().map(char::from).collect(),
            Self::Other(encoding) => encoding.decode(bytes).0.into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charset_names_are_those_of_python() {
        assert_eq!(Charset::named(None), Ok(Charset::Utf8));
        assert_eq!(Charset::named(Some("UTF-8")), Ok(Charset::Utf8));
        assert_eq!(Charset::named(Some("nonsense")), Ok(Charset::Utf8));
        assert_eq!(Charset::named(Some("Latin-1")), Ok(Charset::Latin1));
        assert_eq!(Charset::named(Some("bz2")), Err(()));
    }

    #[test]
    fn bytes_of_each_charset_are_decoded() {
        let utf_16 = Charset::named(Some("utf-16")).unwrap();

        assert_eq!(
            Charset::Latin1.decode(b"\xe9\x80").as_deref(),
            Some("é\u{80}")
        );
        assert_eq!(Charset::Utf8.decode(b"\xff"), None);
        assert_eq!(utf_16.decode(b"\xff\xfe{\0}\0").as_deref(), Some("{}"));
        assert_eq!(utf_16.decode(b"\xfe\xff\0{\0}").as_deref(), Some("{}"));
    }
}
