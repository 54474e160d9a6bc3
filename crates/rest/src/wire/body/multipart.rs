//! `multipart/form-data` (RFC 7578) as leniently as Django reads it: a body that ends early, or
//! that knows another boundary, counts as far as it can be read (contract `drf.md`, section 9).

use actix_web::web::Bytes;

use super::charset::Charset;
use super::form::{Form, Part};
use super::part;

/// Longest boundary (RFC 2046, section 5.1.1, allows 70; Django reads more).
pub(super) const MAX_BOUNDARY: usize = 200;
/// Most parts of a body.
const MAX_PARTS: usize = 1000;

/// What is wrong with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    TooManyParts,
    /// More bytes of text than the limit.
    TooLarge,
    /// A head of a part that no field needs.
    HeadTooLarge,
    /// Something was sent, and nothing says as which field.
    NamelessPart,
    /// A file whose name is none.
    NamelessFile,
    BadBase64,
    /// A charset of a part that cannot be read.
    UnknownCharset,
}

impl Fault {
    /// As it is told.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::TooManyParts => "A form may have at most 1000 parts.",
            Self::TooLarge => "Request body too large.",
            Self::HeadTooLarge => {
                "Multipart form parse error - Request max total header size exceeded."
            }
            Self::NamelessPart => "Multipart form parse error - A part has no name.",
            Self::NamelessFile => "Multipart form parse error - No filename could be determined.",
            Self::BadBase64 => "Multipart form parse error - Could not decode base64 data.",
            Self::UnknownCharset => "Multipart form parse error - Unsupported charset in a part.",
        }
    }
}

/// Splits a body into its parts. Text may have `limit` bytes in all; files are not counted.
pub(super) fn parse(
    body: &Bytes,
    boundary: &[u8],
    charset: Charset,
    limit: usize,
) -> Result<Form, Fault> {
    let mut delimiter = b"--".to_vec();
    delimiter.extend_from_slice(boundary);
    let mut form = Form::default();
    let mut left = limit;
    // What stands before the first delimiter is read as well: under another boundary that is all.
    let mut next = Some(0);
    while let Some(start) = next {
        let end = find(body, &delimiter, start);
        let content = body.slice(start..end.unwrap_or(body.len()));
        next = end.map(|at| at + delimiter.len());
        let Some((name, part)) = part::read(&content, charset)? else {
            // Around the parts may stand anything. Some clients end the form after each of its parts.
            let is_around =
                start == 0 || content.starts_with(b"--") || content.trim_ascii().is_empty();
            if is_around {
                continue;
            }
            return Err(Fault::NamelessPart);
        };
        if form.parts.len() >= MAX_PARTS {
            return Err(Fault::TooManyParts);
        }
        if let Part::Text(text) = &part {
            let used = name.len() + text.len();
            left = left.checked_sub(used).ok_or(Fault::TooLarge)?;
        }
        form.parts.push((name, part));
    }
    Ok(form)
}

/// Where `needle` begins, at or after `from`.
fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let rest = haystack.get(from..)?;
    Some(from + memchr::memmem::find(rest, needle)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(body: &str, limit: usize) -> Result<Form, Fault> {
        let body = Bytes::copy_from_slice(body.replace('\n', "\r\n").as_bytes());
        parse(&body, b"b", Charset::Utf8, limit)
    }

    #[test]
    fn part_with_a_file_name_is_a_file_and_any_other_is_text() {
        let body = "preamble\n--b\nContent-Disposition: form-data; name=\"a\"\n\n1\n2\n\
                    --b\nContent-Disposition: form-data; name=f; filename=\"..\\x/y.png\"\nContent-Type: image/png\n\nbytes\n\
                    --b\nContent-Disposition: form-data; name=\"e\"; filename=\"\"\n\ntext\n--b--\nepilogue";

        let form = read_all(body, 100).unwrap();

        assert_eq!(form.text("a"), Some("1\r\n2"));
        assert_eq!(form.text("e"), Some("text"));
        let Some(Part::File(file)) = form.get("f") else {
            panic!("no file")
        };
        assert_eq!(
            (file.name.as_str(), file.bytes.as_ref()),
            ("y.png", &b"bytes"[..])
        );
    }

    #[test]
    fn cut_off_multipart_body_keeps_its_readable_parts() {
        let cut = "--b\nContent-Disposition: form-data; name=\"a\"\n\nabc\n";
        let foreign = "--other\nContent-Disposition: form-data; name=\"a\"\n\nabc\n--other--\n";

        assert_eq!(read_all(cut, 100).unwrap().text("a"), Some("abc"));
        let foreign = read_all(foreign, 100).unwrap();
        assert_eq!(foreign.text("a"), Some("abc\r\n--other--"));
    }

    #[test]
    fn parts_are_read_whatever_ends_their_lines_and_follows_the_form() {
        let body = "--b\nContent-Disposition: form-data;\n name=\"a\"\n\n1\n--b--\n\
                    --b\ncontent-disposition: attachment; NAME=b\n\n2\n--b--\n\nepilogue";
        let bare = Bytes::copy_from_slice(body.as_bytes());

        let forms = [read_all(body, 100), parse(&bare, b"b", Charset::Utf8, 100)];

        for form in forms.map(Result::unwrap) {
            assert_eq!((form.text("a"), form.text("b")), (Some("1"), Some("2")));
        }
    }

    #[test]
    fn text_is_of_the_charset_that_its_part_or_the_form_names() {
        let mut body = b"--b\r\nContent-Disposition: form-data; name=a\r\n\
                         Content-Type: text/plain; charset=iso-8859-1\r\n\r\n\xe9\r\n"
            .to_vec();
        body.extend(b"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\xe9.png\"\r\n\r\nx\r\n");
        body.extend(b"--b\r\nContent-Disposition: form-data; name=c\r\n\r\n\xe9\r\n--b--");

        let form = parse(&body.into(), b"b", Charset::Utf8, 100).unwrap();

        assert_eq!(form.text("a"), Some("\u{e9}"));
        assert_eq!(form.text("c"), Some("\u{fffd}"));
        let Some(Part::File(file)) = form.get("f") else {
            panic!("no file")
        };
        assert_eq!(file.name, "\u{e9}.png");
    }

    #[test]
    fn encoded_content_is_decoded() {
        let part = |name: &str, encoding: &str, content: &str| {
            format!(
                "--b\nContent-Disposition: form-data; {name}\nContent-Transfer-Encoding: {encoding}\n\n{content}\n"
            )
        };
        let body = [
            part("name=a", "base64", "w6k="),
            part("name=b", "Quoted-Printable", "=C3=A9=\n!"),
            part("name=c", "base64", "not so"),
            part("name=f; filename=f", "base64", "eA=="),
        ];

        let form = read_all(&body.concat(), 100).unwrap();

        let texts: Vec<_> = form.texts().collect();
        assert_eq!(texts, [("a", "\u{e9}"), ("b", "\u{e9}!"), ("c", "not so")]);
        let Some(Part::File(file)) = form.get("f") else {
            panic!("no file")
        };
        assert_eq!(file.bytes.as_ref(), b"x");
    }

    #[test]
    fn what_cannot_be_taken_is_told() {
        let part = |head: &str| format!("--b\n{head}\n\nabc\n--b--\n");
        let long = format!(
            "Content-Disposition: form-data; name=\"{}\"",
            "a".repeat(20_000)
        );
        let file = "Content-Disposition: form-data; name=f; filename=";
        let cases = [
            (part("Content-Disposition: form-data"), Fault::NamelessPart),
            (part("Content-Type: text/plain"), Fault::NamelessPart),
            (part(""), Fault::NamelessPart),
            ("--b\nnothing\n--b--".to_owned(), Fault::NamelessPart),
            (
                "--b\nContent-Disposition: form-da".to_owned(),
                Fault::NamelessPart,
            ),
            (part(&long), Fault::HeadTooLarge),
            (part(&format!("{file}\"..\"")), Fault::NamelessFile),
            (
                part(&format!("{file}x\nContent-Transfer-Encoding: base64")),
                Fault::BadBase64,
            ),
            (
                part(
                    "Content-Disposition: form-data; name=a\nContent-Type: text/plain; charset=utf-7",
                ),
                Fault::UnknownCharset,
            ),
        ];

        for (body, expected) in cases {
            assert_eq!(read_all(&body, 100_000).unwrap_err(), expected, "{body}");
        }
    }

    #[test]
    fn text_and_parts_are_bounded_and_files_are_not() {
        let part = "--b\nContent-Disposition: form-data; name=\"a\"\n\nabcdef\n";
        let file = "--b\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\n\nabcdef\n";

        assert_eq!(read_all(part, 6).unwrap_err(), Fault::TooLarge);
        assert!(read_all(file, 6).is_ok());
        let many = part.repeat(1001);
        assert_eq!(read_all(&many, 1_000_000).unwrap_err(), Fault::TooManyParts);
    }

    #[test]
    fn the_last_of_repeated_fields_counts_and_files_stand_after_text() {
        let body = "--b\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\n\n1\n\
                    --b\nContent-Disposition: form-data; name=\"a\"\n\n2\n--b--";

        let form = read_all(body, 100).unwrap();

        assert!(matches!(form.get("a"), Some(Part::File(_))));
    }
}
