//! Names in the heads of multipart parts, in each way that clients write letters beyond ASCII.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory as _};

use super::charset::Charset;
use super::transfer;
use crate::wire::query::unescape;

/// Longest name of a file, in characters; one that is longer keeps its extension.
const MAX_NAME: usize = 255;

/// The value of a parameter: extended (RFC 8187) before plain, whatever their order.
pub(super) fn parameter(parameters: &[(String, String)], wanted: &str) -> Option<String> {
    let get = |name: &str| {
        let mut named = parameters.iter().rev().filter(|(own, _)| own == name);
        named.next().map(|(_, value)| value.as_str())
    };
    let written = get(&format!("{wanted}*"));
    let extended = written.and_then(extended).filter(|text| !text.is_empty());
    let plain = || get(wanted).map(encoded_words);
    // A value that is not as it should be counts as it stands.
    let odd = || written.map(str::to_owned);
    extended
        .or_else(|| continued(parameters, wanted))
        .or_else(plain)
        .or_else(odd)
}

/// `charset'language'text` with escapes (RFC 8187, section 3.2).
fn extended(value: &str) -> Option<String> {
    let mut parts = value.splitn(3, '\'');
    let (charset, _language, text) = (parts.next()?, parts.next()?, parts.next()?);
    Some(unescape(text, |bytes| escaped(charset, bytes)))
}

fn escaped(charset: &str, bytes: &[u8]) -> String {
    let charset = Charset::named(Some(charset)).unwrap_or(Charset::Utf8);
    charset.decode_lossy(bytes)
}

/// A value in pieces, `name*0`, `name*1*` and so on (RFC 2231, section 3). The first tells the charset.
fn continued(parameters: &[(String, String)], wanted: &str) -> Option<String> {
    let (mut text, mut charset) = (String::new(), String::new());
    for number in 0..=parameters.len() {
        let plain = format!("{wanted}*{number}");
        let is_named = |name: &str| name == plain || name.strip_suffix('*') == Some(plain.as_str());
        let Some((name, value)) = parameters.iter().find(|(name, _)| is_named(name)) else {
            return (number > 0).then_some(text);
        };
        let mut value = value.as_str();
        if name.ends_with('*') {
            let mut parts = value.splitn(3, '\'');
            if number == 0
                && let (Some(own), Some(_), Some(rest)) = (parts.next(), parts.next(), parts.next())
            {
                own.clone_into(&mut charset);
                value = rest;
            }
            text.push_str(&unescape(value, |bytes| escaped(&charset, bytes)));
        } else {
            text.push_str(value);
        }
    }
    None
}

/// Text with its encoded words, `=?charset?B?...?=` (RFC 2047), read once. What is none stays.
fn encoded_words(text: &str) -> String {
    let mut out = String::new();
    let (mut rest, mut is_after_word) = (text, false);
    while let Some(start) = rest.find("=?") {
        let (before, from) = rest.split_at(start);
        let Some((word, after)) = encoded_word(from) else {
            let (mark, after) = from.split_at(2);
            out.extend([before, mark]);
            (rest, is_after_word) = (after, false);
            continue;
        };
        // Blanks between two of them only keep lines short.
        if !(is_after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&word);
        (rest, is_after_word) = (after, true);
    }
    out.push_str(rest);
    out
}

/// The encoded word at the beginning, and what follows.
fn encoded_word(text: &str) -> Option<(String, &str)> {
    let mut parts = text.strip_prefix("=?")?.splitn(3, '?');
    let (charset, kind, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (content, after) = rest.split_once("?=")?;
    let bytes = match kind {
        "B" | "b" => STANDARD.decode(content).ok()?,
        "Q" | "q" => transfer::quoted_printable(content.replace('_', " ").as_bytes()),
        _ => return None,
    };
    // A language may stand behind the charset (RFC 2231, section 5).
    let charset = charset.split('*').next()?;
    let charset = Charset::named(Some(charset)).ok()?;
    Some((charset.decode_lossy(&bytes), after))
}

/// The last part of a path, `/` and `\` alike, with its character references read, and without characters that do not print.
/// `None` if that is no name.
pub(super) fn of_file(name: &str) -> Option<String> {
    let name: Cow<'_, str> = htmlize::unescape(name);
    let last = name.rsplit(['/', '\\']).next().unwrap_or(&name);
    let name: String = last.chars().filter(|c| is_printable(*c)).collect();
    let name = name.trim();
    (!matches!(name, "" | "." | "..")).then(|| shortened(name))
}

/// Python's `str.isprintable`.
fn is_printable(c: char) -> bool {
    use GeneralCategoryGroup::{Other, Separator};
    c == ' ' || !matches!(c.general_category_group(), Other | Separator)
}

fn shortened(name: &str) -> String {
    let count = |text: &str| text.chars().count();
    if count(name) <= MAX_NAME {
        return name.to_owned();
    }
    // Dots in front begin no extension.
    let stem = name.trim_start_matches('.');
    let extension = stem
        .rfind('.')
        .and_then(|at| stem.get(at..))
        .unwrap_or_default();
    let extension: String = extension.chars().take(MAX_NAME).collect();
    let left = MAX_NAME - count(&extension);
    let name: String = name.chars().take(left).chain(extension.chars()).collect();
    // The cut may be behind a blank.
    name.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::media_type::parameters;
    use super::*;

    fn filename(disposition: &str) -> Option<String> {
        let (_, all) = parameters(&format!("form-data; {disposition}"));
        parameter(&all, "filename").and_then(|name| of_file(&name))
    }

    #[test]
    fn names_beyond_ascii_are_read_in_each_notation() {
        for disposition in [
            "filename=\"naïve.png\"",
            "filename*=UTF-8''na%C3%AFve.png",
            "filename*=utf-8'en'na%c3%afve.png",
            "filename*=\"UTF-8''na%C3%AFve.png\"",
            "filename*=iso-8859-1''na%EFve.png",
            "filename=\"nave.png\"; filename*=UTF-8''na%C3%AFve.png",
            "filename*=UTF-8''na%C3%AFve.png; filename=\"nave.png\"",
            "filename=\"naïve.png\"; filename*=",
            "filename=\"naïve.png\"; filename*=UTF-8''",
            "filename*0*=UTF-8''na%C3%AF; filename*1=ve.png",
            "filename*0=na; filename*1*=%C3%AFve; filename*2=.png",
            "filename=\"=?utf-8?B?bmHDr3ZlLnBuZw==?=\"",
            "filename=\"=?UTF-8?Q?na=C3=AFve=2Epng?=\"",
            "filename=\"=?utf-8*en?q?na=C3=AF?= =?iso-8859-1?b?dmUucG5n?=\"",
            "filename==?utf-8?B?bmHDr3ZlLnBuZw==?=",
            "filename=\"na&iuml;ve.png\"",
            "filename=\"na&#239;ve.png\"",
            "filename=\"na&#xEF;ve.png\"",
            "filename=\"C:\\a\\na\u{202e}ïve.png\"",
        ] {
            assert_eq!(
                filename(disposition).as_deref(),
                Some("naïve.png"),
                "{disposition}"
            );
        }
    }

    #[test]
    fn notations_that_are_none_stay_as_they_are() {
        for (disposition, expected) in [
            ("filename*=plain.png", "plain.png"),
            ("filename*=plain.png; filename=b.png", "b.png"),
            ("filename*=UTF-8''it's.png", "it's.png"),
            ("filename*=no-such''%C3%A9.png", "é.png"),
            ("filename*=bz2''%C3%A9.png", "é.png"),
            ("filename*=UTF-8''%zz%.png", "%zz%.png"),
            ("filename*=UTF-8''%ff.png", "\u{fffd}.png"),
            ("filename=\"=?utf-8?B?***?=\"", "=?utf-8?B?***?="),
            ("filename=\"=?bz2?B?YQ==?=\"", "=?bz2?B?YQ==?="),
            ("filename=\"=?utf-8?X?YQ?=\"", "=?utf-8?X?YQ?="),
            ("filename=\"=?a.png\"", "=?a.png"),
            // Once only.
            (
                "filename=\"=?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=\"",
                "=?utf-8?Q?a?=",
            ),
            ("filename=\"a&amp;lt;.png\"", "a&lt;.png"),
            ("filename=\"a&zzz;.png\"", "a&zzz;.png"),
        ] {
            assert_eq!(
                filename(disposition).as_deref(),
                Some(expected),
                "{disposition}"
            );
        }
    }

    #[test]
    fn no_notation_leads_out_of_the_folder() {
        for (disposition, expected) in [
            ("filename*=UTF-8''..%2F..%2Fx.png", Some("x.png")),
            ("filename=\"..&#47;x.png\"", Some("x.png")),
            ("filename=\"=?utf-8?B?Li4vLi4veC5wbmc=?=\"", Some("x.png")),
            ("filename=\"&#46;&#46;\"", None),
            ("filename*=UTF-8''a%2F", None),
            ("filename=\"\u{200b}\u{202e}\"", None),
        ] {
            assert_eq!(filename(disposition).as_deref(), expected, "{disposition}");
        }
    }

    #[test]
    fn long_names_keep_their_extension() {
        let name = of_file(&format!("{}.png", "é".repeat(10_000))).unwrap();

        assert_eq!(name, format!("{}.png", "é".repeat(251)));
        assert_eq!(of_file(&"a".repeat(300)).unwrap(), "a".repeat(255));
        let blank = format!("{} b", "a".repeat(254));
        assert_eq!(of_file(&blank).unwrap(), "a".repeat(254));
        assert_eq!(
            of_file(&format!("a.{}", "b".repeat(300))).unwrap(),
            format!(".{}", "b".repeat(254))
        );
    }
}
