//! The encodings of request bodies.

use std::borrow::Cow;

use encoding_rs::Encoding;

use super::charset_names;

/// An encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    Utf8,
    /// UTF-8 behind a byte order mark, which may be missing.
    Utf8Signed,
    /// What is beyond it is taken for UTF-8 where nothing can be refused: its letters cannot be stored wrong.
    Ascii,
    /// ISO 8859-1: each byte is the code point of its value.
    Latin1,
    Utf16(Order),
    Utf32(Order),
    Other(&'static Encoding),
}

/// The order of bytes in a code unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// What a byte order mark says, else that of most machines.
    Marked,
    Little,
    Big,
}

impl Charset {
    /// The encoding that a `charset` parameter names; a name that nobody knows is ignored.
    ///
    /// # Errors
    /// The name is that of a codec that makes no text, or that cannot be read here.
    pub(super) fn named(name: Option<&str>) -> Result<Self, ()> {
        name.map_or(Ok(Self::Utf8), charset_names::find)
    }

    /// The text of `bytes`, `None` if they are none of this encoding.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Ascii if !bytes.is_ascii() => None,
            Self::Utf8 | Self::Ascii => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Utf8Signed => Self::Utf8.decode(unsigned(bytes)),
            Self::Latin1 => Some(latin_1(bytes).into()),
            Self::Utf16(order) => {
                let (encoding, bytes) = utf_16(order, bytes);
                encoding.decode_without_bom_handling_and_without_replacement(bytes)
            }
            Self::Utf32(order) => utf_32(order, bytes)
                .collect::<Option<String>>()
                .map(Cow::from),
            Self::Other(encoding) => encoding
                .decode_without_bom_handling_and_without_replacement(bytes)
                .filter(|text| !text.contains(|c| is_filler(encoding, c)))
                .filter(|_| !(encoding == encoding_rs::BIG5 && is_ambiguous_big5(bytes))),
        }
    }

    /// The text of `bytes`; what is none becomes U+FFFD.
    pub(super) fn decode_lossy(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf8 | Self::Ascii => String::from_utf8_lossy(bytes).into_owned(),
            Self::Utf8Signed => Self::Utf8.decode_lossy(unsigned(bytes)),
            Self::Latin1 => latin_1(bytes),
            Self::Utf16(order) => {
                let (encoding, bytes) = utf_16(order, bytes);
                encoding.decode_without_bom_handling(bytes).0.into_owned()
            }
            Self::Utf32(order) => utf_32(order, bytes)
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect(),
            Self::Other(encoding) => {
                let (text, _) = encoding.decode_without_bom_handling(bytes);
                text.replace(|c| is_filler(encoding, c), "\u{fffd}")
            }
        }
    }

    /// The text of a form, whose sender may not know its own encoding: what is no UTF-8, though none other was
    /// named, is that of old browsers. `None` if it is not of the encoding that was named.
    pub(super) fn decode_form(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 | Self::Utf8Signed | Self::Ascii => {
                let utf_8 = Self::Utf8Signed
                    .decode(bytes)
                    .filter(|_| self == Self::Utf8Signed);
                let utf_8 = utf_8.or_else(|| Self::Utf8.decode(bytes));
                Some(utf_8.unwrap_or_else(|| latin_1(bytes).into()))
            }
            other => other.decode(bytes),
        }
    }

    /// The text of escaped bytes in a form. Where a unit of text has more bytes than one, those of UTF-8 are
    /// escaped.
    pub(super) fn decode_escaped(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf16(_) | Self::Utf32(_) | Self::Utf8Signed => Self::Utf8.decode_lossy(bytes),
            other => other.decode_lossy(bytes),
        }
    }

    /// Whether a stream of this encoding has to begin with a byte order mark, and `bytes` do not.
    pub(super) fn lacks_mark(self, bytes: &[u8]) -> bool {
        match self {
            Self::Utf16(Order::Marked) => mark(bytes, 2).is_none(),
            Self::Utf32(Order::Marked) => mark(bytes, 4).is_none(),
            _ => false,
        }
    }
}

fn unsigned(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// Whether a code page of Windows has no character there: Python reads none, `encoding_rs` a control.
fn is_filler(encoding: &'static Encoding, c: char) -> bool {
    ('\u{80}'..='\u{9f}').contains(&c) && encoding.name().starts_with("windows-")
}

/// Whether there are characters that Python and browsers read as different ones: beyond the standard, letters of other
/// scripts stand elsewhere in each vendor's table.
fn is_ambiguous_big5(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter();
    while let Some(lead) = rest.next() {
        if lead.is_ascii() {
            continue;
        }
        let is_upper = rest.next().is_some_and(|trail| *trail >= 0xa1);
        if matches!(lead, 0xc7 | 0xc8) || *lead == 0xc6 && is_upper {
            return true;
        }
    }
    false
}

/// The order that a mark of a unit of `size` bytes tells.
fn mark(bytes: &[u8], size: usize) -> Option<Order> {
    match (size, bytes) {
        (2, [0xff, 0xfe, ..]) | (4, [0xff, 0xfe, 0, 0, ..]) => Some(Order::Little),
        (2, [0xfe, 0xff, ..]) | (4, [0, 0, 0xfe, 0xff, ..]) => Some(Order::Big),
        _ => None,
    }
}

/// The order, and the bytes behind the mark that tells it.
fn order_of(order: Order, bytes: &[u8], size: usize) -> (Order, &[u8]) {
    match (order, mark(bytes, size)) {
        (Order::Marked, Some(order)) => (order, bytes.get(size..).unwrap_or_default()),
        (Order::Marked, None) => (Order::Little, bytes),
        (order, _) => (order, bytes),
    }
}

fn utf_16(order: Order, bytes: &[u8]) -> (&'static Encoding, &[u8]) {
    let (order, bytes) = order_of(order, bytes, 2);
    let is_big = order == Order::Big;
    (
        if is_big {
            encoding_rs::UTF_16BE
        } else {
            encoding_rs::UTF_16LE
        },
        bytes,
    )
}

/// The characters; `None` for each unit that is none.
fn utf_32(order: Order, bytes: &[u8]) -> impl Iterator<Item = Option<char>> {
    let (order, bytes) = order_of(order, bytes, 4);
    bytes.chunks(4).map(move |unit| {
        let unit = <[u8; 4]>::try_from(unit).ok()?;
        let number = match order {
            Order::Big => u32::from_be_bytes(unit),
            Order::Marked | Order::Little => u32::from_le_bytes(unit),
        };
        char::from_u32(number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charset(name: &str) -> Charset {
        Charset::named(Some(name)).unwrap()
    }

    #[test]
    fn bytes_of_each_charset_are_decoded() {
        let cases: [(&str, &[u8], Option<&str>); 16] = [
            ("latin-1", b"\xe9\x80", Some("é\u{80}")),
            ("utf-8", b"\xff", None),
            ("utf-8", b"\xef\xbb\xbfa", Some("\u{feff}a")),
            ("utf-8-sig", b"\xef\xbb\xbfa", Some("a")),
            ("utf-8-sig", b"a", Some("a")),
            ("us-ascii", "é".as_bytes(), None),
            ("utf-16", b"\xff\xfe{\0}\0", Some("{}")),
            ("utf-16", b"\xfe\xff\0{\0}", Some("{}")),
            ("utf-16-le", b"\xe9\0", Some("é")),
            ("utf-16-be", b"\xfe\xff\0\xe9", Some("\u{feff}é")),
            ("utf-16-le", b"\xe9", None),
            ("utf-32", b"\xff\xfe\0\0\xe9\0\0\0", Some("é")),
            ("utf-32-be", b"\0\0\0\xe9", Some("é")),
            ("utf-32-le", b"\0\xd8\0\0", None),
            ("cp1252", b"\x80\xe9", Some("€é")),
            ("cp1252", b"\x81", None),
        ];

        for (name, bytes, expected) in cases {
            assert_eq!(
                charset(name).decode(bytes).as_deref(),
                expected,
                "{name} {bytes:?}"
            );
        }
        assert_eq!(charset("cp1252").decode_lossy(b"\x80\x81"), "€\u{fffd}");
        assert_eq!(
            charset("utf-32-le").decode_lossy(b"e\0\0\0\0\xd8\0\0"),
            "e\u{fffd}"
        );
    }

    #[test]
    fn a_form_is_what_was_named_or_of_old_browsers() {
        let text = |name: &str, bytes| charset(name).decode_form(bytes).map(Cow::into_owned);

        assert_eq!(text("utf-8", b"\xe9").as_deref(), Some("é"));
        assert_eq!(text("us-ascii", "é".as_bytes()).as_deref(), Some("é"));
        assert_eq!(text("us-ascii", b"\xe9").as_deref(), Some("é"));
        assert_eq!(
            text("utf-8-sig", "\u{feff}é".as_bytes()).as_deref(),
            Some("é")
        );
        assert_eq!(text("cp932", b"\xff"), None);
    }
}
