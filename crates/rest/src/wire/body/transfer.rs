//! `Content-Transfer-Encoding` of multipart parts (RFC 2045, section 6).

use actix_web::web::Bytes;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

/// As Python reads it: padding is due, what the last letter says beyond its byte does not matter.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// How the content of a part was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    /// As it is: `binary`, `8bit`, `7bit`, and what nobody knows.
    Plain,
    Base64,
    QuotedPrintable,
}

impl Transfer {
    /// What the header says.
    pub(super) fn named(value: Option<&str>) -> Self {
        let word = value.and_then(|value| value.split([';', '(']).next());
        match word
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
            .as_str()
        {
            "base64" => Self::Base64,
            "quoted-printable" => Self::QuotedPrintable,
            _ => Self::Plain,
        }
    }

    /// The content; `None` if it was not written so.
    pub(super) fn decode(self, content: &Bytes) -> Option<Bytes> {
        match self {
            Self::Plain => Some(content.clone()),
            Self::QuotedPrintable => Some(quoted_printable(content).into()),
            Self::Base64 => {
                let mut letters = content.to_vec();
                letters.retain(|byte| !byte.is_ascii_whitespace());
                BASE64.decode(letters).ok().map(Bytes::from)
            }
        }
    }
}

/// The bytes of quoted-printable text. A `=` that begins no escape stays, as RFC 2045 advises.
pub(super) fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'=' {
            out.push(*first);
            continue;
        }
        if let Some(after) = soft_break(rest) {
            rest = after;
        } else if let Some((byte, after)) = escape(rest) {
            out.push(byte);
            rest = after;
        } else {
            out.push(b'=');
        }
    }
    out
}

/// What follows a line end that is not part of the text, perhaps behind blanks.
fn soft_break(rest: &[u8]) -> Option<&[u8]> {
    let blanks = rest
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let rest = rest.get(blanks..)?;
    rest.strip_prefix(b"\r\n")
        .or_else(|| rest.strip_prefix(b"\n"))
}

fn escape(rest: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, after) = rest.split_at_checked(2)?;
    let digit = |byte: &u8| {
        char::from(*byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let [high, low] = digits else {
        return None;
    };
    Some((digit(high)? * 16 + digit(low)?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(encoding: &str, content: &str) -> Option<String> {
        let content = Bytes::copy_from_slice(content.as_bytes());
        let decoded = Transfer::named(Some(encoding)).decode(&content)?;
        Some(String::from_utf8_lossy(&decoded).into_owned())
    }

    #[test]
    fn content_is_read_as_its_head_says() {
        for (encoding, content, expected) in [
            ("base64", "R3LDvMOfZQ==", Some("Grüße")),
            (" BASE64 ", "R3LD\r\nvMOf\r\nZQ==\r\n", Some("Grüße")),
            ("base64", "", Some("")),
            ("base64", "R3LDvMOfZQ", None),
            ("base64", "Grüße", None),
            ("base64", "QQ==QQ==", None),
            ("quoted-printable", "Gr=C3=BC=C3=9Fe", Some("Grüße")),
            (
                "Quoted-Printable",
                "Gr=c3=bc=\r\n=C3=9F=  \ne",
                Some("Grüße"),
            ),
            ("quoted-printable", "a=b =\u{e9}=4", Some("a=b =\u{e9}=4")),
            ("8bit", "R3LDvMOfZQ==", Some("R3LDvMOfZQ==")),
            ("binary", "a=3D", Some("a=3D")),
            ("x-unknown", "a=3D", Some("a=3D")),
        ] {
            assert_eq!(
                decode(encoding, content).as_deref(),
                expected,
                "{encoding} {content}"
            );
        }
    }
}
