//! The names of encodings, as Python's codecs, Windows and browsers know them.

use encoding_rs::Encoding;

use super::charset::{Charset, Order};

/// Names of Python that are none of a browser, in Python's spelling, with those that are.
const ALIASES: [(&str, &str); 40] = [
    ("big5_tw", "big5"),
    ("big5hkscs", "big5"),
    ("euc_cn", "gb2312"),
    ("euccn", "gb2312"),
    ("eucgb2312_cn", "gb2312"),
    ("eucjp", "euc-jp"),
    ("euckr", "euc-kr"),
    ("gb18030_2000", "gb18030"),
    ("gb2312_1980", "gb2312"),
    ("gb2312_80", "gb2312"),
    ("hkscs", "big5"),
    ("iso2022_jp", "iso-2022-jp"),
    ("iso2022jp", "iso-2022-jp"),
    ("iso8859_16", "iso-8859-16"),
    ("iso_8859_10_1992", "iso-8859-10"),
    ("iso_8859_11_2001", "iso-8859-11"),
    ("iso_8859_14_1998", "iso-8859-14"),
    ("iso_8859_16_2001", "iso-8859-16"),
    ("iso_celtic", "iso-8859-14"),
    ("iso_ir_166", "tis-620"),
    ("iso_ir_199", "iso-8859-14"),
    ("iso_ir_226", "iso-8859-16"),
    ("ks_c_5601_1987", "euc-kr"),
    ("ks_x_1001", "euc-kr"),
    ("ksx1001", "euc-kr"),
    ("l10", "iso-8859-16"),
    ("l7", "iso-8859-13"),
    ("l8", "iso-8859-14"),
    ("latin10", "iso-8859-16"),
    ("latin7", "iso-8859-13"),
    ("latin8", "iso-8859-14"),
    ("latin9", "iso-8859-15"),
    ("mac_roman", "macintosh"),
    ("macroman", "macintosh"),
    ("mskanji", "shift_jis"),
    ("shiftjis", "shift_jis"),
    ("thai", "iso-8859-11"),
    ("u_jis", "euc-jp"),
    ("uhc", "euc-kr"),
    ("ujis", "euc-jp"),
];

/// What names of Python's codecs begin with that are read by nothing here, some of which make no text at all.
/// Their bytes would be stored as other letters.
const REFUSED: [&str; 45] = [
    "base64",
    "base_64",
    "bz2",
    "charmap",
    "cp",
    "cs",
    "cyrillic_asian",
    "ebcdic",
    "euc",
    "hex",
    "hkscs",
    "hp_roman",
    "hz",
    "ibm",
    "idna",
    "iso2022",
    "iso_2022",
    "jisx",
    "johab",
    "koi8",
    "kz",
    "mac",
    "ms",
    "palmos",
    "pt154",
    "ptcp",
    "punycode",
    "quopri",
    "quoted",
    "raw_unicode",
    "rk1048",
    "roman8",
    "rot",
    "ruscii",
    "s_jis",
    "shift",
    "sjis",
    "strk",
    "undefined",
    "unicode_1_1_utf_7",
    "unicode_escape",
    "utf7",
    "utf_7",
    "windows",
    "zlib",
];
const REFUSED_WHOLE: [&str; 9] = [
    "r8",
    "tis620",
    "tis_620_0",
    "u7",
    "uu",
    "uu_codec",
    "x_mac_japanese",
    "x_mac_korean",
    "zip",
];

/// Names of browsers that Python does not know, so that they are ignored: where they are used, UTF-8 is sent.
const IGNORED: [&str; 9] = [
    "csunicode",
    "dos_874",
    "iso_10646_ucs_2",
    "logical",
    "ucs_2",
    "unicode",
    "unicodefeff",
    "visual",
    "x_user_defined",
];

/// The encoding of a name; one that nobody knows is UTF-8, as for the framework.
///
/// # Errors
/// See [`Charset::named`].
pub(super) fn find(name: &str) -> Result<Charset, ()> {
    let plain = normalized(name);
    if IGNORED.contains(&plain.as_str()) {
        return Ok(Charset::Utf8);
    }
    if let Some(charset) = by_name(&plain)
        .or_else(|| by_number(&plain))
        .or_else(|| by_label(&plain))
    {
        return Ok(charset);
    }
    let begins = |start: &&str| plain.starts_with(*start);
    let is_number = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit());
    let is_refused = is_number || REFUSED.iter().any(begins);
    if is_refused || REFUSED_WHOLE.contains(&plain.as_str()) {
        Err(())
    } else {
        Ok(Charset::Utf8)
    }
}

/// In lower case; whatever is neither letter nor digit is one `_`.
fn normalized(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

fn by_name(plain: &str) -> Option<Charset> {
    Some(match plain {
        "utf_8" | "utf8" | "utf" | "u8" | "utf8_ucs2" | "utf8_ucs4" | "cp65001" => Charset::Utf8,
        "utf_8_sig" => Charset::Utf8Signed,
        "ascii" | "us_ascii" | "us" | "646" | "ansi_x3_4_1968" | "ansi_x3_4_1986" | "cp367"
        | "csascii" | "ibm367" | "iso646_us" | "iso_646_irv_1991" | "iso_ir_6" => Charset::Ascii,
        "latin_1" | "latin1" | "latin" | "l1" | "8859" | "iso8859" | "iso_8859_1" | "iso8859_1"
        | "iso88591" | "iso_8859_1_1987" | "iso_ir_100" | "csisolatin1" | "cp819" | "ibm819" => {
            Charset::Latin1
        }
        "utf_16" | "utf16" | "u16" => Charset::Utf16(Order::Marked),
        "utf_16_le" | "utf_16le" | "utf16le" | "unicodelittleunmarked" => {
            Charset::Utf16(Order::Little)
        }
        "utf_16_be" | "utf_16be" | "utf16be" | "unicodebigunmarked" => Charset::Utf16(Order::Big),
        "utf_32" | "utf32" | "u32" => Charset::Utf32(Order::Marked),
        "utf_32_le" | "utf_32le" | "utf32le" => Charset::Utf32(Order::Little),
        "utf_32_be" | "utf_32be" | "utf32be" => Charset::Utf32(Order::Big),
        _ => return None,
    })
}

/// A code page of Windows.
fn by_number(plain: &str) -> Option<Charset> {
    let starts = ["windows_", "cp", "ms"];
    let digits = starts
        .iter()
        .find_map(|start| plain.strip_prefix(start))
        .unwrap_or(plain);
    codepage::to_encoding_no_replacement(digits.parse().ok()?).map(Charset::Other)
}

/// A label of browsers, most of whose names Python has with other marks between the words.
fn by_label(plain: &str) -> Option<Charset> {
    let alias = ALIASES.iter().find(|(name, _)| *name == plain);
    let year = plain
        .rsplit_once('_')
        .filter(|(start, year)| start.starts_with("iso_8859") && year.len() == 4);
    let name = alias.map_or(year.map_or(plain, |(start, _)| start), |(_, label)| label);
    let spellings = [name.replace('_', "-"), name.to_owned()];
    let find = |label: &String| Encoding::for_label_no_replacement(label.as_bytes());
    spellings.iter().find_map(find).map(Charset::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_python_windows_and_browsers() {
        assert_eq!(Charset::named(None), Ok(Charset::Utf8));
        for (name, expected) in [
            ("UTF-8", Charset::Utf8),
            ("nonsense", Charset::Utf8),
            ("utf8mb4", Charset::Utf8),
            ("utf-8,utf-8", Charset::Utf8),
            ("utf-8-bom", Charset::Utf8),
            ("x-user-defined", Charset::Utf8),
            ("unicode", Charset::Utf8),
            ("ucs-2", Charset::Utf8),
            ("", Charset::Utf8),
            ("UTF_8-Sig", Charset::Utf8Signed),
            ("US-ASCII", Charset::Ascii),
            ("ANSI_X3.4-1968", Charset::Ascii),
            ("Latin 1", Charset::Latin1),
            ("ISO-8859-1", Charset::Latin1),
            ("utf-16-le", Charset::Utf16(Order::Little)),
            ("cp932", Charset::Other(encoding_rs::SHIFT_JIS)),
            ("windows-31j", Charset::Other(encoding_rs::SHIFT_JIS)),
            ("936", Charset::Other(encoding_rs::GBK)),
            ("Windows-1252", Charset::Other(encoding_rs::WINDOWS_1252)),
            ("iso_8859-5:1988", Charset::Other(encoding_rs::ISO_8859_5)),
            ("x-sjis", Charset::Other(encoding_rs::SHIFT_JIS)),
        ] {
            assert_eq!(find(name), Ok(expected), "{name}");
        }
    }

    #[test]
    fn names_of_codecs_that_are_not_read_here_are_refused() {
        for name in [
            "bz2",
            "rot13",
            "utf-7",
            "unicode-escape",
            "cp037",
            "cp437",
            "hz",
            "iso-2022-kr",
            "mac_greek",
            "idna",
            "850",
        ] {
            assert_eq!(find(name), Err(()), "{name}");
        }
    }
}
